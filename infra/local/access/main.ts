/**
 * `npm run access -- place.json`: what IAM and EKS are told, as JSON for whatever sets it up: `jsondecode(file(…))` in
 * Terraform. The place says what the installation has: account, partition, buckets, namespace, deployerRole.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { accessEntries, type Place, teamAccess, teamNames } from '../../opa/access.ts';

const place = z.strictObject({
  account: z.string().regex(/^\d{12}$/, '12 digits'),
  partition: z.string().regex(/^aws[a-z-]*$/, 'aws, aws-cn or aws-us-gov'),
  buckets: z.array(z.string().min(3)),
  namespace: z.string().min(1),
  deployerRole: z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\//, 'the ARN of an IAM role'),
}) satisfies z.ZodType<Place>;

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('say what there is: npm run access -- place.json\n');
  process.exit(2);
}
const given = place.safeParse(JSON.parse(readFileSync(file, 'utf8')));
if (!given.success) {
  process.stderr.write(`${file} is not right:\n${z.prettifyError(given.error)}\n`);
  process.exit(2);
}
const teams = Object.fromEntries(teamNames.map((team) => [team, teamAccess(team, given.data)]));
process.stdout.write(`${JSON.stringify({ teams, accessEntries: accessEntries(given.data) }, null, 2)}\n`);
