import { expect, test } from 'vitest';
import { applyArgs, initArgs, planArgs, pushStateArgs } from './arguments.ts';
import { backendFileText } from './backend.ts';

test('only a plan that just looks does without the lock', () => {
  expect(planArgs('p', [], { kind: 'none' })).toContain('-lock=false');
  for (const args of [
    planArgs('p', [], { kind: 'wait', seconds: 9 }),
    applyArgs('p', { kind: 'wait', seconds: 9 }),
    pushStateArgs('s', { kind: 'wait', seconds: 9 }),
  ]) {
    expect(args).toContain('-lock-timeout=9s');
    expect(args).not.toContain('-lock=false');
  }
});

test('a plan asks nobody, tells changes by its exit code, and takes variables from files alone', () => {
  const args = planArgs('/w/plan', ['/w/a.json', '/w/b.json'], { kind: 'none' });
  expect(args).toEqual(
    expect.arrayContaining(['-input=false', '-detailed-exitcode', '-var-file=/w/a.json', '-var-file=/w/b.json', '-out=/w/plan']),
  );
  expect(args.some((arg) => arg.startsWith('-var='))).toBe(false);
});

test('an apply takes one plan file and nothing that could widen it', () => {
  expect(applyArgs('/w/plan', { kind: 'wait', seconds: 1 })).toEqual([
    'apply',
    '-input=false',
    '-no-color',
    '-json',
    '-lock-timeout=1s',
    '/w/plan',
  ]);
});

test('a reviewed lock file is read only, and checks reach no backend', () => {
  expect(initArgs(null, true)).toEqual(['init', '-input=false', '-no-color', '-backend=false', '-lockfile=readonly']);
  expect(initArgs('/w/b', false)).toEqual(['init', '-input=false', '-no-color', '-reconfigure', '-backend-config=/w/b']);
});

test('the backend file says where the state is and nothing about who we are', () => {
  const backend = { bucket: 'acme-tfstate', key: 'production.tfstate', region: 'eu-west-1', lockTable: 'acme-tflock', lockFile: true };
  expect(JSON.parse(backendFileText(backend))).toEqual({
    bucket: 'acme-tfstate',
    key: 'production.tfstate',
    region: 'eu-west-1',
    encrypt: true,
    use_lockfile: true,
    dynamodb_table: 'acme-tflock',
  });
  expect(backendFileText({ ...backend, lockTable: '' })).not.toContain('dynamodb');
});
