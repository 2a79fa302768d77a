/**
 * The AWS session of one Terraform run: a role of the environment, assumed under the release's name for the
 * person who asked. A chained session ends after an hour and an apply may not, so Terraform gets a
 * `credential_process` that assumes the role anew, and no key is ever in an environment or an argument.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { z } from 'zod';
import { digestText, hexOf } from '../../domain/digest.ts';
import type { ReleaseRef } from '../../domain/ports.ts';

/** What the credential process is told, in a file that only this worker's user can read. */
export const roleSession = z.strictObject({
  roleArn: z.string(),
  sessionName: z.string(),
  sourceIdentity: z.string(),
  /** The release, its environment and its team: trust policies ask for them, CloudTrail keeps them. */
  tags: z.record(z.string(), z.string()),
  /** What of the role's rights the session has. */
  policy: z.string(),
  region: z.string(),
  /** How the worker proves who it is itself: the names of `workerIdentity`. */
  identity: z.record(z.string(), z.string()),
});
export type RoleSession = z.infer<typeof roleSession>;

/** What AWS SDKs find a process's own identity by, for the worker's `process.env`. Nothing else is taken from it. */
export function workerIdentity(environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const known = Object.entries(environment).filter(([name]) => name.startsWith('AWS_') || name === 'HOME');
  return Object.fromEntries(known.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** AWS takes 2 to 64 of `[\w+=,.@-]`. */
const identityPattern = /^[\w+=,.@-]{2,64}$/;
const suffixHexDigits = 12;

/** What infra/terraform/modules/release-identity lets a session carry, and no more. */
export const sessionTagsOf = ({ releaseId, environment, team }: Pick<ReleaseRef, 'releaseId' | 'environment' | 'team'>) => ({
  release: releaseId,
  environment,
  team,
});

/** A subject that does not fit is cut and carries a piece of its digest: two people never share one. */
export function sourceIdentityOf(subject: string): string {
  if (identityPattern.test(subject)) return subject;
  const room = 64 - suffixHexDigits - 1;
  const cleaned = subject.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, room);
  return `${cleaned}-${hexOf(digestText(subject)).slice(0, suffixHexDigits)}`;
}

/** One hour: the most that AWS gives a session made from another session. */
const sessionSeconds = 3600;

export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export async function assumeRole(
  sts: STSClient,
  session: Pick<RoleSession, 'roleArn' | 'sessionName' | 'sourceIdentity' | 'tags' | 'policy'>,
): Promise<SessionKeys> {
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: session.roleArn,
      RoleSessionName: session.sessionName,
      SourceIdentity: session.sourceIdentity,
      Tags: Object.entries(session.tags).map(([Key, Value]) => ({ Key, Value })),
      DurationSeconds: sessionSeconds,
      Policy: session.policy,
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined || Expiration === undefined)
    throw new Error('STS answered without credentials');
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, expiration: Expiration };
}

/** `.ts` from the sources, `.js` from the build. */
const credentialProcess = fileURLToPath(new URL(`./credential-process${extname(import.meta.url)}`, import.meta.url));

export const awsConfigText = (sessionFile: string, region: string): string =>
  [
    '[default]',
    `region = ${region}`,
    // `exec`: a value that begins and ends with a quote would lose both to the SDK's parser.
    `credential_process = exec ${[process.execPath, credentialProcess, sessionFile].map((part) => `"${part}"`).join(' ')}`,
    '',
  ].join('\n');

/** Writes the session's files; the answer is what Terraform's environment needs to find them. */
export async function writeSession(folder: string, session: RoleSession): Promise<Readonly<Record<string, string>>> {
  const aws = join(folder, 'aws');
  const [sessionFile, configFile] = [join(aws, 'session.json'), join(aws, 'config')];
  await mkdir(aws, { recursive: true, mode: 0o700 });
  await writeFile(sessionFile, JSON.stringify(session), { mode: 0o600 });
  await writeFile(configFile, awsConfigText(sessionFile, session.region), { mode: 0o600 });
  const endpoint = session.identity['AWS_ENDPOINT_URL'];
  return {
    AWS_CONFIG_FILE: configFile,
    // Never there: keys of the machine's user must not win over the session.
    AWS_SHARED_CREDENTIALS_FILE: join(aws, 'no-credentials'),
    AWS_REGION: session.region,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint }),
  };
}
