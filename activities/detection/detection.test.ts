/** Goal: whoever has traffic is told first, and nobody is left out. Method: lists of Temporal and what serves, written here. */
import { setTimeout as later } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { Ended } from '../../domain/ledger/ended.ts';
import { memoOf } from '../../domain/memo.ts';
import { footprintOf } from '../../domain/threats/concern.ts';
import type { Concerned } from '../../domain/threats/told.ts';
import { orderOf } from '../../test/support/builders.ts';
import { nothing, threatOf } from '../../test/support/threats.ts';
import { createDetectionActivities } from './detection.ts';

const [bucket = ''] = footprintOf(orderOf()).buckets;
const about = threatOf({ about: { ...nothing, buckets: [bucket] } });

const serves = (releaseId: string): Ended => ({ order: orderOf({ releaseId }), kind: 'released', at: '2026-11-27T10:00:00.000Z' });
const runOf = (workflowId: string) => ({
  workflowId,
  memo: memoOf(orderOf({ releaseId: workflowId })),
  typedSearchAttributes: {
    getAll: () => [{ key: { name: 'ReleasePhase' }, value: workflowId.startsWith('promoted') ? 'finishing' : 'shifting' }],
  },
});

function detectionOf(open: readonly string[], ended: readonly string[]) {
  const client = {
    workflow: {
      list: async function* () {
        yield* await later(0, open.map(runOf));
      },
    },
  } as unknown as Client;
  let looks = 0;
  const serving = async () => {
    looks += 1;
    return ended.map(serves);
  };
  const port = createDetectionActivities({ client, serving, pageMax: 2 });
  return { port, looks: () => looks };
}

const named = (page: readonly Concerned[]) => page.map(({ releaseId, state, more = false }) => `${releaseId} ${state}${more ? ' …' : ''}`);

test('open releases come first, without a look at what serves, and each release once', async () => {
  const { port, looks } = detectionOf(['open-b', 'promoted-a', 'open-c'], ['a', 'promoted-a', 'b', 'c']);
  const pages: string[][] = [];
  let after: Concerned | undefined;
  do {
    const page = await port.findConcerned({ threat: about, ...(after && { after: { releaseId: after.releaseId, state: after.state } }) });
    pages.push([...named(page), `${looks()} looks`]);
    after = page.at(-1);
  } while (after?.more === true);
  expect(pages).toEqual([
    ['open-b open', 'open-c open …', '0 looks'],
    ['promoted-a promoted …', '0 looks'],
    ['a serves', 'b serves …', '1 looks'],
    ['c serves', '2 looks'],
  ]);
});

test('without an open release what serves is the first page; a run from before asks by an id alone, and gets that', async () => {
  const { port } = detectionOf([], ['a']);
  expect([named(await port.findConcerned({ threat: about })), named(await port.findConcerned({ threat: about, after: 'x' }))]).toEqual([
    ['a serves'],
    ['a serves'],
  ]);
});

test('a finding about something else is about nobody', async () => {
  const { port } = detectionOf(['open'], ['a']);
  expect(await port.findConcerned({ threat: threatOf({ about: { ...nothing, buckets: ['logs'] } }) })).toEqual([]);
});
