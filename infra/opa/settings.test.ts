/** The policies' data and the domain's words are written twice, in two languages: here they are held together. */
import { expect, test } from 'vitest';
import { actions } from '../../domain/caller.ts';
import { severities } from '../../domain/finding.ts';
import { isWaivable } from '../../domain/waiver.ts';
import settings from './plimsoll/settings/data.json' with { type: 'json' };
import shapes from './plimsoll/shapes/data.json' with { type: 'json' };

test('every action has its permissions, and no permission is for an action that is not', () => {
  expect(Object.keys(settings.permissions).toSorted()).toEqual([...actions].toSorted());
});

test('severities have one order', () => {
  expect(settings.severities).toEqual(severities);
  expect(shapes.release.properties.reports.items.properties.findings.items.properties.severity.enum).toEqual(severities);
});

test('what the policies never waive, the catalog does not take either', () => {
  expect(settings.neverWaived.length).toBeGreaterThan(0);
  expect(settings.neverWaived.filter(isWaivable)).toEqual([]);
});
