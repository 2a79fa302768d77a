import { expect, test } from 'vitest';
import { type Digest, digestText } from '../../domain/digest.ts';
import type { MergedFinding } from '../../domain/merged-findings.ts';
import type { BlobStore } from '../tool/store.ts';
import { createLaterActivities } from './later.ts';

const finding = (rule: string): MergedFinding & { readonly isNew: null } => ({
  fingerprint: digestText(rule),
  tool: 'checkov',
  rule,
  severity: 'low',
  address: 'Deployment.fraud',
  message: 'a probe is missing',
  controls: [],
  reports: ['checkov manifests'],
  alsoAs: [],
  waiver: null,
  isNew: null,
});
const stored = new Map<Digest, unknown>([
  [digestText('then'), [finding('a')]],
  [digestText('tonight'), [finding('a'), finding('b'), finding('c')]],
]);
const blob = (name: string) => ({ digest: digestText(name), bytes: 1 });
const { findLater } = createLaterActivities({ findings: { getJson: async ({ digest }) => stored.get(digest) } as BlobStore });

test('tonight’s findings are compared with those of the judgement and with what was waived then', async () => {
  const judgement = { findings: blob('then'), waived: [digestText('c')] };
  const later = await findLater({ of: { place: 'p', release: 'fraud-1' }, findings: blob('tonight'), violations: [], judgement });
  expect(later.found.map(({ rule }) => rule)).toEqual(['b']);
});
