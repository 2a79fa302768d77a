import { expect, test } from 'vitest';
import { html } from './html.ts';

test.each<[string, Parameters<typeof html>[1], string]>([
  ['markup', '<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['the end of an attribute', `" onclick='x'`, '&quot; onclick=&#39;x&#39;'],
  ['an entity', '&amp;', '&amp;amp;'],
  ['a number', 0, '0'],
  ['nothing', null, ''],
  ['what does not hold', false, ''],
  ['another template', html`<b>${'<'}</b>`, '<b>&lt;</b>'],
  ['a list of both', [html`<i></i>`, '<'], '<i></i>&lt;'],
])('%s', (_, value, expected) => {
  expect(html`<p title="${value}">${value}</p>`.toString()).toBe(`<p title="${expected}">${expected}</p>`);
});
