/** Workflows that other repositories call: pinned, with no more rights than they say, and safe for code of strangers. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { files, read } from './repository.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: string | Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly permissions?: unknown; readonly uses?: string; readonly steps?: readonly Step[] }>>;
}

const workflows = files.filter((file) => /^(\.github\/workflows|examples\/github)\/[^/]+\.ya?ml$/.test(file));

/** What is wrong with a workflow, in words. */
function wrongWith(text: string): readonly string[] {
  const { on, permissions, jobs } = parse(text) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);
  const used = [...steps, ...Object.values(jobs)].flatMap(({ uses }) => uses ?? []);
  const wrong: (string | false)[] = [
    (typeof on === 'string' ? [on] : Object.keys(on)).includes('pull_request_target') &&
      'pull_request_target runs code of strangers with our rights',
    (permissions === undefined || Object.keys(permissions).length > 0) && 'permissions belong to jobs: `permissions: {}` at the top',
    ...Object.entries(jobs).map(([name, job]) => job.permissions === undefined && `job ${name} does not say its permissions`),
    ...used.map((uses) => !uses.startsWith('$/') && !/@[0-9a-f]{40}$/.test(uses) && `${uses} is not pinned by commit`),
    ...steps.map(({ run }) => run?.includes('${{') === true && `an expression inside a script: ${run.split('\n')[0] ?? ''}`),
    // Plimsoll fetches what it plans: code of a pull request has no business in a job with these rights.
    ...used.map((uses) => uses.startsWith('actions/checkout@') && 'a checkout'),
  ];
  return wrong.filter((one) => one !== false);
}

describe('a workflow', () => {
  test('is there to call, and as an example', () => {
    expect(workflows).toEqual([
      '.github/workflows/plimsoll-plan.yml',
      '.github/workflows/plimsoll-release.yml',
      'examples/github/plimsoll.yml',
    ]);
  });

  test.each(workflows)('%s is pinned, and has no rights that it does not need', (file) => {
    expect(wrongWith(read(file))).toEqual([]);
  });

  test('that is not, is found', () => {
    const bad = `
on: pull_request_target
jobs:
  plan:
    steps:
      - uses: actions/checkout@v4
      - run: echo \${{ github.event.pull_request.title }}
`;
    expect(wrongWith(bad)).toHaveLength(6);
  });

  test('gives the action only inputs that it has', () => {
    const { inputs } = parse(read('integrations/github/action.yml')) as { readonly inputs: Readonly<Record<string, unknown>> };
    const given = workflows
      .flatMap((file) => Object.values((parse(read(file)) as Workflow).jobs).flatMap(({ steps }) => steps ?? []))
      .filter(({ uses }) => uses === '$/integrations/github')
      .map((step) => Object.keys(step.with ?? {}));
    expect(given).toHaveLength(2);
    expect(given.flat().filter((name) => !Object.hasOwn(inputs, name))).toEqual([]);
  });
});
