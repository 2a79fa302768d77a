/**
 * What is not written here, and what to write instead. A ban is a pattern, the files it holds for, and the
 * replacement; each proves on a sample that it can fail, and on an innocent line that it does not overreach.
 */
import { describe, expect, test } from 'vitest';
import { files, isGenerated, isTest, read } from './repository.ts';

interface Ban {
  readonly what: string;
  readonly pattern: RegExp;
  readonly holds: (file: string) => boolean;
  /** Files that may, and why. */
  readonly except?: Readonly<Record<string, string>>;
  readonly instead: string;
  readonly sample: string;
  readonly innocent: string;
}

/** Put together here, so that this file does not break the rule that it states. */
const spelled = (...parts: readonly string[]): string => parts.join('');

const code = (file: string) => file.endsWith('.ts');
const product = (...folders: readonly string[]) => {
  const inside = (file: string) => folders.some((folder) => file.startsWith(`${folder}/`));
  return (file: string) => code(file) && inside(file) && !isTest(file);
};
const shipped = product('domain', 'workflows', 'activities', 'worker', 'api', 'cli', 'backtest', 'verify', 'audit', 'integrations');
const everywhere = () => true;

const bans: readonly Ban[] = [
  {
    what: 'a program started outside the one runner',
    pattern: /'(node:)?child_process'|from 'execa'/,
    holds: shipped,
    except: { 'activities/tool/run-tool.ts': 'it is the one runner' },
    instead: 'take a RunTool (activities/tool/run-tool.ts): bounded, heard from, and ended with all its children',
    sample: "import { spawn } from 'node:child_process';",
    innocent: "import type { RunTool } from '../tool/run-tool.ts';",
  },
  {
    what: 'a shell',
    pattern: /\bshell: true|\bexecSync\(/,
    holds: code,
    instead: 'give the program its arguments as an array: RunTool, or execFile in the local stack and in tests',
    sample: "spawn('helm', args, { shell: true });",
    innocent: "execFileSync('helm', args);",
  },
  {
    what: 'the environment read outside a configuration file',
    pattern: /\bprocess\.env\b/,
    holds: shipped,
    except: {
      'worker/main.ts': 'gives it to worker/config.ts, and its AWS identity to the credentials',
      'api/main.ts': 'gives it to api/config.ts',
      'api/catalog/catalog.ts': "the catalog's `${NAME}`",
      'cli/main.ts': 'gives it to cli/settings.ts',
      'integrations/github/main.ts': 'gives it to the job',
      'activities/terraform/credential-process.ts': 'a program of its own, which Terraform starts',
    },
    instead: 'a value of worker/config.ts or api/config.ts, handed down',
    sample: "const bucket = process.env['BUCKET'];",
    innocent: 'const { bucket } = config;',
  },
  {
    what: 'console in a server',
    pattern: /\bconsole\.\w+\(/,
    holds: product('domain', 'workflows', 'activities', 'worker', 'api'),
    instead: "the activity's or the workflow's own log, or pino: lines with the release's id, as JSON",
    sample: "console.log('here');",
    innocent: "log.info('here');",
  },
  {
    what: 'a clock or chance in the domain',
    pattern: /\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)|\bperformance\.now\(|\brandomUUID\(/,
    holds: product('domain'),
    instead: 'time and chance are arguments: the same inputs give the same answer for ever',
    sample: 'const now = Date.now();',
    innocent: 'const at = new Date(seconds * 1000);',
  },
  {
    what: 'an asynchronous validator',
    pattern: /\bvalidator: async\b/,
    holds: product('workflows'),
    instead: 'a synchronous one: Temporal takes an asynchronous refusal for an acceptance',
    sample: '{ validator: async (decision) => check(decision) }',
    innocent: '{ validator: (decision) => check(decision) }',
  },
  {
    what: 'a plain error thrown in a workflow',
    pattern: /\bthrow new Error\(/,
    holds: product('workflows'),
    instead: '`invariant` for what cannot be, an Ending for a "no", `refusal` (workflows/refusal.ts) for a person',
    sample: "throw new Error('no plan');",
    innocent: "throw refusal('release.undoStuck', message);",
  },
  {
    what: 'a wait for time in a test',
    pattern: /=> setTimeout\((resolve|resume|done|r)\b|\bawait (sleep|delay|setTimeout)\(/,
    holds: (file) => code(file) && isTest(file),
    except: {
      'test/e2e/wait.ts': 'the pause between two looks at a state',
      'test/support/given-release.ts': 'the pause between two looks at a state',
      'activities/kubernetes/kubernetes.tool.test.ts': 'plays a controller that looks again and again',
      'test/workflow/waiting.test.ts': 'a scripted watch that takes some time',
    },
    instead: 'wait for a state: `expect.poll`, `vi.waitFor`, test/e2e/wait.ts',
    sample: 'await new Promise((resolve) => setTimeout(resolve, 500));',
    innocent: 'await expect.poll(() => world.weight).toBe(0);',
  },
  {
    what: 'a state that a test waits one second for',
    pattern: /vi\.waitFor\([^\n]*\)\);$/m,
    holds: isTest,
    instead: 'say how long: `{ timeout: 100_000 }`; a busy machine takes more than the second of vi.waitFor',
    sample: spelled('await vi.wait', 'For(() => expect(world.weight).toBe(0));'),
    innocent: 'await vi.waitFor(() => expect(world.weight).toBe(0), { timeout: 100_000 });',
  },
  {
    what: 'a test that does not run, or keeps others from it',
    pattern: /\b(test|it|describe)(\.\w+)*\.(only|skip|todo)\b/,
    holds: code,
    instead: 'correct it or delete it',
    sample: "describe.concurrent.only('a release', () => {});",
    innocent: "test.each(cases)('%s', () => {});",
  },
  {
    what: 'any',
    pattern: /[:<(|]\s*any\b(?!\s+\w)|\bas any\b/,
    holds: code,
    instead: 'unknown, and a zod schema where it comes from outside',
    sample: spelled('const answer: an', 'y = await ask();'),
    innocent: '/** Whether there was any answer at all. */',
  },
  {
    what: 'a note to do something later',
    pattern: new RegExp(`\\b(${spelled('TO', 'DO')}|${spelled('FIX', 'ME')}|${spelled('XX', 'X')})\\b`),
    holds: everywhere,
    instead: 'do it, or write down in an issue what is wrong',
    sample: spelled('// TO', 'DO: retry'),
    innocent: '// Tried again by Temporal.',
  },
  {
    what: 'the address of a package registry',
    pattern: new RegExp(
      [
        spelled('registry', '\\.npmjs'),
        spelled('pypi', '\\.org'),
        spelled('files\\.python', 'hosted'),
        spelled('proxy\\.', 'golang'),
        spelled('deb\\.', 'debian\\.org'),
      ].join('|'),
    ),
    holds: everywhere,
    instead: 'the package managers know theirs from their own settings',
    sample: spelled('https://registry.', 'npmjs.org/'),
    innocent: 'npm ci',
  },
  {
    what: 'a path of one machine',
    pattern: new RegExp(
      `(?<![\\w.\\-/}~>])/(${spelled('ro', 'ot')}|${spelled('wo', 'rk')}|${spelled('ho', 'me')}/\\w+|Users/\\w+)(?![\\w-])`,
    ),
    holds: everywhere,
    instead: 'a path from the repository, or from a variable of the environment',
    sample: spelled('/ho', 'me/ana/plimsoll'),
    innocent: "join(home, 'work'), 'infra/root', `${home}/work`",
  },
  {
    what: 'a word that no reader of this repository can look up',
    pattern: new RegExp(
      [
        spelled('\\bfa', 'rm-'),
        spelled('\\bbefore', '-stop\\b'),
        spelled('\\bsub', '-?agent'),
        spelled('\\bhelper', ' session'),
        spelled('\\bC', 'EO\\b'),
        spelled('\\bDEVELO', 'PERS\\.md'),
        spelled('\\.\\./', 'shared\\b'),
        spelled('(?<=^|[\\s/])\\.lib', 'rary\\b'),
        spelled('\\bres', 'earch/(judge|temporal|toolchain|peers|style)'),
        spelled('\\bdes', 'ign\\.md\\b'),
        spelled('\\bst', 'yle\\.md\\b'),
        '(?<![\\w/#])issue #?\\d+\\b',
      ].join('|'),
      'i',
    ),
    holds: everywhere,
    instead: 'say what the product does and why, for somebody who has this repository and nothing else',
    sample: spelled('as ../sha', 'red/plan says'),
    innocent: 'the shared folder of the repository, whose library reads sessions',
  },
  {
    what: 'an address in the lock file',
    pattern: /"resolved":\s*"http/,
    holds: (file) => file === 'package-lock.json',
    instead: 'run npm here, where .npmrc keeps them out (omit-lockfile-registry-resolved)',
    sample: '"resolved": "https://example.com/a.tgz"',
    innocent: '"integrity": "sha512-…"',
  },
  {
    what: 'a listener for the whole network',
    pattern: /0\.0\.0\.0(?!\/\d)/,
    // A container's network is its own; who reaches it there is the network policies' affair.
    holds: (file) => !/^(infra\/helm\/plimsoll\/|test\/golden\/plimsoll\/|docker-compose\.yml$)/.test(file),
    instead: '127.0.0.1: an installation says in its own configuration what listens where',
    sample: spelled('--addr 0.0', '.0.0:8181'),
    innocent: spelled('cidr_blocks = ["0.0', '.0.0/0"]'),
  },
  {
    what: 'a module that is replaced for a test',
    pattern: /\bvi\.(do)?mock\(/i,
    holds: (file) => code(file) && isTest(file),
    except: { 'test/workflow/undo-stack.test.ts': "no other way to Temporal's clock; takes fresh modules and throws them away" },
    instead: 'an argument or a port: quick tests share their modules, and the next file would get the replaced one',
    sample: "vi.mock('@temporalio/workflow', () => ({}));",
    innocent: 'const ask = vi.fn<() => Promise<void>>();',
  },
  {
    what: 'whatever version is the newest',
    pattern: new RegExp(spelled('@la', 'test\\b')),
    holds: everywhere,
    instead: 'an exact version: what was tested is what runs',
    sample: spelled('npx knip@la', 'test'),
    innocent: 'the latest release of a service',
  },
];

const isText = (file: string) => !/\.(safetensors|pkl|png|ico|gz|tar)$/.test(file);
/** Prose about code is not code; about everything else it counts. */
const isProse = (file: string, line: string, { holds }: Ban) => holds !== everywhere && code(file) && /^\s*(\/?\*|\/\/)/.test(line);
/** The samples break their rules on purpose, except where they are spelled in parts. */
const isThisFile = (file: string) => file === 'test/hygiene/bans.test.ts';

function offences(ban: Ban): readonly string[] {
  const { pattern, holds, except = {}, instead, what } = ban;
  const concerned = files.filter(
    (file) =>
      holds(file) &&
      isText(file) &&
      !Object.hasOwn(except, file) &&
      (!isGenerated(file) || file === 'package-lock.json') &&
      (!isThisFile(file) || holds === everywhere),
  );
  return concerned.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) && !isProse(file, line, ban) ? [`${file}:${index + 1}: ${what}; instead: ${instead}`] : [],
      ),
  );
}

describe.each(bans)('$what', (ban) => {
  test('is nowhere', () => {
    expect(offences(ban)).toEqual([]);
  });

  test('would be found, and nothing else would', () => {
    expect(ban.sample).toMatch(ban.pattern);
    expect(ban.innocent).not.toMatch(ban.pattern);
  });

  test('has no exception that is not needed', () => {
    const unneeded = Object.keys(ban.except ?? {}).filter((file) => !files.includes(file) || !ban.pattern.test(read(file)));
    expect(unneeded).toEqual([]);
  });
});
