/**
 * The pages of docs/reference/ that say again what a table or a program of the code says. They are written from
 * it (`npm run docs`) and compared with it (test/hygiene/documents.test.ts), so that they cannot drift.
 */
import type { Command } from 'commander';
import { mountExport } from '../../../audit/export.ts';
import { mountReport } from '../../../audit/report.ts';
import { mountBacktest } from '../../../backtest/command.ts';
import { createProgram } from '../../../cli/program.ts';
import { processTerminal } from '../../../cli/terminal.ts';
import { checkTable } from '../../../domain/checkup.ts';
import { failureTable } from '../../../domain/failures.ts';
import { defaultObjectives } from '../../../domain/objectives.ts';
import { messages, messageTable, phases } from '../../../domain/phase.ts';
import { mountVerify } from '../../../verify/command.ts';
import { mountEvidence } from '../../../verify/evidence.ts';
import { guardDutyPage } from './guardduty.ts';
import { page, table } from './markdown.ts';
import { gateInput, gateOutput, policiesPage } from './policies.ts';
import { recordsPage } from './record.ts';
import { terraformPages } from './terraform.ts';

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

function doctorPage(): string {
  return page(
    'What plimsoll doctor looks at',
    'From `domain/checkup.ts`. Each is looked at by whoever has the rights for it ([ADR 23](../adr/0023-an-installation-is-looked-at-by-its-workers.md)), and nothing is changed. `make doctor` is another one: it looks at the tools of this machine.',
    table(
      ['check', 'is right when', 'if it is not'],
      Object.entries(checkTable).map(([check, { asks, remedy }]) => [check, asks, remedy]),
    ),
  );
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The program that `plimsoll` is, without anybody at its other end. */
export const plimsoll = (): Command =>
  createProgram({ env: {}, terminal: processTerminal() }, () => undefined, [
    mountBacktest,
    mountVerify,
    mountEvidence,
    mountExport,
    mountReport,
  ]);

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

/** Field, what is allowed, what it means. Defaults are read from the domain. */
const objectiveFields: readonly (readonly [string, string, string])[] = [
  ['errors.toleranceRatio', '1 to 10', 'Odds ratio up to which failures are no regression: nothing below it rolls a version back.'],
  ['errors.marginRatio', 'more than the tolerance, to 10', 'The new version may fail this many times as often as the old one …'],
  ['errors.marginPoints', '0 to 100', '… or this many percentage points more, whichever allows more. Promotion has to rule out worse.'],
  [
    'errors.limitPercent',
    '0 to 100',
    'Never more failures than this, whatever the old version does; alone at 100 % and on a first release.',
  ],
  [
    'latency.guardedBucketsMs',
    '`auto`, or up to 8 rising edges of the histogram',
    'Where promotion has to show that the new version is not slower. `auto`: edges that 0.5 to 60 % of the old version’s requests exceed. Other edges, eight in all, still count against a slow version.',
  ],
  ['latency.toleranceFactor', '1 to 10', 'So many times slower is no regression.'],
  ['latency.marginFactor', 'more than the tolerance, to 10', 'So many times slower has to be ruled out.'],
  ['latency.limitPercent', '0 to 100', 'At 100 % and on a first release: at most this share takes longer than …'],
  ['latency.limitMs', 'more than 0', '… this; the next edge of the histogram that is not below.'],
  ['quality', 'up to 8 counts altogether', 'Further metrics of the service, see below.'],
  [
    'weights',
    'errors, latency, quality: shares that sum to 1',
    'How much each family’s evidence counts for a rollback; with quality metrics a third each.',
  ],
  ['risk.rollback', '0 to 0.5', 'Probability of ever rolling back a version that is nowhere worse than the tolerances.'],
  ['risk.promote', '0 to 0.5', 'Probability of promoting a version that is beyond a margin.'],
  [
    'dispersion',
    '`auto`, or from 1',
    'How much requests depend on each other, κ. `auto`: measured on the last 24 h of the old version, 2 without them. 1: not at all.',
  ],
  ['minimumRequests', 'from 1', 'Fewer requests of either version say nothing at a weight.'],
];

const defaultOf = (field: string): string => {
  const value = field.split('.').reduce<unknown>((part, key) => (part as Readonly<Record<string, unknown>>)[key], defaultObjectives);
  if (Array.isArray(value)) return 'none';
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([key, share]) => `${key} ${String(share)}`)
    .join(', ');
};

function objectivesPage(): string {
  return page(
    'What a version is judged by',
    'From `domain/objectives.ts` and `api/catalog/objectives.ts`: the block `objectives` of a service in the catalog. What is left out has its default; a value that would make the judge useless is refused with what would be right.',
    table(
      ['field', 'default', 'allowed', 'what'],
      objectiveFields.map(([field, allowed, what]) => [`\`${field}\``, defaultOf(field), allowed, what]),
    ),
    '## Quality metrics',
    'Any pair of counters, or any histogram, that the service exports with the labels of its other series. Each is guarded as errors are: more of its events than the tolerance speak for a rollback, and promotion has to show fewer than the margin. `toleranceRatio` and `marginRatio` have the defaults of errors.',
    [
      '```yaml',
      'quality:',
      '  - kind: counters # share of predictions that the model is not sure of',
      '    name: low-confidence',
      '    events: model_low_confidence_total',
      '    of: model_predictions_total',
      '  - kind: histogram # drift of the scores, at edges that the histogram has',
      '    name: score',
      '    series: model_score # classic, without _bucket, or native',
      '    edges: [0.5, 0.9]',
      '    worse: both # above, below, or both',
      '```',
    ].join('\n'),
    '## Where the numbers are read',
    table(
      ['field', 'what'],
      [
        [
          '`series.requests`, `series.statusLabel`, `series.failureStatus`',
          'The counter of requests, its label of the status, and which statuses are failures.',
        ],
        [
          '`series.latency`',
          'The histogram of seconds, without `_bucket`. Classic buckets are used where there are any; else native ones, at edges 19 % apart.',
        ],
        [
          '`metrics.labels` of the environment',
          'Labels that its series carry, such as `{ namespace: models }`. Needed where one Prometheus has several environments: without them their counts would be added up.',
        ],
        ['`canary.pollSeconds` of the environment', 'How often it is looked; never more often than the service is scraped.'],
      ],
    ),
    'Every series needs the labels `service`, `slot` and `pod`. With a label `release` the history of a slot is that of the version in it alone.',
  );
}

export const referencePages: Readonly<Record<string, () => string>> = {
  ...terraformPages,
  'docs/reference/messages.md': messagesPage,
  'docs/reference/failures.md': failuresPage,
  'docs/reference/cli.md': cliPage,
  'docs/reference/doctor.md': doctorPage,
  'docs/reference/guardduty.md': guardDutyPage,
  'docs/reference/objectives.md': objectivesPage,
  'docs/reference/policies.md': policiesPage,
  'docs/reference/gate-input.schema.json': gateInput,
  'docs/reference/gate-output.schema.json': gateOutput,
  'docs/reference/records.md': recordsPage,
};
