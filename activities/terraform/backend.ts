/**
 * The S3 backend as a partial configuration: the root says `backend "s3" {}`, the catalog says where.
 * Never keys or sessions in it: Terraform copies the backend's settings into every plan file.
 */
import type { StateBackend } from '../../domain/catalog.ts';

/** JSON is a valid backend file, so nothing has to be quoted by hand. */
export const backendFileText = ({ bucket, key, region, lockTable, lockFile }: StateBackend): string =>
  JSON.stringify({
    bucket,
    key,
    region,
    encrypt: true,
    use_lockfile: lockFile,
    ...(lockTable === '' ? {} : { dynamodb_table: lockTable }),
  });
