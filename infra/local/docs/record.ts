/** What a record of the ledger is, for whoever reads one without us: its JSON Schema, its types, and how to check it by hand. */
import { z } from 'zod';
import { faultKinds } from '../../../domain/ledger/fault.ts';
import { recordTypes } from '../../../domain/record.ts';
import { page, table } from './markdown.ts';

const hash = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const recordSchema = z
  .strictObject({
    sequence: z.int().nonnegative().describe('Its place in the chain, from 0; also the name of its object, with ten digits.'),
    previousHash: hash.nullable().describe('Of the record before; null for the first.'),
    runId: z.string().min(1).describe('The run of the workflow that wrote it.'),
    claim: z.boolean().describe('Takes the record on from another run: record 0, and the first record of a recovery.'),
    event: z
      .strictObject({
        specversion: z.literal('1.0'),
        id: z.string().min(1),
        source: z.string().min(1),
        type: z.enum(Object.values(recordTypes)),
        time: z.iso.datetime().describe('Time of the workflow: when it was decided, not when it was written.'),
        subject: z
          .string()
          .min(1)
          .describe('The release, the day of refused calls and acts, the finding of GuardDuty, or the moment of a look.'),
        datacontenttype: z.literal('application/json'),
        data: z.json(),
      })
      .describe('A CloudEvents 1.0 event.'),
    hash: hash.describe('SHA-256 of the canonical text (RFC 8785) of the record without this member.'),
  })
  .describe('One record of a chain. Its object holds the canonical text of the whole.');

const byHand = `\`\`\`sh
jq -cS 'del(.hash)' 0000000007.json | tr -d '\\n' | sha256sum
\`\`\`

\`jq -cS\` writes the canonical text as long as no number is beyond 2^53 and all names are ASCII, which holds for what Plimsoll writes; for everything else any implementation of RFC 8785 will do.`;

const privacy = `A record names people by the subject of their token: who asked, decided, held, aborted, skipped or was refused, whether a second factor was shown, and when they logged in. Beside that it has the addresses of a commit’s authors, the ID token of a decision that is signed, and reasons, which are what people type. Records cannot be changed. What that means for whoever answers for personal data, how long it stays, and how subjects can be pseudonyms: [privacy](../privacy.md).`;

export const recordsPage = (): string =>
  page(
    'Records of the ledger',
    'From `infra/local/docs/record.ts` and `domain/record.ts`. A chain is `releases/<release>/<sequence, 10 digits>.json`, `refusals/<day>/…` for the refused calls of a day and what was done on it beside releases, `findings/<id>/…` for a finding of GuardDuty, or `strays/<moment>/…`, `rescans/<moment>/…` and `drifts/<moment>/…` for a look at what runs and at what was released. Its seal is `seals/<chain>/<sequence>.json`, what it lets others rely on `attestations/<chain>/{approval,deployment}.json`; a checkpoint is `checkpoints/<moment>.json`, in a bucket of its own. These three are DSSE envelopes, signed with ECDSA P-256 and SHA-256; a key is named by the SHA-256 of its public half in DER. `ends/<environment>/{model,infrastructure}/<service or stack>/<time, descending>.<end>.<release>.json` names what ended at a place, the newest first ([ADR 29](../adr/0029-the-ledger-knows-what-serves.md)); a name is no evidence, and is written again from the chains.',
    '## Schema',
    `\`\`\`json\n${JSON.stringify(z.toJSONSchema(recordSchema), null, 2)}\n\`\`\``,
    '## One hash by hand',
    byHand,
    '## Types',
    table(['kind', 'type'], Object.entries(recordTypes)),
    '## What can be wrong with a chain',
    'As `plimsoll verify` names it.',
    table(['kind', 'what it means'], Object.entries(faultKinds)),
    '## People in records',
    privacy,
  );
