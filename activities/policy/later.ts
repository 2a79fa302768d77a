/** What tonight's findings have that a release was judged without: both lie in the store, and neither fits into a message. */
import { z } from 'zod';
import { isDigest } from '../../domain/digest.ts';
import { severities } from '../../domain/finding.ts';
import type { MergedFinding } from '../../domain/merged-findings.ts';
import { laterFindings, type RescanPort } from '../../domain/released/rescan.ts';
import type { BlobStore } from '../tool/store.ts';
import { fingerprintsIn } from './answer.ts';

const digest = z.custom<MergedFinding['fingerprint']>((value) => typeof value === 'string' && isDigest(value));
const foundBy = z.object({ fingerprint: digest, tool: z.string(), rule: z.string() });

/** As `judgeRelease` has put them there. */
const merged = z.array(
  foundBy.extend({
    severity: z.enum(severities),
    address: z.string(),
    message: z.string(),
    controls: z.array(z.string()),
    reports: z.array(z.string()),
    alsoAs: z.array(foundBy),
    waiver: z.object({ name: z.string(), owner: z.string(), reason: z.string(), until: z.string() }).nullable(),
  }),
) satisfies z.ZodType<readonly MergedFinding[]>;

/** `findings`: where merged findings are kept. */
export const createLaterActivities = ({ findings }: { readonly findings: BlobStore }): Pick<RescanPort, 'findLater'> => ({
  async findLater({ of, findings: tonight, violations, judgement }) {
    const [found, before] = await Promise.all([findings.getJson(tonight), findings.getJson(judgement.findings)]);
    const known = new Set([...fingerprintsIn(before), ...judgement.waived]);
    return laterFindings({ findings: merged.parse(found), violations }, known, of);
  },
});
