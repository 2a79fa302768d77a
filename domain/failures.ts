/**
 * Every way a step can break, in one table.
 *
 * The row's key is the failure's `type` in Temporal's history, in logs and in HTTP bodies: the string an
 * operator searches for, and the name of its run book (`docs/runbooks/<kind>.md`). A step that ran and said
 * no (a scan, a policy, a person, a canary) is not here: that is a result, and the workflow branches on it.
 */
interface FailureRow {
  /** Whether Temporal tries the activity again by itself. */
  readonly retryable: boolean;
  readonly httpStatus: number;
  /** What the person who reads it should do. */
  readonly advice: string;
}

export const failureTable = {
  'request.invalid': { retryable: false, httpStatus: 400, advice: 'correct the named fields and ask again' },
  'catalog.unknown': { retryable: false, httpStatus: 404, advice: 'use a name from the catalog, or add it there by a reviewed change' },
  'caller.unknown': {
    retryable: false,
    httpStatus: 401,
    advice: 'send a valid token: `plimsoll login`, or `plimsoll token` on the local stack',
  },
  'issuer.unreachable': {
    retryable: true,
    httpStatus: 503,
    advice: 'the keys of the token issuer could not be read: try again, check it if it lasts',
  },
  'machine.unknown': {
    retryable: false,
    httpStatus: 403,
    advice: 'add an entry for this build to the machines of the catalog, or correct the one that is named, by a reviewed change',
  },
  'caller.forbidden': { retryable: false, httpStatus: 403, advice: 'ask a member of the team or group that is named' },
  'release.unknown': { retryable: false, httpStatus: 404, advice: 'look for the release with `plimsoll list`' },
  'release.taken': {
    retryable: false,
    httpStatus: 409,
    advice: 'the same release was asked for by somebody else: watch that one, or raise `attempt` once it is closed',
  },
  'release.attemptOpen': { retryable: false, httpStatus: 409, advice: 'wait until the attempt before is closed, or abort it' },
  'release.wrongPhase': { retryable: false, httpStatus: 409, advice: 'see which messages the present phase takes' },
  'release.notJudged': {
    retryable: false,
    httpStatus: 409,
    advice: 'wait until its new version has traffic (`plimsoll watch`), or ask for a weight that it was judged at',
  },
  'release.noCounts': {
    retryable: false,
    httpStatus: 404,
    advice: 'counts are recorded with each verdict: take a release that was judged, or read Prometheus while it keeps them',
  },
  'release.noFindings': {
    retryable: false,
    httpStatus: 404,
    advice: 'findings are kept when the policies are asked: wait until it is judged, or take a release that was',
  },
  'release.reset': {
    retryable: false,
    httpStatus: 409,
    advice: 'another run of this release owns its record; recovery takes it on and puts everything back; then ask with the next attempt',
  },
  'release.undoStuck': { retryable: false, httpStatus: 500, advice: 'an undo was given up by a person: put the named thing back by hand' },
  'approval.stale': { retryable: false, httpStatus: 409, advice: 'read what changed and decide on the statement that is open now' },
  'approval.notCounted': {
    retryable: false,
    httpStatus: 403,
    advice: 'ask another member of an approver group: nobody approves their own release, commit or waiver',
  },
  'approval.mfaStale': {
    retryable: false,
    httpStatus: 401,
    advice: 'log in again with your second factor (`plimsoll login --fresh`), then say it again; nothing else has to be repeated',
  },
  'approval.unproven': {
    retryable: false,
    httpStatus: 403,
    advice: 'decide again with an ID token for exactly this statement: `plimsoll approve` fetches one, --no-sign leaves it out',
  },
  'line.stopped': {
    retryable: false,
    httpStatus: 409,
    advice: 'wait until another person has resumed the line; a rollback passes',
  },
  'line.notStopped': { retryable: false, httpStatus: 409, advice: 'look at it with `plimsoll line`: it is not stopped' },
  'line.samePerson': { retryable: false, httpStatus: 403, advice: 'have somebody else look and resume the line' },
  'finding.stopped': {
    retryable: false,
    httpStatus: 409,
    advice: 'GuardDuty found something about it: read the finding with `plimsoll show`, and release again once that is settled',
  },
  'finding.malformed': {
    retryable: false,
    httpStatus: 400,
    advice: 'a message in the queue of findings is none: read it in the dead-letter queue; all others go on',
  },
  'queue.unreachable': {
    retryable: true,
    httpStatus: 503,
    advice: 'retried on its own; check the queue of findings and the role if it lasts',
  },
  'guardduty.unreachable': {
    retryable: true,
    httpStatus: 503,
    advice: 'retried on its own, and asked again each quarter of an hour; check the role of the worker if it lasts',
  },
  'source.unreachable': { retryable: true, httpStatus: 503, advice: 'retried on its own; check the repository and its token if it lasts' },
  'artifact.unreachable': {
    retryable: true,
    httpStatus: 503,
    advice: 'retried on its own; check the model bucket and the role if it lasts',
  },
  'terraform.locked': { retryable: true, httpStatus: 503, advice: 'another operation holds the state lock: retried while it does' },
  'terraform.foreignLock': {
    retryable: false,
    httpStatus: 409,
    advice: 'a lock that is not ours stays on the state: find its holder before unlocking',
  },
  'terraform.lineageChanged': {
    retryable: false,
    httpStatus: 409,
    advice: 'the state was replaced under a release: compare its versions in the bucket before anything else',
  },
  'terraform.remainderUnapproved': {
    retryable: false,
    httpStatus: 409,
    advice: 'a broken apply left changes that nobody approved: read the list, then release again',
  },
  'terraform.failed': { retryable: false, httpStatus: 502, advice: 'read the Terraform log of this release: the same input fails again' },
  'helm.busy': { retryable: true, httpStatus: 503, advice: 'another Helm operation runs on this slot: retried while its owner lives' },
  'helm.failed': { retryable: false, httpStatus: 502, advice: 'read the Helm log of this release: the same input fails again' },
  'route.contested': { retryable: true, httpStatus: 503, advice: 'somebody else wrote the route: retried on the newest version' },
  'kubernetes.unreachable': { retryable: true, httpStatus: 503, advice: 'retried on its own; check the cluster if it lasts' },
  'policy.unreachable': { retryable: true, httpStatus: 503, advice: 'retried on its own; no answer from OPA is "no"' },
  'policy.unexpected': {
    retryable: true,
    httpStatus: 503,
    advice: 'OPA has other policies than those in PLIMSOLL_POLICY_REVISIONS, whose answer is nobody’s: retried on its own',
  },
  'policy.malformed': {
    retryable: false,
    httpStatus: 500,
    advice: 'the policies answered in a shape nobody knows: run `opa test infra/opa`',
  },
  'metrics.unreachable': { retryable: true, httpStatus: 503, advice: 'retried on its own; without metrics nothing is promoted' },
  'ledger.unreachable': {
    retryable: true,
    httpStatus: 503,
    advice: 'a release retries on its own, nothing irreversible happens unrecorded; whoever asked the API asks again',
  },
  'ledger.forked': {
    retryable: false,
    httpStatus: 500,
    advice: 'two writers wrote one place of a record: treat it as an incident and compare both',
  },
  'ledger.contradicted': {
    retryable: false,
    httpStatus: 500,
    advice: 'the ledger is less than a checkpoint says: treat it as an incident and run `plimsoll verify --all`',
  },
  'store.corrupt': { retryable: false, httpStatus: 500, advice: 'stored bytes do not have their digest: restore the version that does' },
  'store.unreachable': { retryable: true, httpStatus: 503, advice: 'retried on its own; check the bucket and the role if it lasts' },
  'temporal.unreachable': { retryable: true, httpStatus: 503, advice: 'try again; releases go on by themselves once Temporal is back' },
  'notice.undelivered': { retryable: true, httpStatus: 503, advice: 'retried for an hour; check the receiver that is named' },
  'notice.refused': {
    retryable: false,
    httpStatus: 502,
    advice: 'correct the address or the secret of the notice that is named: the same message is refused again',
  },
  'notice.unknown': {
    retryable: false,
    httpStatus: 404,
    advice: 'look with `plimsoll undelivered`: it was delivered, discarded or too old meanwhile',
  },
  'tool.missing': { retryable: false, httpStatus: 500, advice: 'the worker lacks the program: `make doctor` says how to get it' },
  'tool.rejected': { retryable: false, httpStatus: 502, advice: 'read the tool log: the same input fails again' },
  'tool.timedOut': { retryable: true, httpStatus: 504, advice: 'retried on its own' },
  'tool.overflowed': { retryable: false, httpStatus: 502, advice: 'the program wrote more than is kept: read its log on the worker' },
} as const satisfies Record<string, FailureRow>;

export type FailureKind = keyof typeof failureTable;

export const isFailureKind = (text: string): text is FailureKind => Object.hasOwn(failureTable, text);
