/**
 * Model formats, recognised by content and never by name alone, for two reasons: modelscan skips what it does
 * not read, and a skipped file must not count as a clean one; and it goes by the suffix, so a pickle under
 * another name would be skipped too.
 *
 * safetensors and ONNX hold data only: numbers and a graph, no code (an ONNX operator outside the standard runs
 * only where the server already carries its library). skops names the types it will build, and those are read.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { extname } from 'node:path';
import yauzl from 'yauzl';
import { z } from 'zod';

export type Format =
  | { readonly kind: 'safetensors' | 'onnx' }
  /** `unknownTypes`: what the file wants to build besides numbers and known estimators. */
  | { readonly kind: 'skops'; readonly unknownTypes: readonly string[] }
  | { readonly kind: 'pickle' }
  /** For modelscan to say, by its suffix. */
  | { readonly kind: 'other' };

/** Name and content must agree: the server chooses its loader by the name, the scan must mean the same one. */
export async function recogniseFormat(path: string): Promise<Format> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const suffix = extname(path).toLowerCase();
    if (suffix === '.safetensors' && (await isSafetensors(file, size))) return { kind: 'safetensors' };
    if (suffix === '.onnx' && (await isOnnx(file, size))) return { kind: 'onnx' };
    if (suffix === '.skops') {
      const unknownTypes = await readSkopsTypes(path);
      if (unknownTypes !== null) return { kind: 'skops', unknownTypes };
    }
    return (await isPickle(file)) ? { kind: 'pickle' } : { kind: 'other' };
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Opcode PROTO and the protocols that exist. Older pickles are modelscan's to find, by their suffix. */
async function isPickle(file: FileHandle): Promise<boolean> {
  const [opcode, protocol] = await read(file, 0, 2);
  return opcode === 0x80 && protocol !== undefined && protocol >= 2 && protocol <= 5;
}

/* ------------------------------------------------------------ safetensors */

/** The format's own limit. */
const safetensorsHeaderMax = 100_000_000;

const tensor = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

const safetensorsHeader = z.object({ __metadata__: z.record(z.string(), z.string()).optional() }).catchall(tensor);

/** 8 bytes of length, a JSON header, and tensors that cover the rest exactly: no room for anything else. */
async function isSafetensors(file: FileHandle, size: number): Promise<boolean> {
  const prefix = await read(file, 0, 8);
  if (prefix.length < 8) return false;
  const headerBytes = Number(prefix.readBigUInt64LE());
  if (headerBytes > safetensorsHeaderMax || headerBytes + 8 > size) return false;
  const header = parse(safetensorsHeader, await read(file, 8, headerBytes));
  if (header === undefined) return false;
  const { __metadata__: _, ...tensors } = header;
  const spans = Object.values(tensors).map(({ data_offsets: [from, to] }) => ({ from, to }));
  let end = 0;
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end || to < from) return false;
    end = to;
  }
  return spans.length > 0 && 8 + headerBytes + end === size;
}

function parse<T>(schema: z.ZodType<T>, bytes: Buffer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/* ------------------------------------------------------------------- onnx */

/** Fields of `ModelProto` (onnx.proto) and whether each is a number or bytes of a length. */
const onnxFields: Readonly<Record<number, 'number' | 'bytes'>> = {
  1: 'number', // ir_version
  2: 'bytes', // producer_name
  3: 'bytes', // producer_version
  4: 'bytes', // domain
  5: 'number', // model_version
  6: 'bytes', // doc_string
  7: 'bytes', // graph
  8: 'bytes', // opset_import
  14: 'bytes', // metadata_props
  20: 'bytes', // training_info
  25: 'bytes', // functions
};
const onnxRequired = [1, 7, 8];

/** Two varints of ten bytes: the longest a field's head can be. */
const fieldHeadMax = 20;
/** Far more fields than a model has at the top; a file of endless tiny ones is not a model. */
const onnxFieldsMax = 100_000;

/** The top level of a `ModelProto`, walked to the last byte without reading the graph. */
async function isOnnx(file: FileHandle, size: number): Promise<boolean> {
  const seen = new Set<number>();
  let position = 0;
  for (let fields = 0; position < size; fields += 1) {
    const head = await read(file, position, fieldHeadMax);
    const tag = readVarint(head, 0);
    const value = tag && readVarint(head, tag.next);
    if (!tag || !value || fields > onnxFieldsMax) return false;
    const [field, wireType] = [Math.floor(tag.value / 8), tag.value % 8];
    const expected = onnxFields[field];
    if (expected === undefined || wireType !== (expected === 'number' ? 0 : 2)) return false;
    seen.add(field);
    position += value.next + (expected === 'bytes' ? value.value : 0);
  }
  return position === size && onnxRequired.every((field) => seen.has(field));
}

function readVarint(bytes: Buffer, start: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = start; index < Math.min(bytes.length, start + 10); index += 1) {
    const byte = bytes[index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (index - start));
    if (byte < 0x80) return { value, next: index + 1 };
  }
  return undefined;
}

/* ------------------------------------------------------------------ skops */

/** A schema is text about a model; the largest forests seen are some MiB. */
const skopsSchemaBytesMax = 256 * 1024 * 1024;

const skopsMember = /^(schema\.json|[^/]+\.(npy|npz|bin))$/;

/** Types that hold data and run nothing when built. Narrower than what a server may trust on purpose. */
const skopsKnown = [
  /^builtins\.(int|float|str|bool|bytes|bytearray|complex|NoneType|list|set|frozenset|tuple|dict|slice|range|type|map)$/,
  /^collections\.(OrderedDict|defaultdict)$/,
  /^datetime\./,
  /^numpy\.(ndarray|matrix|generic|dtype|bool_?|void|str_|bytes_|object_|float\w*|double|u?int\w*|complex\w*|datetime64|timedelta64)$/,
  /^numpy\.(dtypes|random|ma|ma\.core)\.\w+$/,
  /^numpy\.random\.\w+\.\w+$/,
  /^numpy\.(exp|log|log1p|expm1|sqrt|square|absolute|reciprocal)$/,
  /^scipy\.(sparse|special|stats|interpolate)\./,
  /^sklearn\.(?!externals|utils\.(_testing|_joblib|parallel|fixes)|datasets|show_versions)/,
  /^(lightgbm|xgboost|catboost|quantile_forest)\./,
];

/** A tree of nodes; each may say the module and class of what it stands for. */
const skopsNode = z.looseObject({ __class__: z.string(), __module__: z.string(), __loader__: z.string() });

/** `null`: not a skops file. Otherwise the types in it that are not known to be harmless. */
async function readSkopsTypes(path: string): Promise<readonly string[] | null> {
  const schema = await readSkopsSchema(path).catch(() => null);
  const root = schema === null ? undefined : parse(skopsNode, schema);
  if (root === undefined) return null;
  const types = new Set<string>();
  const rest: unknown[] = [root];
  for (let node = rest.pop(); node !== undefined; node = rest.pop()) {
    const named = skopsNode.safeParse(node).data;
    if (named) types.add(`${named.__module__}.${named.__class__}`);
    if (typeof node === 'object' && node !== null) rest.push(...Object.values(node).filter((value) => value !== undefined));
  }
  return [...types].filter((type) => !skopsKnown.some((known) => known.test(type))).toSorted();
}

/** `null` when a member is neither the schema nor numbers: something else travels in the file. */
async function readSkopsSchema(path: string): Promise<Buffer | null> {
  const zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false });
  try {
    let schema: Buffer | null = null;
    for await (const entry of zip.eachEntry()) {
      if (!skopsMember.test(entry.fileName)) return null;
      if (entry.fileName !== 'schema.json') continue;
      if (schema !== null || entry.uncompressedSize > skopsSchemaBytesMax) return null;
      schema = Buffer.concat(await (await zip.openReadStreamPromise(entry)).toArray());
    }
    return schema;
  } finally {
    zip.close();
  }
}
