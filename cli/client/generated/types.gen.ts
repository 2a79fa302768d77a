// @ts-nocheck
// Made by `npm run generate:client`; do not edit.

export type ClientOptions = {
    baseUrl: `${string}://${string}` | (string & {});
};

export type ReleaseRequest = {
    service: string;
    environment: string;
    source: {
        commit: string;
    };
    /**
     * The infrastructure part; leave it out to release a model alone.
     */
    infrastructure?: {
        stack: string;
        /**
         * Terraform variables. Sensitive ones are refused: they come from Secrets Manager.
         */
        variables?: {
            [key: string]: Json;
        };
    };
    /**
     * The model part; leave it out to change infrastructure alone.
     */
    model?: {
        version: string;
        artifact: string;
        digest: string;
        image: string;
    };
    /**
     * Why; it goes into the record.
     */
    reason: string;
    /**
     * Raise it to try the same release again once it is closed.
     */
    attempt?: number;
    override?: FreezeOverride;
};

export type Json = null | boolean | number | string | Array<Json> | {
    [key: string]: Json;
};

/**
 * A hotfix that does not wait for freezes: at least two people have to approve it. A stopped line holds it all the same.
 */
export type FreezeOverride = {
    /**
     * Why it cannot wait; approvers read it in the statement.
     */
    reason: string;
    /**
     * Where people talk about it.
     */
    ticket: string;
};

export type DecisionRequest = {
    decision: 'approve' | 'reject';
    /**
     * Of the statement that was read: another one is refused.
     */
    statementDigest: string;
    /**
     * Why; it goes into the record.
     */
    reason: string;
    /**
     * An ID token of the caller whose `nonce` is the statement digest: the provider vouches for the decision.
     */
    idToken?: string;
};

export type InstructionRequest = {
    /**
     * Why; it goes into the record.
     */
    reason: string;
};

/**
 * What a release would be asked for; the reason may be left out.
 */
export type PreviewRequest = {
    service: string;
    environment: string;
    source: {
        commit: string;
    };
    /**
     * The infrastructure part; leave it out to release a model alone.
     */
    infrastructure?: {
        stack: string;
        /**
         * Terraform variables. Sensitive ones are refused: they come from Secrets Manager.
         */
        variables?: {
            [key: string]: Json;
        };
    };
    /**
     * The model part; leave it out to change infrastructure alone.
     */
    model?: {
        version: string;
        artifact: string;
        digest: string;
        image: string;
    };
    /**
     * Why; it goes into the record.
     */
    reason?: string;
    /**
     * Raise it to try the same release again once it is closed.
     */
    attempt?: number;
    override?: FreezeOverride;
    /**
     * The branch that the commit is on, where it is not merged yet. `previews.branches` of the environment has to allow it.
     */
    branch?: string;
};

export type RollbackRequest = {
    service: string;
    environment: string;
    /**
     * `previous`, or the id of a release that was released here
     */
    to: 'previous' | string;
    /**
     * Why; it goes into the record.
     */
    reason: string;
    /**
     * Asking again within one incident joins the rollback that is under way.
     */
    incident: string;
};

export type StartedRelease = {
    /**
     * Id of a release
     */
    id: string;
    phase: 'fetching' | 'checking' | 'planning' | 'judging' | 'awaiting approval' | 'queued' | 'applying' | 'deploying' | 'shifting' | 'watching' | 'undoing' | 'finishing' | 'closed';
    outcome: 'released' | 'rolled back' | 'blocked' | 'rejected' | 'expired' | 'cancelled' | null;
    /**
     * What it will wait for before anything is done, as of now.
     */
    obstacles: Array<Obstacle>;
    links: {
        self: string;
        events: string;
        /**
         * For approvers; `null` where no login is configured for it.
         */
        page: string | null;
        temporal: string | null;
    };
};

/**
 * What keeps releases of an environment from going on; rollbacks pass.
 */
export type Obstacle = {
    kind: 'freeze';
    name: string;
    reason: string;
    until: string;
} | {
    kind: 'stopped';
    by: string;
    reason: string;
    since: string;
} | {
    kind: 'waiver';
    name: string;
    rule: string;
    owner: string;
    until: string;
} | {
    kind: 'unknown';
    reason: string;
};

/**
 * RFC 9457
 */
export type Problem = {
    type: string;
    title: string;
    status: number;
    detail: string;
    /**
     * What to search for; names the run book.
     */
    kind: string;
    advice: string;
    errors: Array<{
        field: string;
        value?: Json;
        allowed: string;
    }>;
    instance: string;
};

export type ReleasePage = {
    releases: Array<ReleaseSummary>;
    nextPageToken: string | null;
};

export type ReleaseSummary = {
    /**
     * Id of a release
     */
    id: string;
    service: string;
    environment: string;
    team: string;
    requester: string;
    /**
     * `completed` has an outcome; `failed` needs a person.
     */
    status: 'running' | 'completed' | 'failed' | 'canceled' | 'terminated' | 'timed out';
    phase: string;
    outcome: string | null;
    weightPercent: number;
    /**
     * A person is needed.
     */
    attention: boolean;
    startedAt: string;
    closedAt: string | null;
};

export type ReleaseDetails = {
    /**
     * Id of a release
     */
    releaseId: string;
    service: string;
    team: string;
    environment: string;
    attempt: number;
    urgency: 'rollback' | 'hotfix' | 'normal';
    reason: string;
    requester: {
        subject: string;
        kind: 'human' | 'machine';
    };
    override?: FreezeOverride;
    /**
     * How traffic moves. Left out by a canary.
     */
    strategy?: 'blue-green' | 'all-at-once';
    approverGroups: Array<string>;
    commit: string;
    modelVersion: string | null;
    startedAt: string;
    phase: 'fetching' | 'checking' | 'planning' | 'judging' | 'awaiting approval' | 'queued' | 'applying' | 'deploying' | 'shifting' | 'watching' | 'undoing' | 'finishing' | 'closed';
    phaseSince: string;
    history: Array<{
        phase: 'fetching' | 'checking' | 'planning' | 'judging' | 'awaiting approval' | 'queued' | 'applying' | 'deploying' | 'shifting' | 'watching' | 'undoing' | 'finishing' | 'closed';
        at: string;
    }>;
    waitingFor: WaitingFor | null;
    held: {
        by: string;
        reason: string;
    } | null;
    scans: Array<ScanSummary>;
    change: {
        digest: string;
        counts: {
            create: number;
            update: number;
            delete: number;
            replace: number;
        };
        addresses: Array<string>;
        /**
         * What becomes of each address.
         */
        actions?: Array<'create' | 'update' | 'delete' | 'replace' | 'read' | 'forget'>;
    } | null;
    gate: GateDecision | null;
    statement: Statement | null;
    statementDigest: string | null;
    approvals: Array<{
        decision: 'approve' | 'reject';
        by: string;
        at: string;
        reason: string;
        statementDigest: string;
        valid: boolean;
        /**
         * Why it no longer counts.
         */
        because: string | null;
    }>;
    quorum: Quorum | null;
    slots: {
        candidate: 'a' | 'b';
        live: 'a' | 'b' | null;
    } | null;
    weightPercent: number;
    verdict: Verdict | null;
    threats: Array<Threat>;
    undo: Array<string>;
    attention: string | null;
    outcome: Outcome | null;
    records: number;
    status: 'running' | 'completed' | 'failed' | 'canceled' | 'terminated' | 'timed out';
    progress: Progress | null;
    /**
     * What GuardDuty found about its version once it served.
     */
    incidents: Array<{
        /**
         * GuardDuty's own id of the finding.
         */
        id: string;
        type: string;
        title: string;
        /**
         * 0.1 to 10: from 7 on it stops a release, from 4 on it holds one.
         */
        severity: number;
        lastSeenAt: string;
    }>;
    recovery: Recovery | null;
    obstacles: Array<Obstacle>;
    links: {
        self: string;
        events: string;
        /**
         * For approvers; `null` where no login is configured for it.
         */
        page: string | null;
        temporal: string | null;
    };
};

export type WaitingFor = {
    kind: 'approval';
    groups: Array<string>;
    /**
     * In words: `1 of sre, 1 of ml-owners`
     */
    missing: string;
    statementDigest: string;
    expiresAt: string;
} | {
    kind: 'lane';
    lane: {
        kind: 'state' | 'service';
        key: string;
    };
    position: number;
} | {
    kind: 'line';
    obstacles: Array<Obstacle>;
} | {
    kind: 'resume';
    heldBy: string;
    reason: string;
} | {
    kind: 'undo';
    undo: string;
    since: string;
};

export type ScanSummary = {
    tool: string;
    toolVersion: string;
    status: 'pass' | 'fail' | 'incomplete' | 'error';
    counts: {
        [key: string]: number;
    };
    worst: Array<Finding>;
    report: {
        digest: string;
        bytes: number;
    };
};

export type Finding = {
    fingerprint: string;
    tool: string;
    rule: string;
    severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
    severitySource: 'tool' | 'plimsoll';
    address: string;
    file?: string;
    line?: number;
    message: string;
    controls: Array<string>;
};

export type GateDecision = {
    kind: 'allow' | 'approval needed' | 'deny';
    violations: Array<{
        code: string;
        title: string;
        message: string;
        solution: string;
        fingerprint?: string;
        address?: string;
    }>;
    because: Array<string>;
    policyDigest: string;
    /**
     * Waivers without which it would be denied; the first to end ends what is decided here.
     */
    waivers?: Array<{
        name: string;
        fingerprint: string;
        rule: string;
        address: string;
        owner: string;
        reason: string;
        until: string;
    }>;
    /**
     * Who has to be among those who approve, beside the quorum of the environment.
     */
    seats?: Array<{
        groups: Array<string>;
        count: number;
    }>;
    /**
     * Read them at `/v1/releases/{id}/findings`.
     */
    findings?: {
        digest: string;
        bytes: number;
    };
    /**
     * Left out where it could not be told.
     */
    news?: FindingsNews;
    question?: {
        digest: string;
        bytes: number;
    };
    findingsDigest: string;
    findingsCount: number;
};

/**
 * Findings that are new, counted, and the most severe of them.
 */
export type FindingsNews = {
    /**
     * The last release that was released here with the same parts; `null` without one.
     */
    comparedWith: string | null;
    counts: {
        [key: string]: number;
    };
    worst: Array<{
        fingerprint: string;
        rule: string;
        severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
        address: string;
        message: string;
    }>;
};

export type Statement = {
    release: string;
    commit: string;
    changeDigest: string | null;
    stateLineage: string | null;
    moduleLockDigest: string | null;
    variablesDigest: string | null;
    findingsDigest: string;
    policyDigest: string;
    modelDigest: string | null;
    imageDigest: string | null;
    chartDigest: string | null;
    /**
     * How traffic moves. Left out by a canary.
     */
    strategy?: 'blue-green' | 'all-at-once';
    /**
     * Of a hotfix that is to pass freezes.
     */
    override?: string;
};

/**
 * Who has approved for which group, and who is missing.
 */
export type Quorum = {
    seats: Array<{
        groups: Array<string>;
        count: number;
        by: Array<string>;
    }>;
    minimum: number;
    people: Array<string>;
    missing: string;
    met: boolean;
    /**
     * Their own work is judged: their approval does not count.
     */
    notCounted: Array<string>;
};

export type Verdict = {
    kind: 'pass' | 'fail' | 'not enough';
    reason: string;
    metrics: Array<MetricReading>;
    canary: ArmTotals;
    stable: ArmTotals;
    /**
     * Over all metrics; a rollback from `logRollbackAt` on.
     */
    logEvidence: number;
    logRollbackAt: number;
    logPromoteAt: number;
    calibration: {
        from: 'history' | 'catalog' | 'none';
        windowSeconds: number;
        polls: number;
    };
    /**
     * The evidence over time, thinned; logarithms to base 10.
     */
    trace: Array<{
        instantSeconds: number;
        log10Evidence: number;
        log10Promotion: number;
    }>;
};

export type MetricReading = {
    metric: string;
    answer: 'pass' | 'fail' | 'not enough';
    /**
     * Promotion needs its pass; the others only count against the new version.
     */
    guarded: boolean;
    canaryShare: number;
    stableShare: number | null;
    /**
     * What the margin allows, given the share of the old version.
     */
    limitShare: number;
    canary: Count;
    stable: Count | null;
    /**
     * Natural logarithm of the e-value against the new version.
     */
    logEvidence: number;
    maxLogEvidence: number;
    /**
     * Natural logarithm of the e-value for "no worse than the margin".
     */
    logPromotion: number;
    /**
     * New to old, with its 95 % confidence sequence.
     */
    oddsRatio: {
        estimate: number | null;
        interval: {
            low: number;
            /**
             * `null`: without an upper bound.
             */
            high: number | null;
        };
    } | null;
    /**
     * Up to here it is no regression.
     */
    toleranceOddsRatio: number | null;
    /**
     * How much requests depend on each other; evidence is divided by it.
     */
    kappa: number;
    /**
     * Unix seconds at which its evidence went over the threshold.
     */
    crossedAtSeconds: number | null;
    missingRequests: number;
    /**
     * Requests of the new version within which ten times the old one’s events would be noticed, in 99 of 100 cases.
     */
    noticedWithin: number | null;
};

/**
 * Of `of` requests, `events` were of the kind that is counted.
 */
export type Count = {
    events: number;
    of: number;
};

export type ArmTotals = {
    requests: number;
    errors: number;
    p99Seconds: number | null;
};

export type Threat = {
    /**
     * GuardDuty's own id of the finding.
     */
    id: string;
    type: string;
    title: string;
    /**
     * 0.1 to 10: from 7 on it stops a release, from 4 on it holds one.
     */
    severity: number;
    sample: boolean;
    /**
     * When the release was told.
     */
    at: string;
    /**
     * How it is about the release: its role, its new pods, its image, its bucket, the version before, its image elsewhere.
     */
    concern: 'session' | 'candidate' | 'image' | 'bucket' | 'service' | 'elsewhere';
    /**
     * What it did to the release.
     */
    response: 'stop' | 'hold' | 'record';
    /**
     * Of the event as it was delivered; it lies in the store.
     */
    evidence: string;
};

export type Outcome = {
    kind: 'released' | 'rolled back' | 'blocked' | 'rejected' | 'expired' | 'cancelled';
    reason: string;
    by?: string;
    infrastructure: 'none' | 'unchanged' | 'applied' | 'partial';
    model: 'none' | 'unchanged' | 'released' | 'put back';
};

/**
 * The newest look at the metrics, while the new version has traffic.
 */
export type Progress = {
    verdict: Verdict;
};

/**
 * What put back a release whose own run was terminated, timed out or failed.
 */
export type Recovery = {
    status: 'running' | 'completed' | 'failed' | 'canceled' | 'terminated' | 'timed out';
    outcome: Outcome | null;
};

export type ReleaseRecord = {
    sequence: number;
    runId: string;
    claim: boolean;
    event: {
        specversion: '1.0';
        id: string;
        source: string;
        type: string;
        time: string;
        subject: string;
        datacontenttype: 'application/json';
        data: Json;
    };
};

/**
 * Where it stands, whenever that changes.
 */
export type ReleaseState = {
    /**
     * `completed` has an outcome; `failed` needs a person.
     */
    status: 'running' | 'completed' | 'failed' | 'canceled' | 'terminated' | 'timed out';
    phase: string;
    outcome: string | null;
    weightPercent: number;
    /**
     * A person is needed.
     */
    attention: boolean;
};

export type ReleaseEnd = {
    status: 'running' | 'completed' | 'failed' | 'canceled' | 'terminated' | 'timed out';
};

/**
 * The verdict that counts: the newest while it is judged; afterwards what rolled it back, or the last comparison.
 */
export type ReleaseVerdict = {
    weightPercent: number;
    /**
     * What followed; `null` while it is judged.
     */
    decision: 'advance' | 'roll back' | 'ask a person' | null;
    /**
     * When it was decided.
     */
    at: string | null;
    verdict: Verdict;
    releaseId: string;
    /**
     * What it was at each weight, oldest first.
     */
    steps: Array<{
        weightPercent: number;
        /**
         * What followed; `null` while it is judged.
         */
        decision: 'advance' | 'roll back' | 'ask a person' | null;
        /**
         * When it was decided.
         */
        at: string | null;
        verdict: Verdict;
    }>;
};

export type FindingList = {
    /**
     * Id of a release
     */
    releaseId: string;
    /**
     * The last release that was released here with the same parts, when it was judged; `null`: not compared.
     */
    comparedWith: string | null;
    findings: Array<MergedFinding>;
};

export type MergedFinding = {
    fingerprint: string;
    tool: string;
    rule: string;
    severity: 'info' | 'low' | 'medium' | 'high' | 'critical';
    address: string;
    file?: string;
    line?: number;
    message: string;
    controls: Array<string>;
    reports: Array<string>;
    /**
     * The same thing in another scanner’s words.
     */
    alsoAs: Array<{
        fingerprint: string;
        tool: string;
        rule: string;
    }>;
    waiver: {
        name: string;
        owner: string;
        reason: string;
        until: string;
    } | null;
    /**
     * `null`: it was not compared.
     */
    isNew: boolean | null;
};

export type SarifLog = {
    version: '2.1.0';
    runs: Array<unknown>;
    [key: string]: unknown;
};

export type Told = {
    updateId: string;
    /**
     * `accepted`: it outlasted the request and goes on.
     */
    state: 'done' | 'accepted';
    release: ReleaseView | null;
};

export type ReleaseView = {
    /**
     * Id of a release
     */
    releaseId: string;
    service: string;
    team: string;
    environment: string;
    attempt: number;
    urgency: 'rollback' | 'hotfix' | 'normal';
    reason: string;
    requester: {
        subject: string;
        kind: 'human' | 'machine';
    };
    override?: FreezeOverride;
    /**
     * How traffic moves. Left out by a canary.
     */
    strategy?: 'blue-green' | 'all-at-once';
    approverGroups: Array<string>;
    commit: string;
    modelVersion: string | null;
    startedAt: string;
    phase: 'fetching' | 'checking' | 'planning' | 'judging' | 'awaiting approval' | 'queued' | 'applying' | 'deploying' | 'shifting' | 'watching' | 'undoing' | 'finishing' | 'closed';
    phaseSince: string;
    history: Array<{
        phase: 'fetching' | 'checking' | 'planning' | 'judging' | 'awaiting approval' | 'queued' | 'applying' | 'deploying' | 'shifting' | 'watching' | 'undoing' | 'finishing' | 'closed';
        at: string;
    }>;
    waitingFor: WaitingFor | null;
    held: {
        by: string;
        reason: string;
    } | null;
    scans: Array<ScanSummary>;
    change: {
        digest: string;
        counts: {
            create: number;
            update: number;
            delete: number;
            replace: number;
        };
        addresses: Array<string>;
        /**
         * What becomes of each address.
         */
        actions?: Array<'create' | 'update' | 'delete' | 'replace' | 'read' | 'forget'>;
    } | null;
    gate: GateDecision | null;
    statement: Statement | null;
    statementDigest: string | null;
    approvals: Array<{
        decision: 'approve' | 'reject';
        by: string;
        at: string;
        reason: string;
        statementDigest: string;
        valid: boolean;
        /**
         * Why it no longer counts.
         */
        because: string | null;
    }>;
    quorum: Quorum | null;
    slots: {
        candidate: 'a' | 'b';
        live: 'a' | 'b' | null;
    } | null;
    weightPercent: number;
    verdict: Verdict | null;
    threats: Array<Threat>;
    undo: Array<string>;
    attention: string | null;
    outcome: Outcome | null;
    records: number;
};

export type StartedPreview = {
    id: string;
    links: {
        self: string;
    };
};

/**
 * What a release would be. `outcome` is set where it would end without being released.
 */
export type PreviewDetails = {
    /**
     * Id of a release
     */
    releaseId: string;
    service: string;
    team: string;
    environment: string;
    attempt: number;
    urgency: 'rollback' | 'hotfix' | 'normal';
    reason: string;
    requester: {
        subject: string;
        kind: 'human' | 'machine';
    };
    override?: FreezeOverride;
    /**
     * How traffic moves. Left out by a canary.
     */
    strategy?: 'blue-green' | 'all-at-once';
    approverGroups: Array<string>;
    commit: string;
    modelVersion: string | null;
    startedAt: string;
    phase: 'fetching' | 'checking' | 'planning' | 'judging' | 'awaiting approval' | 'queued' | 'applying' | 'deploying' | 'shifting' | 'watching' | 'undoing' | 'finishing' | 'closed';
    phaseSince: string;
    history: Array<{
        phase: 'fetching' | 'checking' | 'planning' | 'judging' | 'awaiting approval' | 'queued' | 'applying' | 'deploying' | 'shifting' | 'watching' | 'undoing' | 'finishing' | 'closed';
        at: string;
    }>;
    waitingFor: WaitingFor | null;
    held: {
        by: string;
        reason: string;
    } | null;
    scans: Array<ScanSummary>;
    change: {
        digest: string;
        counts: {
            create: number;
            update: number;
            delete: number;
            replace: number;
        };
        addresses: Array<string>;
        /**
         * What becomes of each address.
         */
        actions?: Array<'create' | 'update' | 'delete' | 'replace' | 'read' | 'forget'>;
    } | null;
    gate: GateDecision | null;
    statement: Statement | null;
    statementDigest: string | null;
    approvals: Array<{
        decision: 'approve' | 'reject';
        by: string;
        at: string;
        reason: string;
        statementDigest: string;
        valid: boolean;
        /**
         * Why it no longer counts.
         */
        because: string | null;
    }>;
    quorum: Quorum | null;
    slots: {
        candidate: 'a' | 'b';
        live: 'a' | 'b' | null;
    } | null;
    weightPercent: number;
    verdict: Verdict | null;
    threats: Array<Threat>;
    undo: Array<string>;
    attention: string | null;
    outcome: Outcome | null;
    records: number;
    /**
     * `failed`: a step broke; the run book is under its kind.
     */
    status: 'running' | 'completed' | 'failed';
    /**
     * Who would have to approve, `1 of sre, 1 of ml-owners`; `null`: nobody, or it is not known yet.
     */
    approval: string | null;
    /**
     * Freezes and a stopped line that it would wait for now.
     */
    obstacles: Array<Obstacle>;
    /**
     * The lanes it would enter, and who is there now.
     */
    lanes: Array<{
        lane: string;
        heldBy: string | null;
        waiting: number;
    }>;
};

export type ServiceStatus = {
    service: string;
    environment: string;
    team: string;
    running: ServedVersion | null;
    goBackTo: Array<ServedVersion>;
    /**
     * Releases under way.
     */
    open: Array<ReleaseSummary>;
};

export type ServedVersion = {
    version: string;
    digest: string;
    image: string;
    /**
     * When its release ended as released.
     */
    since: string;
    /**
     * Id of a release
     */
    release: string;
    requester: string;
    reason: string;
    /**
     * The release that was gone back to.
     */
    rollbackOf: string | null;
};

export type LineStatus = {
    environment: string;
    /**
     * Empty: the line is free.
     */
    obstacles: Array<Obstacle>;
    /**
     * When each freeze begins again, the nearest first.
     */
    nextFreezes: Array<{
        name: string;
        reason: string;
        from: string;
        until: string;
    }>;
};

export type StrayList = {
    environment: string;
    /**
     * When somebody looked last; null before the first look.
     */
    at: string | null;
    /**
     * What has been there longest goes first.
     */
    strays: Array<Stray>;
    /**
     * So many more than are listed.
     */
    more: number;
    /**
     * Why the environment could not be looked at; null: it was.
     */
    unknown: string | null;
    /**
     * What was written to its account; null before the first look.
     */
    aws: StrayWrites | null;
};

/**
 * Pods of one workload that no release explains.
 */
export type Stray = {
    kind: 'no release' | 'unknown release' | 'another place' | 'another image' | 'not released';
    workload: string;
    pods: number;
    /**
     * The one that its pods name.
     */
    release: string | null;
    because: string;
    since: string;
};

/**
 * Of the account of the environment, whichever of its environments they were about.
 */
export type StrayWrites = {
    account: string;
    /**
     * Of the last week; the latest goes first.
     */
    writes: Array<StrayWrite>;
    /**
     * So many more sorts than are listed.
     */
    more: number;
    /**
     * Why the trail was not read, or not all of it; null: it was.
     */
    unknown: string | null;
};

/**
 * Writes of one sort by one principal that no release explains.
 */
export type StrayWrite = {
    kind: 'unexplained write';
    /**
     * ARN of who wrote last; of a stranger the account.
     */
    principal: string;
    /**
     * The source identity of the session.
     */
    person: string | null;
    source: string;
    name: string;
    times: number;
    first: string;
    last: string;
    /**
     * Of the last one, in CloudTrail's event history.
     */
    eventId: string;
    resources: Array<string>;
    because: string;
};

export type Rescan = {
    environment: string;
    /**
     * When the last look ended; null before the first.
     */
    at: string | null;
    /**
     * How many models and stacks that serve were looked at.
     */
    looked: number;
    /**
     * So many more than are listed.
     */
    more: number;
    /**
     * What could not be looked at, or not at all of it.
     */
    unknown: Array<NotLooked>;
    /**
     * So many more places that could not be looked at.
     */
    moreUnknown: number;
    findings: Array<LaterFinding>;
};

export type NotLooked = {
    /**
     * Environment, part, and service or stack.
     */
    place: string;
    because: string;
};

/**
 * What has become a finding since it was released.
 */
export type LaterFinding = {
    /**
     * Environment, part, and service or stack.
     */
    place: string;
    /**
     * Id of a release
     */
    release: string;
    fingerprint: string;
    /**
     * Of a scanner, or the code of a policy.
     */
    rule: string;
    /**
     * null: a policy would deny it now.
     */
    severity: 'info' | 'low' | 'medium' | 'high' | 'critical' | null;
    address: string;
    message: string;
};

export type DriftList = {
    environment: string;
    /**
     * When the last look ended; null before the first.
     */
    at: string | null;
    /**
     * How many models and stacks that serve were looked at.
     */
    looked: number;
    /**
     * So many more than are listed.
     */
    more: number;
    /**
     * What could not be looked at, or not at all of it.
     */
    unknown: Array<NotLooked>;
    /**
     * So many more places that could not be looked at.
     */
    moreUnknown: number;
    drifts: Array<Drift>;
};

/**
 * What of a stack is not as it was released.
 */
export type Drift = {
    /**
     * Environment, part, and service or stack.
     */
    place: string;
    /**
     * Id of a release
     */
    release: string;
    address: string;
    /**
     * What releasing the same again would do.
     */
    action: 'create' | 'update' | 'delete' | 'replace' | 'forget' | 'read';
};

export type WaiverList = {
    waivers: Array<Waiver>;
};

export type Waiver = {
    name: string;
    waives: {
        kind: 'fingerprint';
        fingerprint: string;
    } | {
        kind: 'rule';
        rule: string;
        address: string;
    };
    environment: string | null;
    service: string | null;
    reason: string;
    owner: string;
    from: string;
    until: string;
    state: 'not begun' | 'holds' | 'ended';
    /**
     * 0 on its last day, less once it has ended.
     */
    daysLeft: number;
};

export type InstallationReport = {
    /**
     * Every check is right.
     */
    healthy: boolean;
    checks: Array<Check>;
};

export type Check = {
    check: 'temporal' | 'search attributes' | 'worker' | 'policies' | 'ledger' | 'checkpoints' | 'reading' | 'plan role' | 'apply role' | 'state' | 'locks' | 'guardduty' | 'prometheus' | 'gateway api' | 'clock';
    /**
     * Of what: a queue, an environment, a bucket.
     */
    about: string;
    ok: boolean;
    found: string;
    /**
     * `null` where there is nothing to do.
     */
    remedy: string | null;
};

export type ThreatPage = {
    /**
     * May be fewer than asked for, also none, while there are more.
     */
    threats: Array<ListedThreat>;
    nextPageToken: string | null;
};

/**
 * A finding of GuardDuty, and which releases it is about.
 */
export type ListedThreat = {
    id: string;
    type: string;
    title: string;
    severity: number;
    account: string;
    region: string;
    updatedAt: string;
    lastSeenAt: string;
    count: number;
    sample: boolean;
    /**
     * Of those that the caller may read, incidents first.
     */
    releases: Array<{
        releaseId: string;
        service: string;
        environment: string;
        team: string;
        /**
         * `told`: it ran and decided itself; `incident`: its version serves; `noted`: the same, of a sample; `gone`: it ended meanwhile.
         */
        state: 'told' | 'incident' | 'noted' | 'gone';
    }>;
    /**
     * How many are not listed here; the record of the finding names them.
     */
    moreReleases: number;
};

export type DeadFindings = {
    /**
     * Why nobody could look; null: somebody did.
     */
    off: string | null;
    messages: Array<DeadFinding>;
    /**
     * There are others beyond these.
     */
    more: boolean;
};

/**
 * A message that was received again and again and told nobody.
 */
export type DeadFinding = {
    messageId: string;
    /**
     * When it was sent.
     */
    since: string;
    /**
     * How often it was taken from a queue, counting this time.
     */
    received: number;
    /**
     * Null: it is no finding.
     */
    finding: {
        id: string;
        type: string;
        severity: number;
    } | null;
    /**
     * Why it is none: fields and what they had to be, never a value.
     */
    malformed: string | null;
    /**
     * Its finding was told just now, and the message is gone.
     */
    told: boolean;
};

export type UndeliveredPage = {
    notices: Array<UndeliveredNotice>;
    nextPageToken: string | null;
};

/**
 * A notice that nobody took within an hour of tries.
 */
export type UndeliveredNotice = {
    id: string;
    /**
     * Who should have heard of it.
     */
    target: string;
    targetKind: 'webhook' | 'slack' | 'sns';
    kind: string;
    text: string;
    /**
     * When it was given up.
     */
    since: string;
    /**
     * Why the last try failed.
     */
    because: string;
};

export type NoticeState = {
    /**
     * `waiting`: it could not be delivered this time either, and stays.
     */
    state: 'delivered' | 'discarded' | 'waiting';
    because: string | null;
};

/**
 * Who the API takes the caller for.
 */
export type Me = {
    subject: string;
    kind: 'human' | 'machine';
    groups: Array<string>;
    /**
     * The token proves a second factor, by what its issuer is configured to prove it with.
     */
    mfa: boolean;
    authenticatedAt: string | null;
    /**
     * `null`: the issuer does not say when.
     */
    authenticationAgeSeconds: number | null;
};

/**
 * Where people log in, and as which public client.
 */
export type Logins = {
    logins: Array<{
        issuer: string;
        clientId: string;
        scopes: Array<string>;
        /**
         * Which of its tokens the API is sent.
         */
        bearer: 'access' | 'id';
        resource: string | null;
        parameters: {
            [key: string]: string;
        };
        redirectPort: number | null;
    }>;
};

export type Readiness = {
    status: string;
    temporal: string;
    opa: string;
};

export type ListReleasesData = {
    body?: never;
    path?: never;
    query?: {
        service?: string;
        environment?: string;
        phase?: 'fetching' | 'checking' | 'planning' | 'judging' | 'awaiting approval' | 'queued' | 'applying' | 'deploying' | 'shifting' | 'watching' | 'undoing' | 'finishing' | 'closed';
        outcome?: 'released' | 'rolled back' | 'blocked' | 'rejected' | 'expired' | 'cancelled';
        requester?: string;
        /**
         * At most 100.
         */
        pageSize?: number;
        pageToken?: string;
    };
    url: '/v1/releases';
};

export type ListReleasesErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ListReleasesError = ListReleasesErrors[keyof ListReleasesErrors];

export type ListReleasesResponses = {
    /**
     * One page
     */
    200: ReleasePage;
};

export type ListReleasesResponse = ListReleasesResponses[keyof ListReleasesResponses];

export type StartReleaseData = {
    body: ReleaseRequest;
    path?: never;
    query?: never;
    url: '/v1/releases';
};

export type StartReleaseErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type StartReleaseError = StartReleaseErrors[keyof StartReleaseErrors];

export type StartReleaseResponses = {
    /**
     * The same caller has asked for this before: the same release
     */
    200: StartedRelease;
    /**
     * Started
     */
    202: StartedRelease;
};

export type StartReleaseResponse = StartReleaseResponses[keyof StartReleaseResponses];

export type ShowReleaseData = {
    body?: never;
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/releases/{id}';
};

export type ShowReleaseErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ShowReleaseError = ShowReleaseErrors[keyof ShowReleaseErrors];

export type ShowReleaseResponses = {
    /**
     * The release
     */
    200: ReleaseDetails;
};

export type ShowReleaseResponse = ShowReleaseResponses[keyof ShowReleaseResponses];

export type StreamReleaseEventsData = {
    body?: never;
    headers?: {
        /**
         * Sequence of the last record that was seen: the stream goes on after it.
         */
        'last-event-id'?: number;
    };
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/releases/{id}/events';
};

export type StreamReleaseEventsErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type StreamReleaseEventsError = StreamReleaseEventsErrors[keyof StreamReleaseEventsErrors];

export type StreamReleaseEventsResponses = {
    /**
     * The stream
     */
    200: ReleaseRecord | ReleaseState | Progress | ReleaseEnd;
};

export type StreamReleaseEventsResponse = StreamReleaseEventsResponses[keyof StreamReleaseEventsResponses];

export type ShowVerdictData = {
    body?: never;
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: {
        /**
         * The last verdict at this weight, instead of the one that counts.
         */
        weightPercent?: number;
    };
    url: '/v1/releases/{id}/verdict';
};

export type ShowVerdictErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ShowVerdictError = ShowVerdictErrors[keyof ShowVerdictErrors];

export type ShowVerdictResponses = {
    /**
     * The verdict that counts, and what it was at each weight
     */
    200: ReleaseVerdict;
};

export type ShowVerdictResponse = ShowVerdictResponses[keyof ShowVerdictResponses];

export type PlotVerdictData = {
    body?: never;
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: {
        /**
         * The last verdict at this weight, instead of the one that counts.
         */
        weightPercent?: number;
    };
    url: '/v1/releases/{id}/verdict.svg';
};

export type PlotVerdictErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type PlotVerdictError = PlotVerdictErrors[keyof PlotVerdictErrors];

export type PlotVerdictResponses = {
    /**
     * SVG
     */
    200: Blob | File;
};

export type PlotVerdictResponse = PlotVerdictResponses[keyof PlotVerdictResponses];

export type DownloadCountsData = {
    body?: never;
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/releases/{id}/counts';
};

export type DownloadCountsErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type DownloadCountsError = DownloadCountsErrors[keyof DownloadCountsErrors];

export type DownloadCountsResponses = {
    /**
     * CSV
     */
    200: string;
};

export type DownloadCountsResponse = DownloadCountsResponses[keyof DownloadCountsResponses];

export type ListFindingsData = {
    body?: never;
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/releases/{id}/findings';
};

export type ListFindingsErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ListFindingsError = ListFindingsErrors[keyof ListFindingsErrors];

export type ListFindingsResponses = {
    /**
     * Values, or SARIF 2.1.0 for whoever accepts it
     */
    200: FindingList;
};

export type ListFindingsResponse = ListFindingsResponses[keyof ListFindingsResponses];

export type DecideData = {
    body: DecisionRequest;
    headers?: {
        /**
         * The same key, caller and body again is the same message.
         */
        'idempotency-key'?: string;
    };
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/releases/{id}/approvals';
};

export type DecideErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type DecideError = DecideErrors[keyof DecideErrors];

export type DecideResponses = {
    /**
     * Done: the release as it is now
     */
    200: Told;
    /**
     * Accepted: it outlasted the request and goes on
     */
    202: Told;
};

export type DecideResponse = DecideResponses[keyof DecideResponses];

export type WithdrawApprovalData = {
    body: InstructionRequest;
    headers?: {
        /**
         * The same key, caller and body again is the same message.
         */
        'idempotency-key'?: string;
    };
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/releases/{id}/withdraw';
};

export type WithdrawApprovalErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type WithdrawApprovalError = WithdrawApprovalErrors[keyof WithdrawApprovalErrors];

export type WithdrawApprovalResponses = {
    /**
     * Done: the release as it is now
     */
    200: Told;
    /**
     * Accepted: it outlasted the request and goes on
     */
    202: Told;
};

export type WithdrawApprovalResponse = WithdrawApprovalResponses[keyof WithdrawApprovalResponses];

export type HoldReleaseData = {
    body: InstructionRequest;
    headers?: {
        /**
         * The same key, caller and body again is the same message.
         */
        'idempotency-key'?: string;
    };
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/releases/{id}/hold';
};

export type HoldReleaseErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type HoldReleaseError = HoldReleaseErrors[keyof HoldReleaseErrors];

export type HoldReleaseResponses = {
    /**
     * Done: the release as it is now
     */
    200: Told;
    /**
     * Accepted: it outlasted the request and goes on
     */
    202: Told;
};

export type HoldReleaseResponse = HoldReleaseResponses[keyof HoldReleaseResponses];

export type ResumeReleaseData = {
    body: InstructionRequest;
    headers?: {
        /**
         * The same key, caller and body again is the same message.
         */
        'idempotency-key'?: string;
    };
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/releases/{id}/resume';
};

export type ResumeReleaseErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ResumeReleaseError = ResumeReleaseErrors[keyof ResumeReleaseErrors];

export type ResumeReleaseResponses = {
    /**
     * Done: the release as it is now
     */
    200: Told;
    /**
     * Accepted: it outlasted the request and goes on
     */
    202: Told;
};

export type ResumeReleaseResponse = ResumeReleaseResponses[keyof ResumeReleaseResponses];

export type AbortReleaseData = {
    body: InstructionRequest;
    headers?: {
        /**
         * The same key, caller and body again is the same message.
         */
        'idempotency-key'?: string;
    };
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/releases/{id}/abort';
};

export type AbortReleaseErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type AbortReleaseError = AbortReleaseErrors[keyof AbortReleaseErrors];

export type AbortReleaseResponses = {
    /**
     * Done: the release as it is now
     */
    200: Told;
    /**
     * Accepted: it outlasted the request and goes on
     */
    202: Told;
};

export type AbortReleaseResponse = AbortReleaseResponses[keyof AbortReleaseResponses];

export type SkipUndoData = {
    body: InstructionRequest;
    headers?: {
        /**
         * The same key, caller and body again is the same message.
         */
        'idempotency-key'?: string;
    };
    path: {
        /**
         * Id of a release
         */
        id: string;
        name: string;
    };
    query?: never;
    url: '/v1/releases/{id}/undos/{name}/skip';
};

export type SkipUndoErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type SkipUndoError = SkipUndoErrors[keyof SkipUndoErrors];

export type SkipUndoResponses = {
    /**
     * Done: the release as it is now
     */
    200: Told;
    /**
     * Accepted: it outlasted the request and goes on
     */
    202: Told;
};

export type SkipUndoResponse = SkipUndoResponses[keyof SkipUndoResponses];

export type StartPreviewData = {
    body: PreviewRequest;
    path?: never;
    query?: never;
    url: '/v1/previews';
};

export type StartPreviewErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type StartPreviewError = StartPreviewErrors[keyof StartPreviewErrors];

export type StartPreviewResponses = {
    /**
     * Started
     */
    202: StartedPreview;
};

export type StartPreviewResponse = StartPreviewResponses[keyof StartPreviewResponses];

export type ShowPreviewData = {
    body?: never;
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/previews/{id}';
};

export type ShowPreviewErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ShowPreviewError = ShowPreviewErrors[keyof ShowPreviewErrors];

export type ShowPreviewResponses = {
    /**
     * The preview
     */
    200: PreviewDetails;
};

export type ShowPreviewResponse = ShowPreviewResponses[keyof ShowPreviewResponses];

export type ListPreviewFindingsData = {
    body?: never;
    path: {
        /**
         * Id of a release
         */
        id: string;
    };
    query?: never;
    url: '/v1/previews/{id}/findings';
};

export type ListPreviewFindingsErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ListPreviewFindingsError = ListPreviewFindingsErrors[keyof ListPreviewFindingsErrors];

export type ListPreviewFindingsResponses = {
    /**
     * Values, or SARIF 2.1.0 for whoever accepts it
     */
    200: FindingList;
};

export type ListPreviewFindingsResponse = ListPreviewFindingsResponses[keyof ListPreviewFindingsResponses];

export type StartRollbackData = {
    body: RollbackRequest;
    path?: never;
    query?: never;
    url: '/v1/rollbacks';
};

export type StartRollbackErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type StartRollbackError = StartRollbackErrors[keyof StartRollbackErrors];

export type StartRollbackResponses = {
    /**
     * The same caller has asked for this before: the same release
     */
    200: StartedRelease;
    /**
     * Started
     */
    202: StartedRelease;
};

export type StartRollbackResponse = StartRollbackResponses[keyof StartRollbackResponses];

export type ShowServiceData = {
    body?: never;
    path: {
        service: string;
        environment: string;
    };
    query?: never;
    url: '/v1/services/{service}/environments/{environment}';
};

export type ShowServiceErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ShowServiceError = ShowServiceErrors[keyof ShowServiceErrors];

export type ShowServiceResponses = {
    /**
     * The service
     */
    200: ServiceStatus;
};

export type ShowServiceResponse = ShowServiceResponses[keyof ShowServiceResponses];

export type ShowLineData = {
    body?: never;
    path: {
        environment: string;
    };
    query?: never;
    url: '/v1/environments/{environment}';
};

export type ShowLineErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ShowLineError = ShowLineErrors[keyof ShowLineErrors];

export type ShowLineResponses = {
    /**
     * The line
     */
    200: LineStatus;
};

export type ShowLineResponse = ShowLineResponses[keyof ShowLineResponses];

export type ListStraysData = {
    body?: never;
    path: {
        environment: string;
    };
    query?: never;
    url: '/v1/environments/{environment}/strays';
};

export type ListStraysErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ListStraysError = ListStraysErrors[keyof ListStraysErrors];

export type ListStraysResponses = {
    /**
     * As of the last look
     */
    200: StrayList;
};

export type ListStraysResponse = ListStraysResponses[keyof ListStraysResponses];

export type ShowRescanData = {
    body?: never;
    path: {
        environment: string;
    };
    query?: never;
    url: '/v1/environments/{environment}/rescan';
};

export type ShowRescanErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ShowRescanError = ShowRescanErrors[keyof ShowRescanErrors];

export type ShowRescanResponses = {
    /**
     * As of the last look
     */
    200: Rescan;
};

export type ShowRescanResponse = ShowRescanResponses[keyof ShowRescanResponses];

export type ShowDriftData = {
    body?: never;
    path: {
        environment: string;
    };
    query?: never;
    url: '/v1/environments/{environment}/drift';
};

export type ShowDriftErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ShowDriftError = ShowDriftErrors[keyof ShowDriftErrors];

export type ShowDriftResponses = {
    /**
     * As of the last look
     */
    200: DriftList;
};

export type ShowDriftResponse = ShowDriftResponses[keyof ShowDriftResponses];

export type StopLineData = {
    body: InstructionRequest;
    path: {
        environment: string;
    };
    query?: never;
    url: '/v1/environments/{environment}/stop';
};

export type StopLineErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type StopLineError = StopLineErrors[keyof StopLineErrors];

export type StopLineResponses = {
    /**
     * The line as it is now
     */
    200: LineStatus;
};

export type StopLineResponse = StopLineResponses[keyof StopLineResponses];

export type ResumeLineData = {
    body: InstructionRequest;
    path: {
        environment: string;
    };
    query?: never;
    url: '/v1/environments/{environment}/resume';
};

export type ResumeLineErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ResumeLineError = ResumeLineErrors[keyof ResumeLineErrors];

export type ResumeLineResponses = {
    /**
     * The line as it is now
     */
    200: LineStatus;
};

export type ResumeLineResponse = ResumeLineResponses[keyof ResumeLineResponses];

export type ListWaiversData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/waivers';
};

export type ListWaiversErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ListWaiversError = ListWaiversErrors[keyof ListWaiversErrors];

export type ListWaiversResponses = {
    /**
     * Those of services that the caller may read
     */
    200: WaiverList;
};

export type ListWaiversResponse = ListWaiversResponses[keyof ListWaiversResponses];

export type ExamineInstallationData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/doctor';
};

export type ExamineInstallationErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ExamineInstallationError = ExamineInstallationErrors[keyof ExamineInstallationErrors];

export type ExamineInstallationResponses = {
    /**
     * What was found
     */
    200: InstallationReport;
};

export type ExamineInstallationResponse = ExamineInstallationResponses[keyof ExamineInstallationResponses];

export type ListThreatsData = {
    body?: never;
    path?: never;
    query?: {
        service?: string;
        environment?: string;
        /**
         * At most 100.
         */
        pageSize?: number;
        pageToken?: string;
        /**
         * Id of a release
         */
        release?: string;
        /**
         * Only findings about a version that serves.
         */
        state?: 'incident';
    };
    url: '/v1/threats';
};

export type ListThreatsErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ListThreatsError = ListThreatsErrors[keyof ListThreatsErrors];

export type ListThreatsResponses = {
    /**
     * One page: what is about releases that the caller may read, or about none
     */
    200: ThreatPage;
};

export type ListThreatsResponse = ListThreatsResponses[keyof ListThreatsResponses];

export type ListDeadFindingsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/dead-findings';
};

export type ListDeadFindingsErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ListDeadFindingsError = ListDeadFindingsErrors[keyof ListDeadFindingsErrors];

export type ListDeadFindingsResponses = {
    /**
     * As a worker sees the dead-letter queue now
     */
    200: DeadFindings;
};

export type ListDeadFindingsResponse = ListDeadFindingsResponses[keyof ListDeadFindingsResponses];

export type RedeliverDeadFindingsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/dead-findings/redeliver';
};

export type RedeliverDeadFindingsErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type RedeliverDeadFindingsError = RedeliverDeadFindingsErrors[keyof RedeliverDeadFindingsErrors];

export type RedeliverDeadFindingsResponses = {
    /**
     * Each, and whether it was told
     */
    200: DeadFindings;
};

export type RedeliverDeadFindingsResponse = RedeliverDeadFindingsResponses[keyof RedeliverDeadFindingsResponses];

export type ListUndeliveredData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * At most 100.
         */
        pageSize?: number;
        pageToken?: string;
    };
    url: '/v1/undelivered';
};

export type ListUndeliveredErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ListUndeliveredError = ListUndeliveredErrors[keyof ListUndeliveredErrors];

export type ListUndeliveredResponses = {
    /**
     * One page
     */
    200: UndeliveredPage;
};

export type ListUndeliveredResponse = ListUndeliveredResponses[keyof ListUndeliveredResponses];

export type RedeliverNoticeData = {
    body?: never;
    path: {
        id: string;
    };
    query?: never;
    url: '/v1/undelivered/{id}/redeliver';
};

export type RedeliverNoticeErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type RedeliverNoticeError = RedeliverNoticeErrors[keyof RedeliverNoticeErrors];

export type RedeliverNoticeResponses = {
    /**
     * What became of it
     */
    200: NoticeState;
};

export type RedeliverNoticeResponse = RedeliverNoticeResponses[keyof RedeliverNoticeResponses];

export type DiscardNoticeData = {
    body: InstructionRequest;
    path: {
        id: string;
    };
    query?: never;
    url: '/v1/undelivered/{id}/discard';
};

export type DiscardNoticeErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type DiscardNoticeError = DiscardNoticeErrors[keyof DiscardNoticeErrors];

export type DiscardNoticeResponses = {
    /**
     * What became of it
     */
    200: NoticeState;
};

export type DiscardNoticeResponse = DiscardNoticeResponses[keyof DiscardNoticeResponses];

export type ShowMeData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/me';
};

export type ShowMeErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ShowMeError = ShowMeErrors[keyof ShowMeErrors];

export type ShowMeResponses = {
    /**
     * You
     */
    200: Me;
};

export type ShowMeResponse = ShowMeResponses[keyof ShowMeResponses];

export type ListLoginsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/v1/login';
};

export type ListLoginsErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ListLoginsError = ListLoginsErrors[keyof ListLoginsErrors];

export type ListLoginsResponses = {
    /**
     * Public clients, by issuer
     */
    200: Logins;
};

export type ListLoginsResponse = ListLoginsResponses[keyof ListLoginsResponses];

export type AliveData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/healthz';
};

export type AliveErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type AliveError = AliveErrors[keyof AliveErrors];

export type AliveResponses = {
    /**
     * Yes
     */
    200: {
        status: 'ok';
    };
};

export type AliveResponse = AliveResponses[keyof AliveResponses];

export type ReadyData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/readyz';
};

export type ReadyErrors = {
    /**
     * No: which of them
     */
    503: Readiness;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type ReadyError = ReadyErrors[keyof ReadyErrors];

export type ReadyResponses = {
    /**
     * Yes
     */
    200: Readiness;
};

export type ReadyResponse = ReadyResponses[keyof ReadyResponses];

export type MetricsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/metrics';
};

export type MetricsErrors = {
    /**
     * Refused: kind, what was wrong, what to do
     */
    '4XX': Problem;
    /**
     * Refused: kind, what was wrong, what to do
     */
    '5XX': Problem;
};

export type MetricsError = MetricsErrors[keyof MetricsErrors];

export type MetricsResponses = {
    /**
     * Text exposition
     */
    200: string;
};

export type MetricsResponse = MetricsResponses[keyof MetricsResponses];
