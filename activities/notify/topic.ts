/**
 * The same to a topic of SNS: programs that subscribe get the event of a webhook, and mail gets a sentence. SNS keeps no
 * id for whoever hears of it, so that it is an attribute beside the kind, which filter policies of subscriptions read.
 */
import {
  AuthorizationErrorException,
  InvalidParameterException,
  InvalidParameterValueException,
  KMSAccessDeniedException,
  KMSDisabledException,
  KMSNotFoundException,
  NotFoundException,
  PublishCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { type AnyNotice, type NoticeTarget, noticeText } from '../../domain/notice.ts';
import { failure } from '../failure.ts';
import { eventOf, eventTypeOf } from './webhook.ts';

export type TopicTarget = Extract<NoticeTarget, { kind: 'sns' }>;
export type Publisher = Pick<SNSClient, 'send'>;

/** SNS takes no longer subject, and no line break in it. */
const subjectMax = 100;

/** A client for each region that a topic is in. */
export function createPublishers(endpoint?: string): (region: string) => Publisher {
  const clients = new Map<string, SNSClient>();
  return (region) => {
    const known = clients.get(region) ?? new SNSClient({ region, ...(endpoint !== undefined && { endpoint }) });
    clients.set(region, known);
    return known;
  };
}

export const regionOf = ({ topicArn }: TopicTarget): string => topicArn.split(':')[3] ?? '';

export async function publish(
  sns: Publisher,
  target: TopicTarget,
  notice: AnyNotice,
  page: string | null,
  abortSignal: AbortSignal,
): Promise<void> {
  const text = noticeText(notice);
  const body = eventOf(notice, page);
  const command = new PublishCommand({
    TopicArn: target.topicArn,
    Subject: subjectOf(text),
    MessageStructure: 'json',
    Message: JSON.stringify({ default: body, email: page === null ? text : `${text}\n\n${page}`, sms: text }),
    MessageAttributes: { id: attribute(notice.id), type: attribute(eventTypeOf(notice)) },
  });
  try {
    await sns.send(command, { abortSignal });
  } catch (error) {
    throw failure(isFinal(error) ? 'notice.refused' : 'notice.undelivered', `${target.name}: ${whyNot(error)}`);
  }
}

const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });

/** Printable ASCII that begins with a letter or a digit. */
const subjectOf = (text: string): string => `Plimsoll: ${text}`.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, subjectMax);

/** SNS's own no: a topic that is gone, a right that is missing. Whatever else it says may be well again. */
const finalErrors = [
  AuthorizationErrorException,
  InvalidParameterException,
  InvalidParameterValueException,
  KMSAccessDeniedException,
  KMSDisabledException,
  KMSNotFoundException,
  NotFoundException,
] as const;
const isFinal = (error: unknown): boolean => finalErrors.some((one) => error instanceof one);

const whyNot = (error: unknown): string => (error instanceof Error ? `SNS did not take it (${error.name})` : 'SNS did not take it');
