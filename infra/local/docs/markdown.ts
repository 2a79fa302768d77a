/** The little Markdown that the reference pages are made of. */
const written = '<!-- Written by `npm run docs`: change the source it names, not this file. -->';

/** A cell must not end its row. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

export const page = (title: string, ...parts: readonly string[]): string => `${[`# ${title}`, written, ...parts].join('\n\n')}\n`;
