/** The same as a message that Slack, and what is shaped like it, shows with a button. What others wrote stays text. */
import type { ChangeCounts } from '../../domain/change.ts';
import {
  type AnyNotice,
  type DriftNotice,
  type Notice,
  noticeText,
  type RescanNotice,
  type StrayNotice,
  type StrayWriteNotice,
  type ThreatNotice,
} from '../../domain/notice.ts';
import type { Message } from './webhook.ts';

export function slackMessage(notice: AnyNotice, page: string | null): Message {
  const [button, more] = partsOf(notice);
  const blocks = [
    { type: 'section', text: { type: 'mrkdwn', text: `*${escaped(noticeText(notice))}*` } },
    ...more,
    ...(page === null ? [] : [{ type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: button }, url: page }] }]),
  ];
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: escaped(noticeText(notice)), blocks }) };
}

function partsOf(notice: AnyNotice): readonly [button: string, blocks: readonly object[]] {
  switch (notice.kind) {
    case 'security finding':
      return ['Read', threatBlocks(notice)];
    case 'unexplained workload':
      return ['Read', strayBlocks(notice)];
    case 'finding since release':
      return ['Read', laterBlocks(notice)];
    case 'unexplained write':
      return ['Read', writeBlocks(notice)];
    case 'drift':
      return ['Read', driftBlocks(notice)];
    case 'approval wanted':
    case 'approval still wanted':
      return ['Read and decide', approvalBlocks(notice)];
  }
}

const strayBlocks = ({ strays }: StrayNotice): readonly object[] =>
  strays.map(({ environment, cluster, namespace, workload, because }) =>
    context(`${environment} · ${cluster}/${namespace} · ${workload}: ${because}`),
  );

const laterBlocks = ({ findings }: RescanNotice): readonly object[] =>
  findings.map(({ place, severity, rule, address, message }) =>
    context(`${place} · ${severity ?? 'denied'} · ${rule} · ${address}: ${message}`),
  );

const writeBlocks = ({ writes }: StrayWriteNotice): readonly object[] =>
  writes.map(({ account, principal, person, source, name, times, last, eventId, resources, because }) =>
    context(
      `${account} · ${principal}${person === null ? '' : ` for ${person}`} · ${source} ${name}, ${times} times, last ${last} (${eventId}) · ${resources.join(', ')} · ${because}`,
    ),
  );

const driftBlocks = ({ drifts }: DriftNotice): readonly object[] =>
  drifts.map(({ place, address, action }) => context(`${place} · ${action} ${address}`));

const field = (name: string, value: string) => ({ type: 'mrkdwn', text: `*${name}*\n${escaped(value)}` });
const context = (text: string) => ({ type: 'context', elements: [{ type: 'mrkdwn', text: escaped(text) }] });

function threatBlocks({ finding, about, releases, moreReleases = 0, evidence }: ThreatNotice): readonly object[] {
  const named = [
    about.cluster,
    ...about.workloads.map(({ namespace, name }) => `${namespace}/${name}`),
    ...about.buckets,
    ...about.sessions,
  ];
  const reached = releases.map(({ service, environment, state }) => `${service} in ${environment}: ${state}`);
  if (moreReleases > 0) reached.push(`${moreReleases} more`);
  return [
    {
      type: 'section',
      fields: [
        field('about', named.filter((name) => name !== null).join(', ') || 'nothing of ours'),
        field('releases', reached.join(', ') || 'none'),
        field('where', `${finding.account}, ${finding.region}`),
        field('seen', `${finding.count} times, last update ${finding.updatedAt}`),
      ],
    },
    context(`${finding.id} · event ${evidence}`),
  ];
}

function approvalBlocks(notice: Notice): readonly object[] {
  const { requester, reason, missing, expiresAt, change, statementDigest, release } = notice;
  return [
    {
      type: 'section',
      fields: [
        field('asked by', `${requester}: ${reason}`),
        field('waits for', missing),
        field('until', `${expiresAt.slice(0, 16).replace('T', ' ')} UTC`),
        field('change', changeText(change)),
      ],
    },
    context(`${release} · ${statementDigest}`),
  ];
}

function changeText(change: ChangeCounts | null): string {
  if (change === null) return 'no infrastructure';
  const { create, update, delete: destroy, replace } = change;
  return `${destroy} destroyed, ${replace} replaced, ${update} changed, ${create} created`;
}

/** Slack's three: without them a reason could call everybody in the channel, or hide where a link leads. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
