/**
 * The pages of docs/reference/ that say again what a table or a program of the code says. They are written from
 * it (`npm run docs`) and compared with it (test/hygiene/documents.test.ts), so that they cannot drift.
 */
import type { Command } from 'commander';
import { mountBacktest } from '../../../backtest/command.ts';
import { createProgram } from '../../../cli/program.ts';
import { processTerminal } from '../../../cli/terminal.ts';
import { failureTable } from '../../../domain/failures.ts';
import { messages, messageTable, phases } from '../../../domain/phase.ts';

const written = '<!-- Written by `npm run docs`: change the source it names, not this file. -->';

/** A cell must not end its row. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

const page = (title: string, ...parts: readonly string[]) => `${[`# ${title}`, written, ...parts].join('\n\n')}\n`;

function messagesPage(): string {
  const allowed = phases.map((phase) => [phase, ...messages.map((message) => (messageTable[phase][message] === undefined ? '' : 'yes'))]);
  const effects = messages.map((message) => [
    `## ${message}`,
    table(
      ['while', 'what it does'],
      phases.flatMap((phase) => {
        const effect = messageTable[phase][message];
        return effect === undefined ? [] : [[phase, effect]];
      }),
    ),
  ]);
  return page(
    'What may be said to a release, and when',
    'From `domain/phase.ts`. The API and the workflow refuse by this table: a message in another phase is `release.wrongPhase`, and the refusal names what is possible.',
    table(['phase', ...messages], allowed),
    ...effects.flat(),
  );
}

function failuresPage(): string {
  return page(
    'Failures',
    'From `domain/failures.ts`. The kind is what Temporal shows as the failure’s type, what logs say and what a problem answer of the API carries. What a step said no to (a scan, a policy, a person, the judge) is not here: that is a release’s outcome.',
    table(
      ['kind', 'retried by itself', 'HTTP', 'what to do'],
      Object.entries(failureTable).map(([kind, { retryable, httpStatus, advice }]) => [
        `[${kind}](../runbooks/${kind}.md)`,
        retryable ? 'yes' : 'no',
        String(httpStatus),
        advice,
      ]),
    ),
  );
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The program that `plimsoll` is, without anybody at its other end. */
export const plimsoll = (): Command => createProgram({ env: {}, terminal: processTerminal() }, () => undefined, [mountBacktest]);

function cliPage(): string {
  const commands = plimsoll().commands.map((command) => {
    const words = command.registeredArguments.map((argument) => ` <${argument.name()}>`).join('');
    return [
      `## plimsoll ${command.name()}${words}`,
      `${sentence(command.description())}.`,
      table(
        ['option', 'needed', ''],
        command.options.map(({ flags, mandatory, description }) => [`\`${flags}\``, mandatory ? 'yes' : '', description]),
      ),
    ];
  });
  return page(
    'The command line',
    'From `cli/program.ts`. Exit codes: 0 released, or done as asked; 1 rolled back, blocked, rejected or refused; 2 wrong usage; 3 unreachable.',
    ...commands.flat(),
  );
}

export const referencePages: Readonly<Record<string, () => string>> = {
  'docs/reference/messages.md': messagesPage,
  'docs/reference/failures.md': failuresPage,
  'docs/reference/cli.md': cliPage,
};
