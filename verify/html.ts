/** Pages for people who have nothing but the file: one file, no script, and they print. */

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** As text, whatever it is: nothing that was typed into a release is ever markup. */
export const escaped = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? '');

export const row = (...cells: readonly string[]) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
export const table = (head: readonly string[], rows: readonly string[]) =>
  `<table><thead><tr>${head.map((cell) => `<th>${escaped(cell)}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
export const link = (path: string, words = path) => `<a href="${encodeURI(path)}">${escaped(words)}</a>`;

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1f2328}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}td,th{border:1px solid #d0d7de;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
code{overflow-wrap:anywhere}img{max-width:100%}pre{white-space:pre-wrap;font-size:13px}@media print{a{color:inherit}tr,pre{break-inside:avoid}h2,h3,h4{break-after:avoid}thead{display:table-header-group}}`;

/** `sections` are markup already. */
export function page(title: string, sections: readonly string[]): string {
  const head = `<meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style>`;
  return `<!doctype html>\n<html lang="en"><head>${head}</head><body>\n${sections.join('\n')}\n</body></html>\n`;
}
