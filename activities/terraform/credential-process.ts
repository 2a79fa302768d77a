/**
 * Run by the AWS SDK inside Terraform, whenever it needs credentials: assumes the role that the file named by
 * its one argument describes, and prints the keys in the format of `credential_process`. Says nothing else.
 */
import { readFileSync } from 'node:fs';
import { STSClient } from '@aws-sdk/client-sts';
import { assumeRole, roleSession } from './credentials.ts';

const [, , sessionFile] = process.argv;
if (sessionFile === undefined) throw new Error('usage: credential-process <session file>');
const session = roleSession.parse(JSON.parse(readFileSync(sessionFile, 'utf8')));

// Terraform's own configuration names this very program: with it, the SDK would ask us for our keys, for ever.
for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
Object.assign(process.env, session.identity);

try {
  const keys = await assumeRole(new STSClient({ region: session.region }), session);
  process.stdout.write(
    JSON.stringify({
      Version: 1,
      AccessKeyId: keys.accessKeyId,
      SecretAccessKey: keys.secretAccessKey,
      SessionToken: keys.sessionToken,
      Expiration: keys.expiration.toISOString(),
    }),
  );
} catch (error) {
  process.stderr.write(`the role ${session.roleArn} was not given: ${error instanceof Error ? error.name : 'unknown'}\n`);
  process.exitCode = 1;
}
