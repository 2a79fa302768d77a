/** Where a ledger lies when nobody says it, from the environment. */
import { exitCodes, VerifyError } from './errors.ts';

export interface Settings {
  readonly ledger: string | undefined;
  readonly checkpoints: string | undefined;
  readonly store: string | undefined;
  readonly keys: readonly string[];
}

export function settingsFrom(env: NodeJS.ProcessEnv): Settings {
  const bucket = (name: string | undefined) => (name ? `s3://${name}` : undefined);
  return {
    ledger: bucket(env['PLIMSOLL_LEDGER_BUCKET']),
    checkpoints: bucket(env['PLIMSOLL_CHECKPOINT_BUCKET']),
    store: bucket(env['PLIMSOLL_STORE_BUCKET']),
    keys: env['PLIMSOLL_LEDGER_PUBLIC_KEY'] ? [env['PLIMSOLL_LEDGER_PUBLIC_KEY']] : [],
  };
}

/** For the S3 client: a stand-in is reached by paths, AWS's own addresses work with either. */
export function awsFrom(env: NodeJS.ProcessEnv) {
  const region = env['AWS_REGION'];
  if (!region) throw new VerifyError('AWS_REGION is not set: it names the region of the bucket', exitCodes.usage);
  return { region, forcePathStyle: Boolean(env['AWS_ENDPOINT_URL']) };
}
