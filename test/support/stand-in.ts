/** A stand-in for AWS of a test's own: what a test applies there, no other test finds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { standInCommand } from '../../infra/local/aws/stand-in.ts';
import { NeverError, until } from '../e2e/wait.ts';
import { freePort } from './free-port.ts';

export interface StandIn {
  readonly endpoint: string;
  /** All that a program needs to take it for AWS. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Moto loads all of AWS's managed policies first: six seconds of a core, which a busy machine gives in minutes. */
const readyWithinSeconds = 160;

export async function startStandIn(region: string): Promise<StandIn> {
  const port = await freePort();
  const { file, args, env } = standInCommand('127.0.0.1', port, { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' });
  const child = spawn(file, args, { env, stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = () => end(child);
  try {
    await untilItAnswers(endpoint, child);
  } catch (error) {
    await stop();
    throw error;
  }
  const account = { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing', AWS_EC2_METADATA_DISABLED: 'true' };
  return { endpoint, env: { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, ...account }, stop };
}

async function untilItAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  const what = `the stand-in for AWS answers at ${endpoint}, where \`make doctor\` finds moto installed`;
  // With a pause between two looks: refused at once while nobody listens, they would take the core that it starts on.
  await until(
    what,
    async () => {
      if (child.exitCode !== null) throw new NeverError(`${what}: it has ended with ${child.exitCode}`);
      const { ok } = await fetch(`${endpoint}/moto-api/`, { signal: AbortSignal.timeout(10_000) });
      return ok || undefined;
    },
    readyWithinSeconds,
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
