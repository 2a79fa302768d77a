/**
 * What a platform team writes, strictly: an unknown key is a mistake, not a comment. Defaults are here, each with
 * its reason, and those of objectives in `objectives.ts`; what has no safe default must be written.
 */
import { z } from 'zod';
import { type Environment, lockTableLengthMax, type Service, stateKeyLengthMax, strategies } from '../../domain/catalog.ts';
import { taskQueues } from '../../workflows/messages.ts';
import { approvals } from './approvals.ts';
import { freezes } from './freezes.ts';
import { notices } from './notices.ts';
import { objectives } from './objectives.ts';
import { series } from './series.ts';

/** Part of release ids, Kubernetes names and task queues. */
export const name = z
  .string()
  .regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/, 'lower-case letters, digits and single dashes, beginning with a letter')
  .max(40, 'at most 40 characters: the release id has to fit 63');

const seconds = z.int().positive();
const folder = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), 'a folder inside the repository');
const repository = z
  .string()
  .min(1)
  .regex(/^(https:\/\/|ssh:\/\/|git@|file:\/\/|\/)\S+$/, 'https://…, ssh://…, git@… or file://…');
/** Only what was merged is released. */
const refs = z.array(z.string().min(1)).min(1).default(['main']);
const role = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'the ARN of an IAM role');

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region such as eu-west-1');

const stack = z.strictObject({
  name,
  repository,
  refs,
  root: folder,
  backend: z.strictObject({
    bucket: z.string().min(3),
    // Part of the policy of each release's session, where a pattern would be one.
    key: z
      .string()
      .min(1)
      .max(stateKeyLengthMax)
      .regex(/^[^*?$\s]+$/, 'a path without patterns'),
    /** The environment's own where it is left out. */
    region: region.optional(),
    lockTable: z.string().min(3).max(lockTableLengthMax),
    /** On: the table is deprecated upstream, and two locks hurt nobody. */
    lockFile: z.boolean().default(true),
  }),
  secretVariables: z.record(z.string(), z.string().regex(/^arn:aws[a-z-]*:secretsmanager:/, 'the ARN of a secret')).default({}),
});

const gates = z.strictObject({
  /** Medium findings of Checkov are mostly style; high ones are holes. */
  blockAt: z.enum(['low', 'medium', 'high', 'critical']).default('high'),
  /** A provider is code that runs with our credentials. */
  providers: z.array(z.string().regex(/^[\w.-]+(\/[\w.-]+){1,2}$/, 'a provider source such as hashicorp/aws')).default(['hashicorp/aws']),
  /** Local modules only. */
  modules: z.array(z.string().min(1)).default([]),
});

const canary = z.strictObject({
  stepsPercent: z
    .array(z.int().min(1).max(99))
    .min(1)
    .refine((steps) => steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0)), 'weights that rise')
    /** Few people meet a bad version at 5 %; at 50 % load shows. */
    .default([5, 25, 50]),
  /** Two minutes: slow leaks need a little time, whatever the statistics say. */
  minimumStepSeconds: z.int().min(0).default(120),
  /** An hour without an answer means that there is too little traffic to get one. */
  deadlineMinutes: z.int().positive().default(60),
  /** A person knows whether little traffic is normal. */
  onInconclusive: z.enum(['hold', 'roll back']).default('hold'),
  /** A quarter of an hour: what GuardDuty needs to report. */
  watchSeconds: z.int().min(0).default(900),
  /** A day: a service has one release at a time, and the next one waits. */
  securityBakeMinutes: z
    .int()
    .min(0)
    .max(24 * 60)
    .optional(),
  /** Prometheus scrapes as often by default in the chart. */
  pollSeconds: seconds.default(5),
  /** Five minutes: pull an image, fetch a model, warm up. */
  readyWithinSeconds: seconds.default(300),
});

/** What the watch asks by itself; a label of the environment cannot be one of these. */
const ownLabels = ['__name__', 'service', 'slot', 'pod', 'le'];
const label = z
  .string()
  .regex(/^[a-zA-Z_]\w*$/, 'the name of a Prometheus label')
  .refine((text) => !ownLabels.includes(text), `a label other than ${ownLabels.join(', ')}, which Plimsoll asks for itself`);

const metrics = z.strictObject({
  prometheus: z.url({ protocol: /^https?$/, error: 'an http or https address' }),
  /** None: a Prometheus of its own for each environment. */
  labels: z.record(label, z.string().min(1)).default({}),
});

const workload = z.string().regex(/^[A-Z]\w+\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'a kind and a name such as DaemonSet/log-agent');

const principal = z
  .string()
  .regex(/^arn:[a-z-]+:iam::\d{12}:(?:role|user)\/[A-Za-z0-9+=,.@_/-]+$/, 'the ARN of a role or a user, without patterns');

const queue = z.string().min(1);

const branchPattern = z.string().regex(/^[^*\s]*[^\s]$/, 'the name of a branch, or its beginning and a * at the end');

/** Thirty days: what nobody released on within a month is to be looked at again. */
const soakHoursMax = 30 * 24;

export const environmentFile = z
  .strictObject({
    name,
    aws: z.strictObject({ account: z.string().regex(/^\d{12}$/, '12 digits in quotes'), region, planRole: role, applyRole: role }),
    stacks: z.array(stack).default([]),
    cluster: z.strictObject({ name: z.string().min(1), namespace: name }),
    /** Of its namespace, that no release brings: `DaemonSet/log-agent`. Everything else there without a release is a stray. */
    expectedWorkloads: z.array(workload).default([]),
    /** Of its account, who write to AWS without a release: Plimsoll's own worker. What everybody else writes so is a stray. */
    expectedPrincipals: z.array(principal).default([]),
    metrics,
    gates: gates.prefault({}),
    approvals,
    canary: canary.prefault({}),
    freeze: freezes,
    requires: z.strictObject({ releasedIn: name, soakHours: z.number().min(0).max(soakHoursMax).default(0) }).optional(),
    notices: notices.optional(),
    previews: z.strictObject({ branches: z.array(branchPattern).min(1) }).optional(),
    /** The common workers, unless an environment keeps its credentials on its own. */
    queues: z.strictObject({ tools: queue.default(taskQueues.tools), watch: queue.default(taskQueues.watch) }).prefault({}),
  })
  .transform((file) => ({
    ...file,
    stacks: file.stacks.map((one) => ({ ...one, backend: { ...one.backend, region: one.backend.region ?? file.aws.region } })),
  })) satisfies z.ZodType<Environment>;

export const serviceFile = z.strictObject({
  name,
  team: z.string().min(1),
  /** Few people meet a bad version. */
  strategy: z.enum(strategies).default('canary'),
  chart: z.strictObject({ repository, refs, path: folder, values: z.array(z.string().min(1)).default([]) }),
  route: z.strictObject({ gateway: z.string().min(1), hostname: z.string().min(1), port: z.int().min(1).max(65_535).default(8080) }),
  series: series.prefault({}),
  objectives: objectives.prefault({}),
}) satisfies z.ZodType<Service>;
