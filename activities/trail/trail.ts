/**
 * The audit trail in S3: what it has delivered of an account since somebody looked. Goes by the time at which a file came, and
 * not by its events': CloudTrail delivers within about 15 minutes, and what comes late is read when it comes.
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { ZodError } from 'zod';
import type { ReadTrail } from '../../domain/strays/account.ts';
import type { TrailWrite } from '../../domain/strays/write.ts';
import { writesIn } from './events.ts';

export interface TrailPlace {
  readonly s3: S3Client;
  readonly bucket: string;
  /** What stands before `AWSLogs/`: empty, or it ends in a slash. */
  readonly prefix: string;
  readonly now?: () => number;
}

interface TrailFile {
  readonly key: string;
  readonly bytes: number;
  readonly cameAt: number;
}

const dayMs = 86_400_000;
/** At the first look. */
const firstLookMs = dayMs;
/** A worker that was away for longer says so: a month of a large account is not read in an hour. */
const lookBackMs = 7 * dayMs;
/** Clocks differ, and a file has the time at which its upload began: what came just now is read by the next look. */
const settleMs = 5 * 60_000;
/** A minute or two of reading; the rest is read by the next look. CloudTrail makes a file each few minutes and region. */
const filesMax = 2_000;
/** CloudTrail ends a file at about 50 MB of text. */
const bytesMax = { compressed: 16 * 1024 * 1024, text: 64 * 1024 * 1024 };

const unzip = promisify(gunzip);

export function createTrailReader({ s3, bucket, prefix, now = Date.now }: TrailPlace): ReadTrail {
  return async (account, readUntil) => {
    const until = now() - settleMs;
    const mark = readUntil === null ? until - firstLookMs : Date.parse(readUntil);
    const since = Math.max(mark, until - lookBackMs);
    const files = await filesOf(account, since, until);
    const due = files.filter(({ cameAt }) => cameAt > since && cameAt <= until).toSorted((a, b) => a.cameAt - b.cameAt);
    const { taken, readTo } = firstOf(due, until);
    return {
      files: contentsOf(taken),
      readUntil: instant(readTo),
      gap: gapOf({ mark, since, readTo, waiting: due.length - taken.length }),
    };
  };

  /** Of every region. Of the day before, too: what comes after midnight may lie there. */
  async function filesOf(account: string, since: number, until: number): Promise<readonly TrailFile[]> {
    const root = `${prefix}AWSLogs/${account}/CloudTrail/`;
    const { folders } = await list(root, '/');
    const place = `s3://${bucket}/${root}`;
    if (folders.length === 0) throw new Error(`nothing lies at ${place}: the account has no trail that delivers there`);
    const prefixes = folders.flatMap((region) => daysBetween(since - dayMs, until).map((day) => `${region}${day}/`));
    const files: TrailFile[] = [];
    for (const one of prefixes) files.push(...(await list(one)).files);
    // Somebody always does something, if only to ask who they are: an account is not silent for a day, but a trail that is off is.
    if (files.length === 0) throw new Error(`nothing has come to ${place} for a day: the trail is off, or delivers elsewhere`);
    return files;
  }

  async function list(Prefix: string, Delimiter?: string) {
    const files: TrailFile[] = [];
    const folders: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix, Delimiter, ContinuationToken: token }));
      for (const { Key: key = '', Size: bytes = 0, LastModified } of page.Contents ?? [])
        if (key.endsWith('.json.gz')) files.push({ key, bytes, cameAt: LastModified?.getTime() ?? 0 });
      for (const { Prefix: folder } of page.CommonPrefixes ?? []) if (folder !== undefined) folders.push(folder);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return { files, folders };
  }

  async function* contentsOf(files: readonly TrailFile[]): AsyncGenerator<readonly TrailWrite[]> {
    for (const file of files) yield await contentOf(file);
  }

  /** Whole, or not at all: half a file would pass for all of it. */
  async function contentOf({ key, bytes }: TrailFile): Promise<readonly TrailWrite[]> {
    const unreadable = (why: string) => new Error(`s3://${bucket}/${key} could not be read whole: ${why}`);
    if (bytes > bytesMax.compressed) throw unreadable(`it has ${bytes} bytes, and ${bytesMax.compressed} are allowed`);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const zipped = (await Body?.transformToByteArray()) ?? new Uint8Array();
    try {
      return writesIn((await unzip(zipped, { maxOutputLength: bytesMax.text })).toString('utf8'));
    } catch (error) {
      throw unreadable(whyBroken(error));
    }
  }
}

/** As many as one look reads, and never some of those that came at one instant: the next look begins after it. */
export function firstOf(
  due: readonly TrailFile[],
  until: number,
  max = filesMax,
): { readonly taken: readonly TrailFile[]; readonly readTo: number } {
  const next = due[max];
  if (next === undefined) return { taken: due, readTo: until };
  const before = due.slice(0, max).filter(({ cameAt }) => cameAt < next.cameAt);
  const taken = before.length > 0 ? before : due.filter(({ cameAt }) => cameAt === next.cameAt);
  return { taken, readTo: taken.at(-1)?.cameAt ?? until };
}

function whyBroken(error: unknown): string {
  if (error instanceof SyntaxError) return 'it is not JSON';
  if (error instanceof ZodError) return `it is no list of events: ${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`;
  return error instanceof Error ? error.message : 'unknown';
}

interface Reach {
  readonly mark: number;
  readonly since: number;
  readonly readTo: number;
  readonly waiting: number;
}

function gapOf({ mark, since, readTo, waiting }: Reach): string | null {
  if (since > mark)
    return `what the trail delivered between ${instant(mark)} and ${instant(since)} was not read: nobody had looked for a week`;
  return waiting > 0 ? `the trail was read until ${instant(readTo)}; ${waiting} files wait for the next look` : null;
}

function daysBetween(from: number, to: number): readonly string[] {
  const days: string[] = [];
  for (let at = Math.floor(from / dayMs) * dayMs; at <= to; at += dayMs) days.push(instant(at).slice(0, 10).replaceAll('-', '/'));
  return days;
}

const instant = (ms: number): string => new Date(ms).toISOString();
