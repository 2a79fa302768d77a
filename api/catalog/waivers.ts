/**
 * Waivers as they are written: exact, with a reason, an owner and an end of at most 90 days. Whatever is wider, has
 * no end, or is about a rule that does not exist is a mistake of the catalog, and a catalog with a mistake is not read.
 */
import { z } from 'zod';
import type { Environment, Service } from '../../domain/catalog.ts';
import { type Digest, digestPattern } from '../../domain/digest.ts';
import { beginOfDay, daysOf, endOfDay, isWaivable, rulesLike, type Waived, type Waiver, waiverDaysMax } from '../../domain/waiver.ts';
import { name } from './schema.ts';

/** A Terraform address with a long key, or a file of a chart; a decision shows twenty of them. */
const addressLengthMax = 500;
const reasonLengthMax = 300;
/** As long as a subject may be. */
const ownerLengthMax = 256;
const ownerAllowed = `the subject of whoever answers for it, at most ${ownerLengthMax} characters`;

const day = z.iso.date('a day, as 2026-12-31');
/** A pattern would waive what nobody has looked at. */
const exact = (what: string) =>
  z
    .string()
    .min(1)
    .max(addressLengthMax)
    .regex(/^[^*?]+$/, `exactly one ${what}: a waiver has no pattern`);

const fields = z.strictObject({
  name,
  fingerprint: z
    .string()
    .refine((text): text is Digest => digestPattern.test(text), 'a fingerprint as a report has it, sha256:…')
    .optional(),
  rule: exact('rule').optional(),
  address: exact('address').optional(),
  environment: name.optional(),
  service: name.optional(),
  reason: z.string('why it may pass').trim().min(1, 'why it may pass').max(reasonLengthMax, `at most ${reasonLengthMax} characters`),
  owner: z.string(ownerAllowed).min(1, ownerAllowed).max(ownerLengthMax, ownerAllowed),
  from: day,
  until: day,
});

type Fields = z.infer<typeof fields>;

export const waiverFile = fields.transform((file, context): Waiver => {
  const refuse = (field: keyof Fields, message: string) => context.addIssue({ code: 'custom', path: [field], message, input: file[field] });
  const waives = waivedBy(file, refuse);
  const [from, until] = [beginOfDay(file.from), endOfDay(file.until)];
  if (daysOf(from, until) < 1) refuse('until', `${file.from}, where it begins, or a later day`);
  if (daysOf(from, until) > waiverDaysMax)
    refuse('until', `at most ${waiverDaysMax} days, both ends included: ${lastDayOf(file.from)} for one that begins on ${file.from}`);
  if (waives === null) return z.NEVER;
  const { name, environment = null, service = null, reason, owner } = file;
  return { name, waives, environment, service, reason, owner, from, until };
});

const lastDayOf = (from: string): string =>
  new Date(Date.parse(beginOfDay(from)) + (waiverDaysMax - 1) * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

/** Either way is exact; both together, or half of one, says something that nobody can mean. */
function waivedBy(file: Fields, refuse: (field: keyof Fields, message: string) => void): Waived | null {
  const { fingerprint, rule, address, environment } = file;
  if (fingerprint !== undefined) {
    for (const field of ['rule', 'address'] as const)
      if (file[field] !== undefined) refuse(field, 'left out where there is a fingerprint, which names one finding already');
    return { kind: 'fingerprint', fingerprint };
  }
  if (rule === undefined && address === undefined) {
    refuse('fingerprint', 'a fingerprint, or a rule, an address and an environment together');
    return null;
  }
  const missing = (['rule', 'address', 'environment'] as const).filter((field) => file[field] === undefined);
  for (const field of missing) refuse(field, 'needed: rule, address and environment together name what is waived, and no two of them do');
  if (rule !== undefined && !isWaivable(rule)) refuse('rule', ruleAllowed(rule));
  return rule === undefined || address === undefined || environment === undefined ? null : { kind: 'rule', rule, address };
}

function ruleAllowed(rule: string): string {
  const near = rulesLike(rule);
  return `the id of a rule of Checkov, tfsec, tflint, modelscan or Plimsoll that may be waived${near.length === 0 ? '' : `, such as ${near.join(', ')}`}`;
}

/** What one file alone does not show: whether the environment and the service that it names are there. */
export function strayWaivers(
  waivers: ReadonlyMap<string, Waiver>,
  environments: ReadonlyMap<string, Environment>,
  services: ReadonlyMap<string, Service>,
): readonly string[] {
  const stray = ({ name }: Waiver, field: string, value: string | null, known: ReadonlyMap<string, unknown>) =>
    value === null || known.has(value)
      ? []
      : [`waivers/${name}.yaml: ${field} = "${value}": one of ${[...known.keys()].toSorted().join(', ')}`];
  return [...waivers.values()].flatMap((waiver) => [
    ...stray(waiver, 'environment', waiver.environment, environments),
    ...stray(waiver, 'service', waiver.service, services),
  ]);
}
