/** The way out: the same tool from its published source package, with the ordinary client of its registry. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../repository.ts';
import type { Source, Tool } from './manifest.ts';
import { toolFile, toolFolder } from './paths.ts';

const run = promisify(execFile);

/** 64 MiB of output and 40 minutes: the control plane takes seven on two cores; more is a hang. */
const limits = { maxBuffer: 64 * 1024 * 1024, timeout: 40 * 60_000 };

/** What has to be on the machine, and how it comes there. Nothing here needs root. */
export const remedies: Readonly<Record<string, string>> = {
  go: 'install Go 1.26 or later (https://go.dev/doc/install), or reach the official releases',
  python3: 'install Python 3.11 or later with pip (Debian: apt-get install python3-pip; macOS: brew install python)',
  'apt-get': 'put it on PATH: neither its official release nor a Debian archive can be reached',
  'dpkg-deb': 'put it on PATH: neither its official release nor a Debian archive can be reached',
};

async function call(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): Promise<string> {
  try {
    const { stdout } = await run(program, args, { ...limits, env: { ...process.env, ...env }, ...(cwd === undefined ? {} : { cwd }) });
    return stdout;
  } catch (error) {
    const { code, stderr = '' } = error as { code?: string | number; stderr?: string };
    if (code === 'ENOENT') throw new Error(`${program} is not on this machine: ${remedies[program] ?? 'install it'}`, { cause: error });
    throw new Error(`${program} ${args[0] ?? ''} failed: ${stderr.trim().split('\n').slice(-5).join(' | ')}`, { cause: error });
  }
}

/** Puts what the tool provides into `folder`. */
export async function buildFromSource(tool: Tool, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await builders[tool.source.kind](tool, tool.source as never, folder);
}

type Builder<K extends Source['kind']> = (tool: Tool, source: Extract<Source, { kind: K }>, folder: string) => Promise<void>;

/** Static, and without paths of this machine inside. */
const goFlags = ['-trimpath', '-ldflags'] as const;
const goEnv = { CGO_ENABLED: '0' };

const builders: { readonly [K in Source['kind']]: Builder<K> } = {
  async go(tool, source, folder) {
    await call('go', ['install', ...goFlags, '-s -w', `${source.package}@v${tool.version}`], { ...goEnv, GOBIN: folder });
  },

  async goModule(_tool, source, folder) {
    for (const [exe, name] of Object.entries(source.packages)) {
      const args = ['build', ...goFlags, `-s -w ${source.ldflags}`, '-o', join(folder, exe), name];
      await call('go', args, goEnv, join(repository, source.folder));
    }
  },

  async goFiles(tool, source, folder) {
    const answer = await call('go', ['mod', 'download', '-json', `${source.module}@v${tool.version}`], {}, folder);
    const from = join((JSON.parse(answer) as { Dir: string }).Dir, source.folder);
    const documents = (await readdir(from)).filter((name) => name.endsWith('.yaml')).toSorted();
    const texts = await Promise.all(documents.map((name) => readFile(join(from, name), 'utf8')));
    await writeFile(join(folder, tool.provides[0] ?? tool.name), texts.join('\n---\n'));
  },

  /** An environment of its own: the pins of one tool clash with another's. It stays beside `bin`, which links into it. */
  async python(tool, source, folder) {
    const environment = join(toolFolder(tool), 'environment');
    await rm(environment, { recursive: true, force: true });
    const requirement = `${source.requirement}==${tool.version}`;
    if (source.module !== undefined) return await moduleAsProgram(tool, requirement, source.module, environment, folder);
    await call(toolFile('uv'), ['tool', 'install', '--quiet', '--force', requirement], {
      UV_TOOL_DIR: environment,
      UV_TOOL_BIN_DIR: folder,
    });
  },

  async pip(tool, source, folder) {
    const target = join(folder, '.pip');
    const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', target, `${source.requirement}==${tool.version}`];
    await call('python3', args);
    for (const name of tool.provides) cpSync(join(target, 'bin', name), join(folder, name));
    await rm(target, { recursive: true });
  },

  /** Downloads and unpacks; installs nothing on the machine, and keeps the package lists to itself. */
  async debian(tool, source, folder) {
    const scratch = join(folder, '.debian');
    const [lists, cache] = [join(scratch, 'lists'), join(scratch, 'cache')];
    await mkdir(join(lists, 'partial'), { recursive: true });
    await mkdir(join(cache, 'archives', 'partial'), { recursive: true });
    const own = ['-q', '-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', 'APT::Sandbox::User='];
    await call('apt-get', [...own, 'update']);
    await call('apt-get', [...own, 'download', source.package], {}, scratch);
    const archive = (await readdir(scratch)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error(`the Debian archive holds no ${source.package}`);
    await call('dpkg-deb', ['-x', join(scratch, archive), join(scratch, 'root')]);
    for (const name of tool.provides) {
      cpSync(join(scratch, 'root/usr/bin', name), join(folder, name));
      await chmod(join(folder, name), 0o755);
    }
    await rm(scratch, { recursive: true });
  },

  async nowhere(_tool, source) {
    throw new Error(source.remedy);
  },
};

async function moduleAsProgram(tool: Tool, requirement: string, module: string, environment: string, folder: string): Promise<void> {
  const python = join(environment, 'bin/python');
  await call(toolFile('uv'), ['venv', '--quiet', environment]);
  await call(toolFile('uv'), ['pip', 'install', '--quiet', '--python', python, requirement]);
  const program = `#!/bin/sh\nexec '${python}' -m ${module} "$@"\n`;
  await writeFile(join(folder, tool.provides[0] ?? tool.name), program, { mode: 0o755 });
}

/** What a source needs on PATH, for `make doctor`. */
export const needs: Readonly<Record<Source['kind'], string | undefined>> = {
  go: 'go',
  goModule: 'go',
  goFiles: 'go',
  python: 'python3',
  pip: 'python3',
  debian: 'dpkg-deb',
  nowhere: undefined,
};

export const onMachine = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program)));
