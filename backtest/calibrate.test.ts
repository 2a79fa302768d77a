/** κ and shares from the live version: from which time, and that the new version has no part in them. */
import { describe, expect, test } from 'vitest';
import type { CountedInstant } from '../domain/judge/counts.ts';
import { recorded } from '../test/support/recordings.ts';
import { calibrated } from './calibrate.ts';
import { differences, pollsOf } from './recording.ts';

const pollsOfInstants = (instants: readonly CountedInstant[]) => pollsOf({ name: 'x', instants });

describe('the live version is measured', () => {
  test('in the history that was given, before anything else', () => {
    const { before, during } = pollsOfInstants(recorded({ canaryFromSeconds: 1_800 }));
    const history = differences(recorded({ errorShare: { stable: 0.02, canary: 0 } }));
    const { calibration, source } = calibrated(history, before, during);
    expect(source).toBe('the history that was given');
    expect(calibration.metrics['errors']?.stableShare).toBeCloseTo(0.02, 3);
  });

  test('before the new one came, where the recording begins early enough', () => {
    const { before, during } = pollsOfInstants(recorded({ canaryFromSeconds: 1_800 }));
    expect([before.length, during.length]).toEqual([359, 361]);
    const { calibration, source } = calibrated([], before, during);
    expect(source).toContain('before the new one came');
    expect(calibration).toMatchObject({ from: 'history', polls: before.length });
  });

  test('in the recording itself at last, and the report says that this is hindsight', () => {
    const { before, during } = pollsOfInstants(recorded());
    expect(calibrated([], before, during).source).toContain('hindsight');
  });

  test('not at all where there is hardly any traffic', () => {
    const { before, during } = pollsOfInstants(recorded({ perSecond: 0.05 }));
    expect(calibrated([], before, during).calibration).toEqual({ from: 'none', windowSeconds: 0, polls: 0, metrics: {} });
  });
});

test('few polls give shares and no κ', () => {
  const { before, during } = pollsOfInstants(recorded({ seconds: 200 }));
  const { calibration, source } = calibrated([], before, during);
  expect(source).toContain('its 40 polls are too few for κ');
  expect(calibration.metrics['errors']).toEqual({ kappa: 2, stableShare: expect.closeTo(0.001, 3) });
});

/** Requests fail in clusters of `size`, in pods that take turns. */
function clustered(size: number, pods: number): readonly CountedInstant[] {
  const plain = recorded({ pods: { stable: pods, canary: 1 }, errorShare: { stable: 0.01, canary: 0.01 } });
  return plain.map((one, index) => ({
    ...one,
    sample: {
      ...one.sample,
      stable: one.sample.stable.map((pod, at) => ({ ...pod, errors: size * Math.floor((index + (at * size) / pods) / size) * 2 })),
    },
  }));
}

describe('clusters of failures raise κ', () => {
  test.each([3, 1])('with %i pods: against each other, or poll against poll', (pods) => {
    const kappaOf = (size: number) => {
      const { before, during } = pollsOfInstants(clustered(size, pods));
      return calibrated([], before, during).calibration.metrics['errors']?.kappa ?? 0;
    };
    expect(kappaOf(1)).toBeLessThan(1.5);
    expect(kappaOf(8)).toBeGreaterThan(3);
  });
});

test('what the new version does changes nothing in it', () => {
  const of = (canary: number) => {
    const { before, during } = pollsOfInstants(recorded({ errorShare: { stable: 0.001, canary } }));
    return calibrated([], before, during).calibration;
  };
  expect(of(0.5)).toEqual(of(0.001));
});
