/**
 * Goal: a good version serves afterwards; a bad one is gone, and what served before serves on.
 * Method: real releases of the model part. Two services have two lanes, so that stories run side by side.
 */
import { beforeAll, expect, test } from 'vitest';
import * as given from './given.ts';
import { people } from './given.ts';
import * as then from './then.ts';
import * as when from './when.ts';

beforeAll(async () => {
  await Promise.all([given.liveVersion('fraud-scorer'), given.liveVersion('churn-scorer')]);
});

test('a good version is compared, promoted and serves; the old one is parked; the record is whole', async () => {
  const request = await given.modelRequest('fraud-scorer');
  const { id, outcome } = await when.releaseApproved(people.ana, people.sam, request);
  then.endedAs(outcome, 'released', '2026.11.2 serves all of fraud-scorer');
  const release = await when.show(id);
  expect(release.history.map(({ phase }) => phase)).toEqual(
    expect.arrayContaining(['checking', 'judging', 'awaiting approval', 'queued', 'deploying', 'shifting', 'watching', 'closed']),
  );
  await then.serves('fraud-scorer', id);
  await then.nothingLeftBehind(release);
  await then.recordIsWhole(id);
});
