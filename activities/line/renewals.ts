/**
 * Which waivers that have ended were renewed since: looked up in the catalog's files as they are now. The API has said
 * what is wrong with a file when it was read; here one that is not understood renews nothing.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Digest, isDigest } from '../../domain/digest.ts';
import { beginOfDay, endOfDay, type Renewal, renews, type WaiverInPlay } from '../../domain/waiver.ts';

const own = z.object({
  environment: z.string().nullable().default(null),
  service: z.string().nullable().default(null),
  reason: z.string(),
  owner: z.string(),
  from: z.iso.date().transform(beginOfDay),
  until: z.iso.date().transform(endOfDay),
});
const waiverFile = z.union([
  own
    .extend({ fingerprint: z.custom<Digest>((value) => typeof value === 'string' && isDigest(value)) })
    .transform(({ fingerprint, ...rest }) => ({ ...rest, waives: { kind: 'fingerprint', fingerprint } as const })),
  own
    .extend({ rule: z.string(), address: z.string(), environment: z.string() })
    .transform(({ rule, address, ...rest }) => ({ ...rest, waives: { kind: 'rule', rule, address } as const })),
]);

export async function renewalOf(
  catalog: string,
  ended: WaiverInPlay,
  release: { readonly service: string; readonly environment: string },
  at: string,
): Promise<Renewal | undefined> {
  try {
    const file = parse(await readFile(join(catalog, 'waivers', `${ended.name}.yaml`), 'utf8'));
    const waiver = { name: ended.name, ...waiverFile.parse(file) };
    return renews(waiver, ended, release, at) ? { name: ended.name, until: waiver.until } : undefined;
  } catch {
    return undefined;
  }
}
