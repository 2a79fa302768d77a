/** What there is before a story begins: people, commits, models, and a version that already serves. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Json, ModelVersion, ReleaseRequest } from '../../domain/order.ts';
import { liveSlotOf } from '../../domain/slot.ts';
import { type Files } from '../../infra/local/demo/git.ts';
import { casesFolder, ensureRepository, example, filesWithin, mergeAndRevert, publishModel } from '../../infra/local/demo/repository.ts';
import { address } from './stack.ts';
import { approve, ask, outcomeOf, type Person } from './when.ts';
import { keysOf, outputOf, weightsOf } from './world.ts';

export { pushBranch } from '../../infra/local/demo/repository.ts';

let preparing: ReturnType<typeof ensureRepository> | undefined;
/** Once for all tests of a file; `stage.ts` has made what is in it. */
export const repository = () => (preparing ??= ensureRepository());

export const people = {
  /** Of the team that owns fraud-scorer: asks. */
  ana: { subject: 'ana', groups: ['risk'] },
  /** On call, and an approver. */
  sam: { subject: 'sam', groups: ['sre'] },
  /** An approver, and nothing else. */
  olga: { subject: 'olga', groups: ['ml-owners'] },
  /** Of the team that owns churn-scorer and uplift-scorer. */
  gus: { subject: 'gus', groups: ['growth'] },
  /** Of the team of fraud-scorer, too. */
  ben: { subject: 'ben', groups: ['risk'] },
} as const satisfies Record<string, Person>;

const ofGrowth = ['churn-scorer', 'uplift-scorer'];
export const ownerOf = (service: string): Person => (ofGrowth.includes(service) ? people.gus : people.ana);

/** A commit on main that nobody has released yet, with these files changed. */
export async function mergedCommit(files: Files = {}): Promise<string> {
  const stamp = { 'models/last-change.txt': `${randomUUID()}\n` };
  return mergeAndRevert(await repository(), { ...files, ...stamp }, 'A change');
}

/** Values of the chart for production: how a version behaves on the local stack. */
export const behaving = (lab: object, service = 'fraud-scorer'): Files => ({
  [`models/${modelsOf(service)}/values/production.yaml`]: JSON.stringify({ replicas: 2, lab }),
});

export const goodVersions = ['2026.11.1', '2026.11.2'] as const;

/** The tests' own services take the models and values of fraud-scorer. */
const modelsOf = (service: string): string => (service === 'churn-scorer' ? service : 'fraud-scorer');

export const model = (service: string, version: string): Promise<ModelVersion> =>
  publishModel(service, version, join(example, 'models', modelsOf(service), version, 'model.safetensors'));

/** A request for a model release that asks for nothing special. */
export async function modelRequest(
  service: string,
  changes: Partial<ReleaseRequest> = {},
  version: string = goodVersions[1],
): Promise<ReleaseRequest> {
  return {
    service,
    environment: 'production',
    source: { commit: await mergedCommit() },
    model: await model(service, version),
    reason: 'a test',
    attempt: 1,
    ...changes,
  };
}

export async function infrastructureRequest(
  changes: Partial<ReleaseRequest> = {},
  variables: Readonly<Record<string, Json>> = {},
): Promise<ReleaseRequest> {
  return {
    service: 'fraud-scorer',
    environment: 'production',
    source: { commit: await mergedCommit() },
    infrastructure: { stack: 'platform', variables },
    reason: 'a test',
    attempt: 1,
    ...changes,
  };
}

const replicasMost = 50;
/** So many values of `replicas_max` that each change what production has applied. */
export async function otherReplicas(count: number): Promise<readonly number[]> {
  const applied = Number(await outputOf('production.tfstate', 'replicas_max'));
  return Array.from({ length: count }, (_, index) => ((applied + index) % replicasMost) + 1);
}

/** A request that changes the infrastructure of production, whatever was applied before. */
export async function changeRequest(): Promise<ReleaseRequest> {
  const [replicas_max = 1] = await otherReplicas(1);
  return infrastructureRequest({}, { replicas_max });
}

/** A version of this service serves in that environment; the first of them, which `files` make, is released if none does. */
export async function liveVersion(service: string, environment = 'production', files: Files = {}): Promise<void> {
  if (liveSlotOf(await weightsOf(service)) !== null) return;
  const by = ownerOf(service);
  const source = { commit: await mergedCommit(files) };
  const id = await ask(by, await modelRequest(service, { environment, source, reason: 'the first version' }, goodVersions[0]));
  await approve(people.sam, id);
  const { kind, reason } = await outcomeOf(id);
  if (kind !== 'released') throw new Error(`no version of ${service} could be made live: ${kind}, ${reason}`);
}

/** The stack of production has been applied once. Before any story: the first apply is the longest, and has the machine. */
export async function appliedStack(): Promise<void> {
  if ((await keysOf(address('PLIMSOLL_STATE_BUCKET'))).includes('production.tfstate')) return;
  const id = await ask(people.ana, await infrastructureRequest({ reason: 'the first infrastructure' }));
  await approve(people.sam, id);
  const { kind, reason } = await outcomeOf(id);
  if (kind !== 'released') throw new Error(`the infrastructure could not be made: ${kind}, ${reason}`);
}

/* ----------------------------------------------------------------- cases */

export interface Case {
  readonly what: string;
  readonly part: 'infrastructure' | 'model';
  readonly variables?: Readonly<Record<string, Json>>;
  readonly model?: { readonly version: string; readonly file: string };
  readonly expected: {
    readonly outcome: string;
    readonly phase: string;
    readonly findings?: readonly { readonly tool: string; readonly rule: string; readonly severity: string }[];
    readonly violations?: readonly string[];
    readonly because?: string;
  };
}

/** Its shape is a test of its own (`test/demo/repository.test.ts`). */
export const caseNamed = (name: string) => parse(readFileSync(join(casesFolder, name, 'case.yaml'), 'utf8')) as Case;

/** The case, merged, as a request for its release. */
export async function caseRequest(name: string, service = 'fraud-scorer'): Promise<ReleaseRequest> {
  const { part, variables = {}, model: wanted } = caseNamed(name);
  const folder = join(casesFolder, name, 'overlay');
  const overlay = await filesWithin(folder);
  const files = Object.fromEntries(
    Object.entries(overlay).map(([path, content]) => [
      path.replace('models/fraud-scorer/values', `models/${modelsOf(service)}/values`),
      content,
    ]),
  );
  const commit = await mergedCommit(files);
  if (part === 'infrastructure') return infrastructureRequest({ source: { commit } }, variables);
  if (wanted === undefined) throw new Error(`the case ${name} names no model`);
  const file = wanted.file in overlay ? join(folder, wanted.file) : join(example, wanted.file);
  // Under the service the file was made for: another one's model of that version is other bytes.
  return modelRequest(service, { source: { commit }, model: await publishModel('fraud-scorer', wanted.version, file) });
}
