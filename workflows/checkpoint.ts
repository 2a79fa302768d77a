/**
 * Once a day: all heads of the ledger, signed, in a bucket of their own. It fails when the ledger is less than the
 * checkpoint before says: somebody has to look, and the new checkpoint has been written nevertheless.
 */
import { momentOf } from '../domain/ledger/chain.ts';
import { refusal } from './refusal.ts';
import { checkpointing } from './steps.ts';

export async function checkpoint(): Promise<{ readonly moment: string; readonly chains: number }> {
  // Of the workflow's own time: a retry writes the same checkpoint, or finds it.
  const moment = momentOf(new Date());
  const { chains, contradictions } = await checkpointing.writeCheckpoint({ moment });
  if (contradictions.length > 0) throw refusal('ledger.contradicted', contradictions.join('; '));
  return { moment, chains };
}
