/** The smallest real files of the model formats, made by hand so that a test can spoil one byte. */
import { crc32 } from 'node:zlib';

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

export function safetensors(
  tensors: Readonly<Record<string, Tensor>> = { weights: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } },
  dataBytes = 8,
): Buffer {
  const header = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...tensors }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(dataBytes)]);
}

/** ModelProto: ir_version 9, an empty-named graph, operator set 17. */
export const onnx = (): Buffer => Buffer.from([0x08, 9, 0x3a, 3, 0x12, 1, 0x67, 0x42, 2, 0x10, 17]);

/** What skops writes for a linear model, with one more node where a forger would put theirs. */
export const skopsTree = (inner: unknown = { __class__: 'ndarray', __module__: 'numpy', __loader__: 'NdArrayNode', file: '1.npy' }) => ({
  __class__: 'LogisticRegression',
  __module__: 'sklearn.linear_model._logistic',
  __loader__: 'ObjectNode',
  content: { __class__: 'dict', __module__: 'builtins', __loader__: 'DictNode', content: { coef_: inner } },
  protocol: 2,
  _skops_version: '0.13.0',
});

export const skops = (tree: unknown = skopsTree()): Buffer => zip({ 'schema.json': JSON.stringify(tree), '1.npy': Buffer.alloc(16) });

/** An archive whose members are stored as they are. */
export function zip(members: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const [label, bytes] = [Buffer.from(name), Buffer.from(content)];
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(bytes.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(label.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), shared, label, bytes]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    locals.push(local);
    centrals.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), shared, rest, label]));
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(centrals.length, 4);
  end.writeUInt16LE(centrals.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\u0005\u0006'), end]);
}
