/**
 * Goal: a format is what its bytes say. Each good file here is the smallest real one; each bad one differs from
 * it in the one thing a forger would change.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onnx, safetensors, skops, skopsTree, zip } from '../../test/support/model-files.ts';
import { recogniseFormat } from './formats.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'formats-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const recognise = async (name: string, bytes: Uint8Array) => {
  const file = join(folder, name);
  await writeFile(file, bytes);
  return await recogniseFormat(file);
};

const pickle = Buffer.from([0x80, 4, 0x4e, 0x2e]);

describe('safetensors', () => {
  test('a header whose tensors cover the rest is one', async () => {
    expect(await recognise('m.safetensors', safetensors())).toEqual({ kind: 'safetensors' });
  });

  test.each([
    ['bytes after the last tensor', Buffer.concat([safetensors(), pickle])],
    ['a gap between tensors', safetensors({ w: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, 8)],
    [
      'tensors that overlap',
      safetensors({ a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] }, b: { dtype: 'F32', shape: [1], data_offsets: [2, 6] } }, 6),
    ],
    ['a header that is longer than the file', Buffer.from([255, 0, 0, 0, 0, 0, 0, 0, 123])],
    ['a header longer than the format allows', Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 123])],
    ['a header that is no JSON', Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 64, 64])],
    ['no tensor at all', safetensors({}, 0)],
    ['nothing', Buffer.alloc(0)],
  ])('%s is not', async (_what, bytes) => {
    expect(await recognise('m.safetensors', bytes)).toEqual({ kind: 'other' });
  });
});

describe('ONNX', () => {
  test('a model with version, graph and operator set is one', async () => {
    expect(await recognise('m.onnx', onnx())).toEqual({ kind: 'onnx' });
  });

  test.each([
    ['a field the format does not have', Buffer.concat([onnx(), Buffer.from([0x4a, 1, 0])])],
    ['a field that runs over the end', Buffer.concat([onnx(), Buffer.from([0x3a, 100])])],
    ['no graph', Buffer.from([0x08, 9, 0x42, 2, 0x10, 17])],
    ['text', Buffer.from('not a model')],
    ['nothing', Buffer.alloc(0)],
  ])('%s is not', async (_what, bytes) => {
    expect((await recognise('m.onnx', bytes)).kind).toBe('other');
  });
});

describe('skops', () => {
  test('known estimators and numbers have no unknown type', async () => {
    expect(await recognise('m.skops', skops())).toEqual({ kind: 'skops', unknownTypes: [] });
  });

  test.each([
    ['os', 'system'],
    ['builtins', 'eval'],
    ['sklearn.externals.joblib', 'load'],
    ['numpy.testing._private.utils', 'runstring'],
    ['operator', 'methodcaller'],
  ])('%s.%s is named, however deep it lies', async (module, type) => {
    const hostile = skopsTree({ __class__: type, __module__: module, __loader__: 'FunctionNode' });
    expect(await recognise('m.skops', skops(hostile))).toEqual({ kind: 'skops', unknownTypes: [`${module}.${type}`] });
  });

  test('an archive with anything besides schema and numbers is not skops', async () => {
    const bytes = zip({ 'schema.json': JSON.stringify(skopsTree()), 'payload.pkl': pickle });
    expect(await recognise('m.skops', bytes)).toEqual({ kind: 'other' });
  });

  test('an archive without a schema, and no archive, are not skops', async () => {
    expect(await recognise('m.skops', zip({ '1.npy': Buffer.alloc(4) }))).toEqual({ kind: 'other' });
    expect(await recognise('m.skops', Buffer.from('PK'))).toEqual({ kind: 'other' });
  });
});

test.each(['m.skops', 'm.safetensors', 'm.onnx', 'm.pkl', 'm.bin', 'm'])('a pickle called %s is a pickle', async (name) => {
  expect(await recognise(name, pickle)).toEqual({ kind: 'pickle' });
});

test('a format under another name is not taken for it: the server goes by the name', async () => {
  expect(await recognise('m.pkl', safetensors())).toEqual({ kind: 'other' });
  expect(await recognise('m.onnx', skops())).toEqual({ kind: 'other' });
});
