/**
 * A trail of the stand-in for AWS (`stand_in/cloudtrail.py`). By plain requests: a client of its own for a handful of calls,
 * of a stand-in that reads no signature, would be the largest part of them.
 */
export interface Account {
  readonly endpoint: string;
  readonly region: string;
}

export interface Trail {
  readonly name: string;
  readonly bucket: string;
  readonly prefix: string;
}

/** From now on what is asked of the account is recorded: management of every region, and no data. */
export async function startTrail(account: Account, { name, bucket, prefix }: Trail): Promise<void> {
  await cloudTrail(account, 'CreateTrail', { Name: name, S3BucketName: bucket, S3KeyPrefix: prefix, IsMultiRegionTrail: true });
  await cloudTrail(account, 'StartLogging', { Name: name });
}

/** AWS delivers within about 15 minutes, the stand-in within seconds; this waits for neither. Answers how many records. */
export async function deliverTrails({ endpoint }: Account): Promise<number> {
  const response = await fetch(`${endpoint}/moto-api/cloudtrail/deliver`, { method: 'POST' });
  if (!response.ok) throw new Error(`the stand-in for AWS did not deliver its trails: ${response.status}`);
  return ((await response.json()) as { readonly delivered: number }).delivered;
}

export async function cloudTrail({ endpoint, region }: Account, action: string, input: object): Promise<void> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `CloudTrail_20131101.${action}`,
      // Says which service and region are meant.
      authorization: `AWS4-HMAC-SHA256 Credential=testing/20261127/${region}/cloudtrail/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(input),
  });
  if (!response.ok) throw new Error(`${action} was answered ${response.status}: ${await response.text()}`);
}
