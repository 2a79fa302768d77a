/**
 * A step of the Jenkins library with the real command, on the real Groovy. Java and Maven are the machine's: nothing else
 * here needs them, and a machine without them skips what does and says so.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { repository } from '../../infra/local/repository.ts';

export const library = join(repository, 'integrations/jenkins');

/** Groovy 2.4, which Jenkins runs, is older than Java's modules. */
const groovy = [
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
  '--add-opens=java.base/java.util=ALL-UNNAMED',
  'groovy.ui.GroovyMain',
] as const;
const answers = (file: string) => spawnSync(file, ['-version'], { stdio: 'ignore' }).status === 0;
export const hasMaven = answers('java') && answers('mvn');
export const onTheMachine = hasMaven
  ? 'Java and Maven are there'
  : 'skipped without Java 17 and Maven 3 on PATH: Debian has openjdk-17-jre-headless and maven';
if (!hasMaven) process.stderr.write(`Jenkins’ library: ${onTheMachine}\n`);

export interface Build {
  readonly workspace: string;
  readonly exited: Promise<number | null>;
  readonly kill: () => void;
  readonly log: () => string;
}

export interface Jenkins {
  /** One of the library's own files, to its end; what it printed. */
  script(file: string): Promise<string>;
  /** A build that consists of this step. */
  build(step: string, given: Readonly<Record<string, string>>, token: string): Build;
}

/** Maven gets what the library's tests need. */
export async function startJenkins(): Promise<Jenkins> {
  const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-jenkins-'));
  // Without a network where everything is there already.
  const needed = await resolve(scratch, '--offline').catch(() => resolve(scratch));
  const classpath = [join(library, 'src'), join(library, 'test'), needed].join(':');
  const command = join(scratch, 'plimsoll');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${join(repository, 'cli/main.ts')}' "$@"\n`);
  chmodSync(command, 0o755);

  function build(step: string, given: Readonly<Record<string, string>>, token: string): Build {
    const workspace = mkdtempSync(join(scratch, 'build-'));
    const words = Object.entries(given).map(([name, value]) => `${name}=${value}`);
    const child = spawn('java', ['-cp', classpath, ...groovy, join(library, 'test/AgainstApi.groovy'), library, step, ...words], {
      cwd: workspace,
      // A group of its own: a machine that goes down takes the shell and the command with it.
      detached: true,
      env: { ...process.env, PATH: `${scratch}:${process.env['PATH'] ?? ''}`, TOKEN: token },
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => void (log += chunk.toString()));
    const exited = once(child, 'exit').then(([code]) => code as number | null);
    const kill = () => process.kill(-(child.pid ?? 0), 'SIGKILL');
    onTestFinished(() => {
      if (child.exitCode === null && child.signalCode === null) kill();
    });
    return { workspace, exited, kill, log: () => log };
  }

  return {
    build,
    script: async (file) => (await execa('java', ['-cp', classpath, ...groovy, file], { cwd: library })).stdout,
  };
}

async function resolve(scratch: string, ...offline: readonly string[]): Promise<string> {
  const file = join(scratch, 'classpath');
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:2.8:build-classpath';
  await execa('mvn', ['--batch-mode', '--quiet', ...offline, goal, `-Dmdep.outputFile=${file}`], { cwd: library });
  return readFileSync(file, 'utf8').trim();
}
