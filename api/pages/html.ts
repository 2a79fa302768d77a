/**
 * HTML that is escaped by construction: whatever is put into a template is text, unless a template made it. There is
 * no way to write raw HTML from a value, so that no reason, finding or name of a branch can become markup.
 */
export class Html {
  readonly #text: string;

  /** Of `html` alone; everything else goes through it. */
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

type Value = string | number | Html | null | undefined | false | readonly Value[];

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(parts.map((part, index) => `${part}${textOf(values[index])}`).join(''));
}

/** Nothing for what is not there: `condition && html…` reads as it is meant. */
function textOf(value: Value): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  return typeof value === 'object' ? value.map(textOf).join('') : escaped(String(value));
}
