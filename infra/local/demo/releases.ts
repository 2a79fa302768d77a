/** A release as the demo's people make it: one asks, others read and say yes. Only their patience is played. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ReleaseRequest } from '../../../domain/order.ts';
import { type Console, say, type View } from './console.ts';

export interface Person {
  readonly name: string;
  readonly token: string;
}

export interface People {
  /** Of team risk: asks. */
  readonly ana: Person;
  /** On call, and of the approvers; has just shown a second factor. */
  readonly sam: Person;
  /** Of the model owners, with a second factor, too. */
  readonly olga: Person;
}

export async function peopleOf(demo: Console): Promise<People> {
  const person = async (name: string, ...words: readonly string[]) => ({
    name,
    token: await demo.text('', ['token', '--as', name, '--group', ...words]),
  });
  const [ana, sam, olga] = await Promise.all([person('ana', 'risk'), person('sam', 'sre', '--mfa'), person('olga', 'ml-owners', '--mfa')]);
  return { ana, sam, olga };
}

export interface Ended {
  readonly id: string;
  readonly outcome: string;
  readonly reason: string;
  /** Somebody was asked to approve it. */
  readonly wasPutToPeople: boolean;
}

const endedOf = (id: string, { outcome, history }: View): Ended => ({
  id,
  outcome: outcome?.kind ?? 'failed',
  reason: outcome?.reason ?? 'a person is needed',
  wasPutToPeople: history.some(({ phase }) => phase === 'awaiting approval'),
});

export async function ask(demo: Console, by: Person, request: ReleaseRequest): Promise<string> {
  const { id } = await demo.answer(z.object({ id: z.string() }), by.token, ['release', ...wordsOf(request)]);
  return id;
}

function wordsOf({ service, environment, infrastructure, model, source, reason, attempt }: ReleaseRequest): readonly string[] {
  return [
    '--service',
    service,
    '--environment',
    environment,
    '--commit',
    source.commit,
    '--reason',
    reason,
    '--attempt',
    String(attempt),
    ...(infrastructure === undefined ? [] : ['--stack', infrastructure.stack]),
    ...(model === undefined
      ? []
      : ['--model-version', model.version, '--artifact', model.artifact, '--digest', model.digest, '--image', model.image]),
  ];
}

/** Followed to its end in sight; once the statement is there, each of these says yes to it. */
export async function watched(demo: Console, by: Person, id: string, approvers: readonly Person[]): Promise<Ended> {
  say(`$ plimsoll watch ${id}\n`);
  // The watch prints; beside it the others wait for the statement.
  const watching = demo.plimsoll(by.token, ['watch', id]);
  const over = new AbortController();
  const approving = approveOnce(demo, id, approvers, over.signal);
  await watching;
  over.abort();
  await approving;
  return endedOf(id, await demo.look(by.token, id));
}

const lookMilliseconds = 500;
/** Long enough to read the statement's lines. */
const readingMilliseconds = 1_500;

async function approveOnce(demo: Console, id: string, approvers: readonly Person[], over: AbortSignal): Promise<void> {
  const [first] = approvers;
  if (first === undefined) return;
  const asked = await until(
    demo,
    first,
    id,
    ({ phase, statementDigest }) => phase === 'awaiting approval' && statementDigest !== null,
    over,
  );
  if (asked?.statementDigest == null) return;
  await sleep(readingMilliseconds);
  const names = approvers.map(({ name }) => name).join(' and ');
  say(`\n            (the demo now approves as ${names}, who did not ask for it: exactly the statement above)`);
  for (const { token } of approvers)
    await demo.plimsoll(token, ['approve', id, '--statement', asked.statementDigest, '--reason', 'read the change and the findings'], true);
}

/** `undefined` once it has ended, or nobody waits any more. */
async function until(
  demo: Console,
  by: Person,
  id: string,
  reached: (view: View) => boolean,
  over: AbortSignal,
): Promise<View | undefined> {
  while (!over.aborted) {
    const now = await demo.look(by.token, id);
    if (reached(now)) return now;
    if (now.status !== 'running') return undefined;
    await sleep(lookMilliseconds);
  }
  return undefined;
}

const never = new AbortController().signal;

/** Not in sight: beside another one. */
export async function unwatched(demo: Console, by: Person, id: string): Promise<Ended> {
  await until(demo, by, id, ({ status }) => status !== 'running', never);
  return endedOf(id, await demo.look(by.token, id));
}

/** Its scans are over and the machine has time: it deploys, or has ended. */
export const pastItsScans = (demo: Console, by: Person, id: string): Promise<unknown> =>
  until(demo, by, id, ({ history }) => history.some(({ phase }) => phase === 'deploying'), never);
