/** All that can be wrong with a chain, by name. A sentence beside it says what it means for whoever has to look. */

export const faultKinds = {
  missing: 'a record is not there although later ones are',
  unreadable: 'what lies at a place does not read as a record',
  'not canonical': 'the bytes are not the ones that a record is written in, so somebody wrote them again',
  misplaced: 'a record lies at a place that is not its own: moved, or copied',
  foreign: 'a record is of another chain',
  changed: 'a record does not have the hash that it says',
  'broken link': 'the next record was written after another record than this one',
  'unclaimed writer': 'another run went on with the record without saying so',
  unchained: 'the records are not in a chain: the release began before there were chains',
  truncated: 'more records were signed for than are there',
  replaced: 'a record has not the hash that was signed for it',
  'bad seal': 'a seal does not prove anything',
  'after the seal': 'records follow a seal although nobody took the record on',
  'later version': 'somebody has written over a place; the first version is the one that is checked',
  'deleted marker': 'somebody has deleted a place; a version of it is still there',
  stranger: 'something that is neither a record nor a seal lies among them',
  'bad attestation': 'what is attested of the release is not what its chain says, or nobody who is trusted attests it',
  'without consent': 'something was changed, or counted as a yes, without the people who had to agree',
  'unproven decision': 'the provider does not vouch for what the record says somebody decided',
  'bad checkpoint': 'a checkpoint does not prove anything',
  'missing checkpoint': 'a checkpoint is not there although a later one follows it',
} as const;

export type FaultKind = keyof typeof faultKinds;

export interface Fault {
  readonly kind: FaultKind;
  /** Of the record that it is about; `null`: the whole chain. */
  readonly sequence: number | null;
  /** One line: what exactly. */
  readonly what: string;
}

/** The first record first; what is about the whole chain comes last. */
export const inOrder = (faults: readonly Fault[]): readonly Fault[] =>
  faults.toSorted((one, other) => (one.sequence ?? Number.MAX_SAFE_INTEGER) - (other.sequence ?? Number.MAX_SAFE_INTEGER));
