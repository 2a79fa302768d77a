import { describe, expect, test } from 'vitest';
import { orderOf } from '../test/support/builders.ts';
import { digestText } from './digest.ts';
import { type Former, type Parts, partsOf, type SoakRule, whyNotSoaked } from './soak.ts';

const rule: SoakRule = { releasedIn: 'staging', soakHours: 12 };
const hour = (hours: number) => new Date(Date.UTC(2026, 10, 20) + hours * 3_600_000).toISOString();
const model = (name: string) => ({
  version: name,
  digest: digestText(name),
  image: `registry.example/fraud@${digestText(`image ${name}`)}`,
});
const ofModel = (name: string, change: Partial<Parts> = {}): Parts => ({
  model: model(name),
  infrastructure: null,
  rollback: false,
  ...change,
});
const former = (releaseId: string, closedAt: string, parts: Parts, outcome: Former['outcome'] = 'released'): Former => ({
  releaseId,
  closedAt,
  parts,
  outcome,
});
const why = (wanted: Parts, atHour: number, ...newestFirst: readonly Former[]) =>
  whyNotSoaked(rule, wanted, newestFirst, Date.parse(hour(atHour)));

describe('a model', () => {
  test('has soaked from the last of its hours on, and before that it is said from when', () => {
    const there = former('s-1', hour(0), ofModel('new'));
    expect(why(ofModel('new'), 12, there)).toBeUndefined();
    expect(why(ofModel('new'), 11, there)).toBe(
      `model new runs in staging since ${hour(0)} (s-1) and has to for 12 h: ask again with the next attempt from ${hour(12)}`,
    );
  });

  test('that was never released there, under another digest or with another image, has not', () => {
    expect(why(ofModel('new'), 99)).toMatch(/^model new was not released in staging: release it there, let it run for 12 h/);
    expect(why(ofModel('new'), 99, former('s-1', hour(0), ofModel('old')))).toContain('was not released');
    const otherImage = { ...ofModel('new'), model: { ...model('new'), image: model('old').image } };
    expect(why(ofModel('new'), 99, former('s-1', hour(0), otherImage))).toContain('was not released');
  });

  test('keeps its hours when it is released again, or superseded by another', () => {
    const first = former('s-1', hour(0), ofModel('new'));
    expect(why(ofModel('new'), 12, former('s-2', hour(11), ofModel('new')), first)).toBeUndefined();
    expect(why(ofModel('new'), 12, former('s-2', hour(11), ofModel('newer')), first)).toBeUndefined();
  });

  test('that somebody went back from, or that the judge refused later, begins again', () => {
    const first = former('s-1', hour(0), ofModel('new'));
    const back = former('s-2', hour(13), ofModel('old', { rollback: true }));
    expect(why(ofModel('new'), 99, back, first)).toContain(`was taken back in staging at ${hour(13)} by s-2`);
    expect(why(ofModel('new'), 99, former('s-2', hour(13), ofModel('new'), 'rolled back'), first)).toContain('was taken back');
    const again = former('s-3', hour(20), ofModel('new'));
    expect(why(ofModel('new'), 31, again, back, first)).toContain(hour(32));
    expect(why(ofModel('new'), 32, again, back, first)).toBeUndefined();
  });

  test('that a rollback brought back runs again since then; another one that was refused is nothing to it', () => {
    const back = former('s-2', hour(5), ofModel('new', { rollback: true }));
    expect(why(ofModel('new'), 17, back)).toBeUndefined();
    expect(
      why(ofModel('new'), 12, former('s-2', hour(5), ofModel('other'), 'rolled back'), former('s-1', hour(0), ofModel('new'))),
    ).toBeUndefined();
  });
});

describe('infrastructure', () => {
  const stack = (commit: string, name = 'platform'): Parts => ({
    model: null,
    infrastructure: { stack: name, commit: commit.repeat(40) },
    rollback: false,
  });

  test('is the same stack at the same commit', () => {
    const there = former('s-1', hour(0), stack('a'));
    expect(why(stack('a'), 12, there)).toBeUndefined();
    expect(why(stack('b'), 99, there)).toContain('stack platform at commit bbbbbbbbbbbb was not released in staging');
    expect(why(stack('a', 'network'), 99, there)).toContain('was not released');
  });

  test('and a model soak each by themselves, and both are named when neither has', () => {
    const both = { ...ofModel('new'), infrastructure: stack('a').infrastructure };
    expect(why(both, 12, former('s-2', hour(0), stack('a')), former('s-1', hour(0), ofModel('new')))).toBeUndefined();
    expect(why(both, 12, former('s-1', hour(0), ofModel('new')))).toMatch(/^stack platform/);
    expect(why(both, 12)).toMatch(/^model new .*; stack platform/);
  });
});

test('the parts of an order are what would be looked for', () => {
  const order = orderOf();
  expect(partsOf(order)).toEqual({
    model: { version: '2026.11.3', digest: order.model?.digest, image: order.model?.image },
    infrastructure: { stack: 'platform', commit: 'c'.repeat(40) },
    rollback: false,
  });
  expect(partsOf({ ...order, infrastructure: undefined, rollback: { to: 'x', incident: 'i' } })).toMatchObject({
    infrastructure: null,
    rollback: true,
  });
});
