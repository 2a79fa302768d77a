/**
 * Delivers one notice to one place. Twice is once for whoever looks at its id. It decides nothing: whether somebody is
 * told, and whether it matters that they were not, is the workflow's.
 */
import { GetSecretValueCommand, type GetSecretValueCommandOutput, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Context } from '@temporalio/activity';
import type { AnyNotice, NoticeTarget, SecretRef } from '../../domain/notice.ts';
import type { NotifyPort } from '../../domain/ports.ts';
import { failure } from '../failure.ts';
import { slackMessage } from './slack.ts';
import { type Publisher, publish, regionOf, type TopicTarget } from './topic.ts';
import { keyFrom, type Message, webhookMessage } from './webhook.ts';

export interface NotifyDependencies {
  readonly secrets: Pick<SecretsManagerClient, 'send'>;
  readonly publisherIn: (region: string) => Publisher;
  readonly fetch?: typeof globalThis.fetch;
  readonly config: {
    /** Of the worker's environment, those that are for notices. */
    readonly variables: Readonly<Record<string, string | undefined>>;
    /** The API as people know it; `null`: notices lead nowhere. */
    readonly apiUrl: string | null;
  };
}

/** A receiver takes a message and works on it later; Temporal tries again. */
const answerWithinMs = 10_000;

/** It may be well again, or want us to be slower; every other 4xx is a message or an address that stays wrong. */
const comesBack = (status: number): boolean => status >= 500 || status === 408 || status === 425 || status === 429;

export function createNotifyActivities({ secrets, publisherIn, fetch = globalThis.fetch, config }: NotifyDependencies): NotifyPort {
  const secretOf = async (name: string, ref: SecretRef): Promise<string> => {
    if ('variable' in ref) return config.variables[ref.variable] ?? refuse(name, `${ref.variable} is not set where the worker runs`);
    const found: GetSecretValueCommandOutput = await secrets
      .send(new GetSecretValueCommand({ SecretId: ref.secretArn }))
      .catch((error: unknown) => {
        throw failure(
          'notice.undelivered',
          `${name}: ${ref.secretArn} could not be read (${error instanceof Error ? error.name : 'unknown'})`,
        );
      });
    return found.SecretString ?? refuse(name, `${ref.secretArn} holds no text`);
  };

  const pageOf = (notice: AnyNotice): string | null => {
    const release = releaseOf(notice);
    return config.apiUrl === null || release === undefined ? null : `${config.apiUrl}/releases/${release}`;
  };

  const addressed = async (target: Exclude<NoticeTarget, TopicTarget>, notice: AnyNotice): Promise<Message & { readonly url: string }> => {
    const page = pageOf(notice);
    if (target.kind === 'slack')
      return { url: addressFrom(target.name, await secretOf(target.name, target.url)), ...slackMessage(notice, page) };
    const key = keyFrom(await secretOf(target.name, target.secret)) ?? refuse(target.name, 'its secret is not base64 of at least 24 bytes');
    return { url: target.url, ...webhookMessage(notice, page, key, Math.floor(Date.now() / 1_000)) };
  };

  const send = async (name: string, { url, headers, body }: Message & { readonly url: string }): Promise<Response> => {
    const signal = untilTooLate();
    try {
      // A redirect would take the message, and for a webhook its signature, to somewhere nobody reviewed.
      return await fetch(url, { method: 'POST', headers: { ...headers }, body, signal, redirect: 'error' });
    } catch {
      if (Context.current().cancellationSignal.aborted) return await Context.current().cancelled;
      throw failure('notice.undelivered', `${name} did not answer`);
    }
  };

  return {
    async deliverNotice({ target, notice }) {
      if (target.kind === 'sns') return publish(publisherIn(regionOf(target)), target, notice, pageOf(notice), untilTooLate());
      const { name } = target;
      const response = await send(name, await addressed(target, notice));
      await response.body?.cancel();
      if (response.ok) return;
      if (comesBack(response.status)) throw failure('notice.undelivered', `${name} answered with status ${response.status}`);
      refuse(name, `it answered with status ${response.status}`);
    },
  };
}

const untilTooLate = (): AbortSignal => AbortSignal.any([Context.current().cancellationSignal, AbortSignal.timeout(answerWithinMs)]);

/** By its name alone: an address may be a secret. */
function refuse(name: string, because: string): never {
  throw failure('notice.refused', `${name}: ${because}`);
}

function addressFrom(name: string, text: string): string {
  return /^https:\/\/\S+$/.test(text) || /^http:\/\/127\.0\.0\.1[:/]/.test(text) ? text : refuse(name, 'its address is not https');
}

/** Whose page leads on; the first of several. */
function releaseOf(notice: AnyNotice): string | undefined {
  switch (notice.kind) {
    case 'security finding':
      return notice.releases[0]?.releaseId;
    case 'unexplained workload':
    case 'unexplained write':
      return undefined;
    case 'finding since release':
      return notice.findings[0]?.release;
    case 'drift':
      return notice.drifts[0]?.release;
    case 'approval wanted':
    case 'approval still wanted':
      return notice.release;
  }
}
