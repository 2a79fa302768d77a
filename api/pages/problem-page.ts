/** What went wrong, for a person with a browser: the same table as for programs. */
import { type Html, html } from './html.ts';
import { layout } from './release-page.ts';

export interface Trouble {
  readonly title: string;
  readonly detail: string;
  readonly advice: string;
}

/** `release`: where there is something to go back to. */
export const problemPage = ({ title, detail, advice }: Trouble, release: string | null): Html =>
  layout(
    title,
    html`<h1>${title}</h1>
<p>${detail}</p>
<p class="quiet">${advice}</p>
${release !== null && html`<p><a href="/releases/${release}">back to the release</a></p>`}`,
  );

/**
 * On to the provider after a form. A redirect would be stopped by browsers that hold the page to `form-action 'self'`,
 * and to name every address that a provider may redirect through is no policy at all.
 */
export const onwardPage = (address: string): Html => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url=${address}">
<title>To your provider</title>
<link rel="stylesheet" href="/releases/assets/page.css">
</head>
<body><main><h1>To your provider</h1><p><a href="${address}" rel="noreferrer">It is asked once more who you are.</a></p></main></body>
</html>
`;
