/** Puts generated tables between their markers, so that prose around them stays. */

const marker = (name: string) => ({ open: `<!-- bench:judge ${name} -->`, close: `<!-- /bench:judge ${name} -->` });

/** Every section needs its markers: a table that lands nowhere would be missed by nobody. */
export function withSections(document: string, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce((text, [name, table]) => {
    const { open, close } = marker(name);
    const [from, to] = [text.indexOf(open), text.indexOf(close)];
    if (from === -1 || to < from) throw new Error(`docs/judge.md lacks ${open} … ${close}: add both lines where the table belongs`);
    return `${text.slice(0, from + open.length)}\n\n${table}\n\n${text.slice(to)}`;
  }, document);
}
