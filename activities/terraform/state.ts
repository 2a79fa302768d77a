/** Who a state is: lineage and serial, read from its object. The rest of it is secret and is not looked at. */
import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { StateBackend } from '../../domain/catalog.ts';
import { parseJson } from '../tool/output.ts';
import { reachable, readObject } from './reachable.ts';

const stateHead = z.looseObject({ lineage: z.string(), serial: z.number() });
export interface StateHead {
  readonly lineage: string | null;
  readonly serial: number;
}

/** A state that nobody has written yet has no lineage and the serial 0. */
export async function readStateHead(s3: S3Client, { bucket, key }: StateBackend): Promise<StateHead> {
  const text = await reachable('the state', () => readObject(s3, bucket, key));
  if (text === null) return { lineage: null, serial: 0 };
  const { lineage, serial } = parseJson(stateHead, text, 'the state');
  return { lineage, serial };
}
