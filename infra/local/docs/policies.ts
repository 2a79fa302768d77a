/** The page of the policies, from the METADATA that each rule carries and from the data that rules read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import escalations from '../../opa/plimsoll/escalations/data.json' with { type: 'json' };
import settings from '../../opa/plimsoll/settings/data.json' with { type: 'json' };
import shapes from '../../opa/plimsoll/shapes/data.json' with { type: 'json' };
import { page, table } from './markdown.ts';

const policies = join(import.meta.dirname, '../../opa/plimsoll');

const annotation = z.looseObject({
  title: z.string(),
  description: z.string().default(''),
  custom: z.unknown().optional(),
});

/** What is annotated and has no code is a word that rules share. */
const ruling = z.object({
  code: z.string(),
  solution: z.string(),
  controls: z.array(z.string()).default([]),
  waivable: z.boolean().default(false),
});

interface Rule {
  readonly code: string;
  readonly title: string;
  readonly description: string;
  readonly solution: string;
  readonly controls: readonly string[];
  readonly waivable: boolean;
  readonly file: string;
}

/** Comments are YAML once their mark is gone: that is how OPA itself reads them. */
function rulesOf(file: string): readonly Rule[] {
  const text = readFileSync(join(policies, file), 'utf8');
  return [...text.matchAll(/^# METADATA\n((?:#.*\n)+)/gm)].flatMap(([, block = '']) => {
    const { title, description, custom } = annotation.parse(parse(block.replaceAll(/^# ?/gm, '')));
    const said = ruling.safeParse(custom);
    return said.success ? [{ title, description: description.trim(), ...said.data, file }] : [];
  });
}

/** By folder, so that a reader finds the rule beside its test. */
function policyRules(): readonly Rule[] {
  const files = readdirSync(policies, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.rego') && !file.endsWith('_test.rego'));
  return files.flatMap(rulesOf).toSorted((a, b) => (a.code < b.code ? -1 : 1));
}

const anchor = (code: string): string => code.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

const overview = (rules: readonly Rule[]): string =>
  table(
    ['code', 'what it holds', 'can be waived'],
    rules.map(({ code, title, waivable }) => [
      `[${code}](#${anchor(code)})`,
      title,
      waivable ? 'yes' : code === 'finding.blocking' ? 'by the rule of the finding' : '',
    ]),
  );

const details = ({ code, title, description, solution, controls, file }: Rule): readonly string[] => [
  `### ${code}`,
  `**${title}.** ${description}`,
  `What to do: ${solution}`,
  `Controls: ${controls.join(', ') || 'none'}. Rule: \`infra/opa/plimsoll/${file}\`.`,
];

export function policiesPage(): string {
  const rules = policyRules();
  const denying = rules.filter(({ file }) => file.startsWith('release/') && !file.startsWith('release/ask/'));
  const asking = rules.filter(({ file }) => file.startsWith('release/ask/'));
  return page(
    'Policies',
    'From the METADATA of the rules in `infra/opa`. A release is denied when one rule denies; otherwise people are asked when one rule asks; otherwise it goes on as `approval.notNeeded`. The record of a release names the codes, and the digest of the policies that decided.',
    '## What denies',
    'What can be waived passes for a while where a [waiver](../waivers.md) names it, by the code and the address that the denial shows; people are asked then. Provisioners, data sources that run programs and providers that are not on the list are findings of `plimsoll`, and can be waived as such.',
    overview(denying),
    ...denying.flatMap(details),
    '## What asks people',
    overview(asking),
    ...asking.flatMap(details),
    '## Ways to become more than one is',
    'What `iam.escalation` knows, and from where.',
    table(
      ['action', 'its holder', 'source'],
      Object.entries(escalations).map(([action, { how, source }]) => [`\`${action}\``, how, source]),
    ),
    '## The question and the answer',
    'The question is [JSON Schema](gate-input.schema.json), and so is [the answer](gate-output.schema.json). The record of a release has each decision with the digest of the policies that made it, the digest of what was found, and the question itself in the store: `opa eval` on the same bundle gives the same answer again.',
    '## Settings',
    'Data that rules read, in `infra/opa/plimsoll/settings/data.json`; a change is another digest of the policies.',
    table(
      ['setting', 'value'],
      [
        ['productionEnvironments', settings.productionEnvironments.join(', ')],
        ['approvalAt', settings.approvalAt],
        ['waiversInPlayMax', String(settings.waiversInPlayMax)],
        ['neverWaived', settings.neverWaived.join(', ')],
        ['protectedTypes', settings.protectedTypes.join(', ')],
        ['accountActions', settings.accountActions.join(', ')],
        [
          'groups',
          Object.entries(settings.groups)
            .map(([role, groups]) => `${role}: ${groups.join(', ')}`)
            .join('; '),
        ],
      ],
    ),
  );
}

const published = (title: string, description: string, schema: object): string =>
  `${JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', title, description, ...schema }, null, 2)}\n`;

export const gateInput = (): string =>
  published(
    'What the policies are asked about a release',
    'The input of data.plimsoll.release.decision. What does not fit is denied as input.malformed. From infra/opa/plimsoll/shapes/data.json.',
    shapes.release,
  );

export const gateOutput = (): string =>
  published(
    'What the policies answer about a release',
    'The result of data.plimsoll.release.decision. An answer that does not fit is no answer. From infra/opa/plimsoll/shapes/data.json.',
    shapes.decision,
  );
