/** The compliance report as a page that prints: whatever somebody typed into a release is text in it, and nothing else. */
import type { ChainVerdict } from '../domain/ledger/verify.ts';
import { escaped, link, page, row, table } from '../verify/html.ts';
import { plural } from '../verify/report.ts';
import { type Asked, type Control, resultOf } from './asked.ts';

export interface ReportContent {
  readonly from: string;
  readonly to: string;
  readonly environment: string;
  readonly verdicts: readonly ChainVerdict[];
  /** Of the checkpoints, in words. */
  readonly faults: readonly string[];
  /** Chains and checkpoints that are not as they were written. */
  readonly damaged: number;
  readonly controls: readonly Control[];
  readonly asked: ReadonlyMap<string, Asked>;
}

/** More on paper is not read: the annex has all of them. */
const rowsShown = 50;

export function reportPage({ from, to, environment, verdicts, faults, damaged, controls, asked }: ReportContent): string {
  const questions = [...asked.values()].toSorted((one, other) => (one.question.name < other.question.name ? -1 : 1));
  return page(`Changes of ${environment}, ${from} to ${to}`, [
    `<h1>Changes of ${escaped(environment)}</h1><p>${escaped(from)} to ${escaped(to)}, both days included, in UTC. Made by <code>plimsoll report</code> from the ledger alone and from the logs that were given; the same ledger and logs make the same report.</p>`,
    '<h2>Can the ledger be believed?</h2>',
    proof(verdicts, faults),
    '<h2>Controls</h2>',
    table(
      ['control', 'what it wants', 'population', 'exceptions'],
      controls.map((control) => controlRow(control, asked, damaged)),
    ),
    ...controls.map((control) => section(control, asked)),
    '<h2>Questions</h2>',
    '<p>Each is a named query of the workgroup in Athena, of the same name and with the same text. Its question marks are filled in by these values, in their order.</p>',
    ...questions.map(questionText),
  ]);
}

function proof(verdicts: readonly ChainVerdict[], faults: readonly string[]): string {
  const wrong = verdicts.filter(({ intact }) => !intact);
  const open = verdicts.filter(({ intact, sealed }) => intact && !sealed);
  const lines = [
    ...faults,
    ...wrong.flatMap(({ chain, faults: of }) => of.slice(0, 1).map(({ kind, what }) => `${chain}: ${kind}: ${what}`)),
  ];
  return [
    `<p>${plural(verdicts.length, 'chain')}: ${verdicts.length - wrong.length - open.length} verified, ${open.length} not sealed yet, ${wrong.length} wrong. What follows is said by all of them.</p>`,
    ...(lines.length === 0 ? [] : [`<ul>${lines.map((line) => `<li><strong>${escaped(line)}</strong></li>`).join('')}</ul>`]),
    '<p>To check it yourself: get the public key from whoever owns it, not from where the ledger lies, then <code>plimsoll verify --all --from &lt;copy or bucket&gt; --key &lt;public key&gt;</code>.</p>',
  ].join('\n');
}

function countText(asked: Asked | undefined): string {
  if (asked === undefined) return 'every record of the ledger';
  return asked.kind === 'answered' ? String(asked.answer.length) : `not asked: ${asked.because}`;
}

function controlRow(control: Control, asked: ReadonlyMap<string, Asked>, damaged: number): string {
  const { exceptions, notAsked } = resultOf(control, asked, damaged);
  const lack = notAsked.length === 0 ? '' : `; not asked: ${notAsked.join(', ')}`;
  return row(
    escaped(control.id),
    escaped(control.wants),
    escaped(countText(asked.get(control.population ?? ''))),
    `<strong>${exceptions}</strong>${escaped(lack)}`,
  );
}

function section({ id, wants, population, exceptions, listed }: Control, asked: ReadonlyMap<string, Asked>): string {
  const part = (title: string, names: readonly string[]) =>
    names.map((name) => `<h4>${escaped(title)}: ${link(`#${name}`, name)}</h4>${answerText(asked.get(name))}`).join('\n');
  return [
    `<h3>${escaped(id)}</h3><p>${escaped(wants)}</p>`,
    population === null ? '' : `<p>Population: ${escaped(countText(asked.get(population)))}, in ${link(`${population}.csv`)}.</p>`,
    part('Exceptions', exceptions),
    part('To be looked at', listed),
  ].join('\n');
}

function answerText(asked: Asked | undefined): string {
  if (asked === undefined) return '';
  if (asked.kind === 'not asked') return `<p>Not asked: ${escaped(asked.because)}. That is no answer, and not the answer none.</p>`;
  const { answer, question } = asked;
  const [first] = answer;
  if (first === undefined) return '<p>None.</p>';
  const columns = Object.keys(first);
  const rows = answer.slice(0, rowsShown).map((one) => row(...columns.map((column) => escaped(one[column] ?? ''))));
  const rest = answer.length > rowsShown ? `<p>The first ${rowsShown} of ${answer.length}.</p>` : '';
  return `${table(columns, rows)}${rest}<p>All in ${link(`${question.name}.csv`)}.</p>`;
}

function questionText(asked: Asked): string {
  const { name, about, sql, parameters } = asked.question;
  const values = asked.kind === 'answered' ? parameters.map((parameter) => row(escaped(parameter), escaped(asked.values[parameter]))) : [];
  return [
    `<h3 id="${escaped(name)}">${escaped(name)}</h3><p>${escaped(about)}</p>`,
    asked.kind === 'not asked' ? `<p>Not asked: ${escaped(asked.because)}.</p>` : table(['parameter', 'value'], values),
    `<pre>${escaped(sql)}</pre>`,
  ].join('\n');
}
