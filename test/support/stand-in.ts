/** A stand-in for AWS of a test's own: what a test applies there, no other test finds. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { standInCommand } from '../../infra/local/aws/stand-in.ts';
import { freePorts } from '../../infra/local/free-ports.ts';

export interface StandIn {
  readonly endpoint: string;
  /** All that a program needs to take it for AWS. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** 60 s: moto loads all of AWS's managed policies first, and the machine is busy. */
const readyWithinMilliseconds = 60_000;

export async function startStandIn(region: string): Promise<StandIn> {
  const [port = 0] = await freePorts(1);
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
  const deadline = Date.now() + readyWithinMilliseconds;
  while (child.exitCode === null && Date.now() < deadline) {
    const answer = await fetch(`${endpoint}/moto-api/`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new Error(`the stand-in for AWS does not answer at ${endpoint}: \`make doctor\` says whether moto is installed`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
