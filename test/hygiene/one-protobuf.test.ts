/**
 * Every part of the Temporal SDK must use the same copy of protobufjs: with two of them a message that one part
 * made is no message to the other, and that shows only once a worker runs.
 */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repository } from './repository.ts';

const modules = join(repository, 'node_modules');
const parts = readdirSync(join(modules, '@temporalio'));

/** Which copy this part gets, and of which version. Nothing of it is loaded. */
function copyFor(part: string): { readonly folder: string; readonly version: string } {
  const file = realpathSync(createRequire(join(modules, '@temporalio', part, 'package.json')).resolve('protobufjs/minimal'));
  const folder = file.slice(0, file.lastIndexOf('protobufjs') + 'protobufjs'.length);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { folder, version };
}

test('the SDK is here, with the parts that make and read messages', () => {
  expect(parts).toEqual(expect.arrayContaining(['activity', 'client', 'common', 'proto', 'worker', 'workflow']));
});

test('every part of the SDK resolves one copy of protobufjs', () => {
  expect(new Set(parts.map((part) => copyFor(part).folder))).toEqual(new Set([join(realpathSync(modules), 'protobufjs')]));
});

test('that copy is of the major version that the SDK was generated with', () => {
  const { dependencies } = JSON.parse(readFileSync(join(modules, '@temporalio/proto/package.json'), 'utf8')) as {
    dependencies: { protobufjs: string };
  };
  expect(dependencies.protobufjs).toMatch(/^\^8\./);
  expect(copyFor('proto').version).toMatch(/^8\./);
});
