/**
 * The provider that `terraform init` has chosen, as a process that the commands after it find running
 * (https://developer.hashicorp.com/terraform/plugin/debugging). `terraform test` would start it twice for each run it
 * has, with its 700 MB: that takes several times as long as what is tested.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

interface RunningProvider {
  /** Where Terraform finds it, in its own words. */
  readonly address: string;
  end(): Promise<void>;
}

/** One process a program: a root that has chosen another version is given that one. */
export function createRunningProviders() {
  const running = new Map<string, Promise<RunningProvider>>();
  return {
    /** With this a command in an initialized folder takes the provider that runs. */
    async environmentFor(folder: string): Promise<Readonly<Record<string, string>>> {
      const program = programOf(folder);
      const provider = running.get(program) ?? start(program, folder);
      running.set(program, provider);
      return { TF_REATTACH_PROVIDERS: (await provider).address };
    },
    async end(): Promise<void> {
      for (const provider of running.values()) await (await provider).end();
    },
  };
}

/** Of host, namespace, name and version; what is there for this machine may be a link into a mirror. */
function programOf(folder: string): string {
  const packages = globSync('.terraform/providers/*/*/*/*/*', { cwd: folder }).map((found) => realpathSync(join(folder, found)));
  const programs = packages.flatMap((found) => globSync(join(found, 'terraform-provider-*')));
  const [program] = programs;
  if (program === undefined || programs.length > 1) throw new Error(`${folder} has ${programs.length} providers, and must have one`);
  return program;
}

async function start(program: string, cwd: string): Promise<RunningProvider> {
  const child = spawn(program, ['-debug'], { cwd, env: { TMPDIR: tmpdir() }, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /TF_REATTACH_PROVIDERS='(.*)'/.exec(line)?.[1];
    if (address === undefined) continue;
    const end = async () => {
      // On an interrupt it takes its socket away.
      child.kill('SIGINT');
      await ended;
    };
    return { address, end };
  }
  throw new Error(`${program} has ended and not said where it is reached`);
}
