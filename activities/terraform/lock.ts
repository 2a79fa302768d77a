/** Terraform's lock on a state, read where Terraform keeps it. Only Terraform's own `force-unlock` removes it. */
import { type DynamoDBClient, GetItemCommand, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { StateBackend } from '../../domain/catalog.ts';
import { parseJson } from '../tool/output.ts';
import { reachable, readObject } from './reachable.ts';

const lockInfo = z.looseObject({ ID: z.string(), Who: z.string(), Operation: z.string(), Created: z.string() });

export interface Lock {
  readonly id: string;
  /** `user@host`. */
  readonly who: string;
  readonly operation: string;
  readonly createdAt: Date;
}

export interface LockClients {
  readonly stateS3: S3Client;
  readonly stateDynamo: DynamoDBClient;
}

/** The lock object first, then the table: Terraform takes them in this order, and both carry one id. */
export async function readLock({ stateS3, stateDynamo }: LockClients, backend: StateBackend): Promise<Lock | null> {
  const { bucket, key, lockFile } = backend;
  const text = await reachable(
    'the state lock',
    async () => (lockFile ? await readObject(stateS3, bucket, `${key}.tflock`) : null) ?? (await readLockItem(stateDynamo, backend)),
  );
  if (text === null) return null;
  const { ID, Who, Operation, Created } = parseJson(lockInfo, text, 'the state lock');
  return { id: ID, who: Who, operation: Operation, createdAt: new Date(Created) };
}

/** For the person who has to find the holder. */
export const holderOf = ({ id, who, operation, createdAt }: Lock): string =>
  `${who}, ${operation}, since ${createdAt.toISOString()}, lock ${id}`;

async function readLockItem(dynamo: DynamoDBClient, { bucket, key, lockTable }: StateBackend): Promise<string | null> {
  if (lockTable === '') return null;
  try {
    const LockID = { S: `${bucket}/${key}` };
    const { Item } = await dynamo.send(new GetItemCommand({ TableName: lockTable, Key: { LockID }, ConsistentRead: true }));
    return Item?.['Info']?.S ?? null;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return null;
    throw error;
  }
}
