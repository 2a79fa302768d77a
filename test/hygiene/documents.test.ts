/**
 * Documents name commands, files, failures and variables. All of them exist, and what must be documented is:
 * a run book that sends somebody to a command that is gone costs more than none.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { failureTable } from '../../domain/failures.ts';
import { plimsoll, referencePages } from '../../infra/local/docs/reference.ts';
import { documents, files, read, repository } from './repository.ts';

/* --------------------------------------------------------------- commands */

const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts);
const targets = [...read('Makefile').matchAll(/^([a-z]+):/gm)].map(([, target]) => target);
const cli = plimsoll();

/**
 * What is between backticks, and the lines of code blocks; a backslash at the end of a line joins the next one. A block
 * between `~~~` is what a program has printed, and tells nobody to type anything.
 */
function commandsIn(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/^```(?:sh|console|bash)\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block.replaceAll(/\\\n\s*/g, ' ').split('\n'),
  );
  const inline = [...markdown.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
  return [...blocks, ...inline];
}

/** The words of a command that begins somewhere in this text: alone, after `$(`, or after a variable is set. */
function wordsAfter(program: string, text: string): readonly string[] | undefined {
  const found = new RegExp(`(?:^|\\$\\(|[;&|]|[A-Z_]+=\\S+)\\s*${program}\\s+([^#|;]*)`).exec(text);
  return found?.[1]?.trim().split(/\s+/);
}

/** Whatever stands inside quotes is one word, and no option. */
const withoutQuoted = (text: string) => text.replaceAll(/"[^"]*"|'[^']*'/g, 'text');

function whyNoCommand(text: string): string | undefined {
  const plain = withoutQuoted(text);
  const [target = ''] = wordsAfter('make', plain) ?? [];
  if (/^[a-z]+$/.test(target) && !targets.includes(target)) return `make has no target ${target}`;
  const [script = ''] = wordsAfter('npm run(?: --silent)?', plain) ?? [];
  if (script !== '' && !scripts.includes(script)) return `npm has no script ${script}`;
  const words = wordsAfter('(?:bin/)?plimsoll', text.startsWith('export ') ? text.replace(/^export \w+="/, '$(').replace(/"$/, '') : plain);
  return words === undefined ? undefined : whyNoPlimsoll(words);
}

function whyNoPlimsoll([name = '', ...words]: readonly string[]): string | undefined {
  if (name.startsWith('--')) return name === '--help' ? undefined : `plimsoll has no option ${name}`;
  const command = cli.commands.find((one) => one.name() === name);
  if (command === undefined) return `plimsoll has no command ${name}`;
  const given = words.filter((word) => word.startsWith('--')).map((word) => word.replace(/[=)].*$/, ''));
  const unknown = given.filter((option) => option !== '--help' && !longOptions(command).includes(option));
  if (unknown.length > 0) return `plimsoll ${name} has no option ${unknown.join(', ')}`;
  // A command with nothing after it is its name, not a call of it.
  if (words.length === 0 || given.includes('--help')) return undefined;
  const missing = command.options.filter(
    ({ mandatory, long, defaultValue }) => mandatory && defaultValue === undefined && !given.includes(long ?? ''),
  );
  return missing.length === 0 ? undefined : `plimsoll ${name} needs ${missing.map(({ long }) => long).join(', ')}`;
}

const longOptions = (command: Command) => command.options.map(({ long }) => long);

/** Beside Markdown: what the failure table and the CLI itself tell people to type. */
const advice = Object.entries(failureTable).map(([kind, row]) => ({ where: `domain/failures.ts ${kind}`, text: row.advice }));

describe('a command that a document names exists', () => {
  test('with its target, script, subcommand and options', () => {
    const texts = [...documents.map((file) => ({ where: file, text: read(file) })), ...advice];
    const wrong = texts.flatMap(({ where, text }) =>
      commandsIn(text).flatMap((command) => {
        const why = whyNoCommand(command);
        return why === undefined ? [] : [`${where}: ${why}: ${command}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    ['make demos', 'no target'],
    ['npm run quicker', 'no script'],
    ['plimsoll deploy x', 'no command'],
    ['plimsoll show <release> --verbose', 'no option --verbose'],
    ['PLIMSOLL_TOKEN=x plimsoll hold <release>', 'needs --reason'],
    ['export PLIMSOLL_TOKEN="$(plimsoll token --group sre)"', 'needs --as'],
  ])('and one that does not is found: %s', (command, why) => {
    expect(whyNoCommand(command)).toContain(why);
  });

  test.each(['make', 'they make a release', 'plimsoll list', 'plimsoll hold', 'plimsoll hold <release> --reason "a --strange one"'])(
    'and an innocent one passes: %s',
    (command) => {
      expect(whyNoCommand(command)).toBeUndefined();
    },
  );
});

/* ------------------------------------------------------------------ files */

const folders = new Set(files.map((file) => file.split('/')[0]).filter((folder) => folder !== undefined));

/** Inline code that looks like a path of this repository, without patterns and places to fill in. */
function pathsIn(markdown: string): readonly string[] {
  return [...markdown.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\/?)`/g)]
    .map(([, path = '']) => path)
    .filter((path) => folders.has(path.split('/')[0] ?? '') && path.split('/')[0] !== 'lane');
}

const linksIn = (markdown: string) =>
  [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link).filter((link) => !/^(https?:|#|mailto:)/.test(link));

describe('a file that a document names exists', () => {
  test('where it links to it', () => {
    const broken = documents.flatMap((file) =>
      linksIn(read(file))
        .map((link) => posix.join(dirname(file), link.replace(/#.*$/, '')))
        .filter((target) => !existsSync(join(repository, target)))
        .map((target) => `${file} links to ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('where it gives its path', () => {
    // The example is a repository of its own: its paths begin there.
    const ours = documents.filter((file) => !file.startsWith('examples/'));
    const gone = ours.flatMap((file) =>
      pathsIn(read(file))
        .filter((path) => !existsSync(join(repository, path)))
        .map((path) => `${file} names ${path}`),
    );
    expect(gone).toEqual([]);
  });
});

/* ---------------------------------------------------------- what must be */

const inFolder = (folder: string) => documents.filter((file) => dirname(file) === folder);

describe('run books', () => {
  test('are there for every failure kind, and for nothing else', () => {
    expect(
      inFolder('docs/runbooks')
        .map((file) => basename(file, '.md'))
        .toSorted(),
    ).toEqual(Object.keys(failureTable).toSorted());
  });

  test.each(inFolder('docs/runbooks'))('%s says what it means, how to see it, what to do, how to verify', (file) => {
    const text = read(file);
    expect(text.startsWith(`# ${basename(file, '.md')}\n`)).toBe(true);
    const parts = ['**What it means.**', '**How to see it.**', '**What to do.**', '**How to verify.**'];
    const places = parts.map((part) => text.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });
});

describe('decisions', () => {
  const decisions = inFolder('docs/adr');

  test('are numbered without gaps', () => {
    const numbers = decisions.map((file) => Number(basename(file).slice(0, 4))).toSorted((a, b) => a - b);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test.each(decisions)('%s has its number, a date, a status and the four parts', (file) => {
    const [title = ''] = read(file).split('\n');
    expect(title).toMatch(
      new RegExp(`^# ${Number(basename(file).slice(0, 4))}\\. .+ {2,}\\d{4}-\\d{2}-\\d{2} · (proposed|accepted|superseded by \\d+)$`),
    );
    for (const part of ['Context.', 'Decision.', 'Consequences.', 'Not chosen.']) expect(read(file)).toContain(`\n${part} `);
  });
});

describe('reference pages', () => {
  test.each(Object.keys(referencePages))('%s says what the code says: else run npm run docs', (file) => {
    expect(read(file)).toBe(referencePages[file]?.());
  });

  test('of the environment: every variable that is read is explained, and no other', () => {
    const readers = [
      'worker/config.ts',
      'api/config.ts',
      'api/temporal/connection.ts',
      'cli/settings.ts',
      'verify/settings.ts',
      'infra/local/stack/config.ts',
      'infra/local/lab/main.ts',
      'infra/local/issuer/main.ts',
      'infra/local/tools/paths.ts',
    ];
    const name = /\b(?:PLIMSOLL_[A-Z_]+[A-Z]|AWS_[A-Z0-9_]+|KUBECONFIG|XDG_[A-Z]+_HOME)\b/g;
    const ports = [...(/defaultPorts = \{([^}]*)\}/.exec(read('infra/local/stack/config.ts'))?.[1] ?? '').matchAll(/([A-Z_]+):/g)];
    expect(ports.length).toBeGreaterThan(5);
    const wanted = new Set([
      ...readers.flatMap((file) => read(file).match(name) ?? []),
      ...ports.map(([, port]) => `PLIMSOLL_PORT_${port}`),
    ]);
    const explained = new Set(read('docs/reference/environment.md').match(name));
    expect([...explained].toSorted()).toEqual([...wanted].toSorted());
  });
});

describe('the README', () => {
  test('names every command of make that a user needs', () => {
    expect(['demo', 'test', 'down', 'doctor'].filter((target) => !read('README.md').includes(`make ${target}`))).toEqual([]);
  });

  test('shows every folder of the repository', () => {
    const shown = [...folders].filter(
      (folder) => !folder.startsWith('.') && existsSync(join(repository, folder)) && files.some((file) => file.startsWith(`${folder}/`)),
    );
    expect(shown.filter((folder) => folder !== 'bin' && !read('README.md').includes(`[${folder}/](`))).toEqual([]);
  });
});
