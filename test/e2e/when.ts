/** What people do, over HTTP alone. */
import { randomUUID } from 'node:crypto';
import type { ReleaseVerdict } from '../../api/releases/verdict-schemas.ts';
import type { ServiceStatus } from '../../cli/client/generated/index.ts';
import type { ReleaseRequest } from '../../domain/order.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Phase } from '../../domain/phase.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { address } from './stack.ts';
import { asked, NeverError, until } from './wait.ts';

export interface Person {
  readonly subject: string;
  readonly groups: readonly string[];
  readonly kind?: 'human' | 'machine';
  /** As if they had shown a second factor just now. */
  readonly mfa?: boolean;
}

export interface Answer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
  /** How often it was asked until somebody answered. */
  readonly times: number;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly value?: unknown; readonly allowed: string }[];
}

export type Details = ReleaseView & { readonly status: string; readonly progress: { readonly verdict: ReleaseView['verdict'] } | null };

const tokens = new Map<string, Promise<string>>();

export function tokenOf(person: Person): Promise<string> {
  const key = JSON.stringify(person);
  const known = tokens.get(key) ?? newToken(person);
  tokens.set(key, known);
  return known;
}

async function newToken(person: Person): Promise<string> {
  const response = await fetch(`${address('PLIMSOLL_ISSUER_URL')}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

type Caller = Person | { readonly token: string } | null;

/**
 * On a busy machine Temporal loses a question now and then, or OPA is late; the API says so with a 503, and whoever asks
 * asks again. What is said twice is done once: a request for a release by its words, a message to one by its key.
 */
const timesMax = 5;

export async function call<Body = unknown>(
  by: Caller,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer<Body>> {
  const keyed = method === 'POST' ? { 'idempotency-key': randomUUID(), ...headers } : headers;
  const isAnswer = ({ status }: Answer) => status !== 503;
  return await asked(async (times) => ({ ...(await callOnce<Body>(by, method, path, body, keyed)), times }), isAnswer, timesMax);
}

async function callOnce<Body>(
  by: Caller,
  method: 'GET' | 'POST',
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Omit<Answer<Body>, 'times'>> {
  const token = by === null ? null : 'token' in by ? by.token : await tokenOf(by);
  const response = await fetch(`${address('PLIMSOLL_API_URL')}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Body, headers: response.headers };
}

async function done<Body>(answer: Promise<Answer<Body>>): Promise<Body> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`the API answers ${status}: ${JSON.stringify(body)}`);
  return body;
}

/* ---------------------------------------------------------------- asking */

/** Asks for a release that is new; answers its id. */
export async function ask(by: Person, request: ReleaseRequest): Promise<string> {
  const answer = await call<{ id: string }>(by, 'POST', '/v1/releases', request);
  // Asked for again it is there already: the first time nobody heard that it had begun.
  const isNew = answer.status === 202 || (answer.status === 200 && answer.times > 1);
  if (!isNew) throw new Error(`the API answers ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

export const rollBack = async (
  by: Person,
  service: string,
  incident: string,
  environment = 'production',
  to = 'previous',
): Promise<string> =>
  (await done(call<{ id: string }>(by, 'POST', '/v1/rollbacks', { service, environment, to, incident, reason: 'it misbehaves' }))).id;

/** Whoever may read everything. */
const reader: Person = { subject: 'sam', groups: ['sre'] };

export const show = (id: string): Promise<Details> => done(call<Details>(reader, 'GET', `/v1/releases/${id}`));

export const serviceOf = (service: string, environment = 'production') =>
  done(call<ServiceStatus>(reader, 'GET', `/v1/services/${service}/environments/${environment}`));

/** The verdict that counts, from the release's evidence. */
export const verdictOf = (id: string): Promise<ReleaseVerdict> => done(call<ReleaseVerdict>(reader, 'GET', `/v1/releases/${id}/verdict`));

/** Until this is true of the release. */
export async function untilRelease(id: string, what: string, holds: (release: Details) => boolean, seconds?: number): Promise<Details> {
  let last: Details | undefined;
  return await until(
    `${id} ${what}`,
    async () => {
      const release = await show(id);
      last = release;
      if (holds(release)) return release;
      if (release.status !== 'running')
        throw new NeverError(
          `${id} ended before it ${what}: ${release.outcome?.kind ?? release.status}, ${release.outcome?.reason ?? release.attention}`,
        );
      return undefined;
    },
    seconds,
    () =>
      `it is ${last?.phase} at ${last?.weightPercent} %, waiting for ${JSON.stringify(last?.waitingFor)}, attention: ${last?.attention}`,
  );
}

/** Until this is true of the world. */
export const untilTrue = (what: string, holds: () => Promise<boolean>, seconds?: number): Promise<true> =>
  until(what, async () => ((await holds()) ? true : undefined), seconds);

/** Also if it has gone on since: a phase of a few seconds may be over before anybody looks. */
export const hasCome = ({ history }: Details, to: Phase): boolean => history.some(({ phase }) => phase === to);

export const untilPhase = (id: string, phase: Phase, seconds?: number) =>
  untilRelease(id, `has come to ${phase}`, (release) => hasCome(release, phase), seconds);

/** Until it is over; releases that end as failed have no outcome and are an error here. */
export async function outcomeOf(id: string, seconds?: number): Promise<Outcome> {
  const { outcome } = await untilRelease(id, 'has an outcome', (release) => release.outcome !== null, seconds);
  if (outcome === null) throw new Error('unreachable: an outcome was seen');
  return outcome;
}

/* --------------------------------------------------------------- deciding */

/** The same message until a worker has answered it: one that is late has accepted it only (202), and may still refuse it. */
async function say(by: Person, id: string, message: string, body: object): Promise<Answer<ProblemBody>> {
  const headers = { 'idempotency-key': randomUUID() };
  let accepted: Answer<ProblemBody> | undefined;
  for (let times = 1; ; times += 1) {
    const answer = await call<ProblemBody>(by, 'POST', `/v1/releases/${id}/${message}`, body, headers);
    // It may have closed the release since, and a closed one takes no message, not even this one again.
    if (answer.status === 409 && accepted !== undefined) return accepted;
    if (answer.status !== 202 || times === timesMax) return answer;
    accepted = answer;
  }
}

export const decide = (by: Person, id: string, decision: 'approve' | 'reject', statementDigest: string | null) =>
  say(by, id, 'approvals', { decision, statementDigest, reason: 'read and understood' });

export const mustDecide = (...decision: Parameters<typeof decide>): Promise<ProblemBody> => done(decide(...decision));

/** A statement is open: in the phase's first moment there is none yet. */
export const untilAsked = (id: string): Promise<Details> =>
  untilRelease(
    id,
    'asks a person',
    ({ phase, statementDigest, waitingFor }) => phase === 'awaiting approval' && statementDigest !== null && waitingFor?.kind !== 'lane',
  );

/** Waits for the statement and says yes to it. */
export async function approve(by: Person, id: string): Promise<Details> {
  const release = await untilAsked(id);
  await mustDecide(by, id, 'approve', release.statementDigest);
  return release;
}

/** The phases before and while people are asked. */
const beforeDecision: readonly Phase[] = ['fetching', 'checking', 'planning', 'judging', 'awaiting approval'];

/** Says yes where policy wants a person, and goes on where it does not. */
export async function approveIfAsked(by: Person, id: string): Promise<void> {
  const asksOrIsPast = ({ phase, statementDigest }: Details) =>
    !beforeDecision.includes(phase) || (phase === 'awaiting approval' && statementDigest !== null);
  const release = await untilRelease(id, 'asks a person, or is past that', asksOrIsPast);
  if (release.phase !== 'awaiting approval') return;
  const { status, body } = await decide(by, id, 'approve', release.statementDigest);
  // Who asked for the same thing may have said yes first.
  if (status >= 300 && status !== 409) throw new Error(`the API answers ${status}: ${JSON.stringify(body)}`);
}

/** `hold`, `resume` or `abort`. */
export const tell = (by: Person, id: string, message: 'hold' | 'resume' | 'abort' | 'withdraw') =>
  say(by, id, message, { reason: `the test says ${message}` });

export const mustTell = (by: Person, id: string, message: 'hold' | 'resume' | 'abort' | 'withdraw') => done(tell(by, id, message));

/** A new release, approved if it asks; answers how it ends. */
export async function releaseApproved(
  by: Person,
  approver: Person,
  request: ReleaseRequest,
): Promise<{ readonly id: string; readonly outcome: Outcome }> {
  const id = await ask(by, request);
  await approveIfAsked(approver, id);
  return { id, outcome: await outcomeOf(id) };
}

/* ---------------------------------------------------------------- streams */

export interface Event {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** Reads a release's stream until it ends or `enough` says so; one that was cut is read on from there, as its readers do. */
export async function readEvents(
  by: Person,
  id: string,
  after: number | null,
  enough: (events: readonly Event[]) => boolean = () => false,
): Promise<readonly Event[]> {
  const events: Event[] = [];
  return await until(`the stream of ${id} comes to its end`, async () => {
    const last = events.findLast((event) => event.id !== null)?.id ?? after;
    for await (const event of streamOf(by, id, last)) {
      events.push(event);
      if (event.event === 'end' || enough(events)) return events;
    }
    return undefined;
  });
}

async function* streamOf(by: Person, id: string, after: number | string | null): AsyncGenerator<Event> {
  const gone = new AbortController();
  const response = await fetch(`${address('PLIMSOLL_API_URL')}/v1/releases/${id}/events`, {
    headers: { authorization: `Bearer ${await tokenOf(by)}`, ...(after === null ? {} : { 'last-event-id': String(after) }) },
    signal: gone.signal,
  });
  try {
    if (response.status !== 200 || response.body === null) throw new Error(`the stream answers ${response.status}`);
    let rest = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      yield* blocks.flatMap(eventIn);
    }
  } finally {
    gone.abort();
  }
}

function eventIn(block: string): readonly Event[] {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
  const event = field('event');
  return event === undefined ? [] : [{ id: field('id') ?? null, event, data: field('data') ?? '' }];
}
