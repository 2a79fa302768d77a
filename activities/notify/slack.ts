/** The same as a message that Slack, and what is shaped like it, shows with a button. What others wrote stays text. */
import type { ChangeCounts } from '../../domain/change.ts';
import { type Notice, noticeText } from '../../domain/notice.ts';
import type { Message } from './webhook.ts';

export function slackMessage(notice: Notice, page: string | null): Message {
  const { requester, reason, missing, expiresAt, change, statementDigest, release } = notice;
  const field = (name: string, value: string) => ({ type: 'mrkdwn', text: `*${name}*\n${escaped(value)}` });
  const blocks = [
    { type: 'section', text: { type: 'mrkdwn', text: `*${escaped(noticeText(notice))}*` } },
    {
      type: 'section',
      fields: [
        field('asked by', `${requester}: ${reason}`),
        field('waits for', missing),
        field('until', `${expiresAt.slice(0, 16).replace('T', ' ')} UTC`),
        field('change', changeText(change)),
      ],
    },
    { type: 'context', elements: [{ type: 'mrkdwn', text: escaped(`${release} · ${statementDigest}`) }] },
    ...(page === null
      ? []
      : [{ type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Read and decide' }, url: page }] }]),
  ];
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: escaped(noticeText(notice)), blocks }) };
}

function changeText(change: ChangeCounts | null): string {
  if (change === null) return 'no infrastructure';
  const { create, update, delete: destroy, replace } = change;
  return `${destroy} destroyed, ${replace} replaced, ${update} changed, ${create} created`;
}

/** Slack's three: without them a reason could call everybody in the channel, or hide where a link leads. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
