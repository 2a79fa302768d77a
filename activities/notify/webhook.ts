/**
 * A signed webhook, as Standard Webhooks has it (standardwebhooks.com): id, time and body are signed together, so that
 * none can be exchanged, and a receiver refuses what is old.
 */
import { createHmac } from 'node:crypto';
import type { AnyNotice } from '../../domain/notice.ts';

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const prefix = 'whsec_';
/** Less could be guessed; what providers give out is 24 to 64. */
const keyBytesMin = 24;

/** `undefined`: no such key; it is base64, with or without the usual prefix. */
export function keyFrom(secret: string): Buffer | undefined {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  const key = Buffer.from(text, 'base64');
  return key.length >= keyBytesMin && key.toString('base64') === text ? key : undefined;
}

export const eventTypeOf = ({ kind }: AnyNotice): string => `release.${kind.replaceAll(' ', '_')}`;

/** What programs are sent, wherever they listen. */
export function eventOf(notice: AnyNotice, page: string | null): string {
  const { id: _id, kind: _kind, at, ...data } = notice;
  return JSON.stringify({ type: eventTypeOf(notice), timestamp: at, data: { ...data, page } });
}

export function webhookMessage(notice: AnyNotice, page: string | null, key: Buffer, seconds: number): Message {
  const { id } = notice;
  const body = eventOf(notice, page);
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,${signature}`,
    },
    body,
  };
}
