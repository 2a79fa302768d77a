import { describe, expect, test } from 'vitest';
import { failureKindOf, sentenceOf } from './sentence.ts';

describe('what a person reads', () => {
  test('is Helm’s reason, without progress, hints or paths of the worker', () => {
    const output = `==> Linting /tmp/w-1/source/chart
[INFO] Chart.yaml: icon is recommended
[ERROR] values.yaml: - at '/replicas': got string, want integer
[ERROR] templates/: /tmp/w-1/source/chart/templates/x.yaml:3: unexpected {{end}}

Error: 1 chart(s) linted, 1 chart(s) failed`;
    expect(sentenceOf(output, '/tmp/w-1')).toBe(
      "[ERROR] values.yaml: - at '/replicas': got string, want integer [ERROR] templates/: x.yaml:3: unexpected {{end}}",
    );
  });
  test('is bounded', () => {
    expect(sentenceOf(`[ERROR] ${'x '.repeat(5000)}`, '/w').length).toBeLessThanOrEqual(600);
  });
  test('is never empty', () => {
    expect(sentenceOf('', '/w')).toBe('Helm said no without a reason');
  });
});

test.each([
  ['Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress', 'helm.busy'],
  ['Error: UPGRADE FAILED: release: already exists', 'helm.busy'],
  ['Error: kubernetes cluster unreachable: Get "https://x": dial tcp 127.0.0.1:9: connect: connection refused', 'kubernetes.unreachable'],
  ['Error: UPGRADE FAILED: etcdserver: request timed out', 'kubernetes.unreachable'],
  ['Error: UPGRADE FAILED: Service "Not_A_Name" is invalid: metadata.name', 'helm.failed'],
  ['', 'helm.failed'],
] as const)('“%s” is %s', (stderr, kind) => {
  expect(failureKindOf(stderr)).toBe(kind);
});
