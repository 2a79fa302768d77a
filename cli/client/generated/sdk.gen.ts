// @ts-nocheck
// Made by `npm run generate:client`; do not edit.

import { client } from './client.gen.ts';
import type { Client, ClientMeta, Options as Options2, RequestResult, ServerSentEventsResult, TDataShape } from './client/index.ts';
import type { AbortReleaseData, AbortReleaseErrors, AbortReleaseResponses, AliveData, AliveErrors, AliveResponses, DecideData, DecideErrors, DecideResponses, DiscardNoticeData, DiscardNoticeErrors, DiscardNoticeResponses, DownloadCountsData, DownloadCountsErrors, DownloadCountsResponses, ExamineInstallationData, ExamineInstallationErrors, ExamineInstallationResponses, HoldReleaseData, HoldReleaseErrors, HoldReleaseResponses, ListDeadFindingsData, ListDeadFindingsErrors, ListDeadFindingsResponses, ListFindingsData, ListFindingsErrors, ListFindingsResponses, ListLoginsData, ListLoginsErrors, ListLoginsResponses, ListPreviewFindingsData, ListPreviewFindingsErrors, ListPreviewFindingsResponses, ListReleasesData, ListReleasesErrors, ListReleasesResponses, ListStraysData, ListStraysErrors, ListStraysResponses, ListThreatsData, ListThreatsErrors, ListThreatsResponses, ListUndeliveredData, ListUndeliveredErrors, ListUndeliveredResponses, ListWaiversData, ListWaiversErrors, ListWaiversResponses, MetricsData, MetricsErrors, MetricsResponses, PlotVerdictData, PlotVerdictErrors, PlotVerdictResponses, ReadyData, ReadyErrors, ReadyResponses, RedeliverDeadFindingsData, RedeliverDeadFindingsErrors, RedeliverDeadFindingsResponses, RedeliverNoticeData, RedeliverNoticeErrors, RedeliverNoticeResponses, ResumeLineData, ResumeLineErrors, ResumeLineResponses, ResumeReleaseData, ResumeReleaseErrors, ResumeReleaseResponses, ShowDriftData, ShowDriftErrors, ShowDriftResponses, ShowLineData, ShowLineErrors, ShowLineResponses, ShowMeData, ShowMeErrors, ShowMeResponses, ShowPreviewData, ShowPreviewErrors, ShowPreviewResponses, ShowReleaseData, ShowReleaseErrors, ShowReleaseResponses, ShowRescanData, ShowRescanErrors, ShowRescanResponses, ShowServiceData, ShowServiceErrors, ShowServiceResponses, ShowVerdictData, ShowVerdictErrors, ShowVerdictResponses, SkipUndoData, SkipUndoErrors, SkipUndoResponses, StartPreviewData, StartPreviewErrors, StartPreviewResponses, StartReleaseData, StartReleaseErrors, StartReleaseResponses, StartRollbackData, StartRollbackErrors, StartRollbackResponses, StopLineData, StopLineErrors, StopLineResponses, StreamReleaseEventsData, StreamReleaseEventsErrors, StreamReleaseEventsResponse, StreamReleaseEventsResponses, WithdrawApprovalData, WithdrawApprovalErrors, WithdrawApprovalResponses } from './types.gen.ts';

export type Options<TData extends TDataShape = TDataShape, ThrowOnError extends boolean = boolean, TResponse = unknown> = Options2<TData, ThrowOnError, TResponse> & {
    /**
     * You can provide a client instance returned by `createClient()` instead of
     * individual options. This might be also useful if you want to implement a
     * custom client.
     */
    client?: Client;
    /**
     * You can pass arbitrary values through the `meta` object. This can be
     * used to access values that aren't defined as part of the SDK function.
     */
    meta?: keyof ClientMeta extends never ? Record<string, unknown> : ClientMeta;
};

/**
 * Releases, running ones first, then the newest
 */
export const listReleases = <ThrowOnError extends boolean = false>(options?: Options<ListReleasesData, ThrowOnError>): RequestResult<ListReleasesResponses, ListReleasesErrors, ThrowOnError> => (options?.client ?? client).get<ListReleasesResponses, ListReleasesErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases',
    ...options
});

/**
 * Ask for a release
 */
export const startRelease = <ThrowOnError extends boolean = false>(options: Options<StartReleaseData, ThrowOnError>): RequestResult<StartReleaseResponses, StartReleaseErrors, ThrowOnError> => (options.client ?? client).post<StartReleaseResponses, StartReleaseErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Where a release stands, and how it got there
 */
export const showRelease = <ThrowOnError extends boolean = false>(options: Options<ShowReleaseData, ThrowOnError>): RequestResult<ShowReleaseResponses, ShowReleaseErrors, ThrowOnError> => (options.client ?? client).get<ShowReleaseResponses, ShowReleaseErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}',
    ...options
});

/**
 * Its records as they are made, then the end
 *
 * Server-Sent Events: a record has its sequence as `id`, its CloudEvents type as `event` and a ReleaseRecord as `data`; `state` and `progress` have no id and carry a ReleaseState and a Progress; `end` carries the status, and the stream ends.
 */
export const streamReleaseEvents = <ThrowOnError extends boolean = false>(options: Options<StreamReleaseEventsData, ThrowOnError, StreamReleaseEventsResponse>): Promise<ServerSentEventsResult<StreamReleaseEventsResponses>> => (options.client ?? client).sse.get<StreamReleaseEventsResponses, StreamReleaseEventsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/events',
    ...options
});

/**
 * What the judge says, and what from
 */
export const showVerdict = <ThrowOnError extends boolean = false>(options: Options<ShowVerdictData, ThrowOnError>): RequestResult<ShowVerdictResponses, ShowVerdictErrors, ThrowOnError> => (options.client ?? client).get<ShowVerdictResponses, ShowVerdictErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/verdict',
    ...options
});

/**
 * The same as a picture
 */
export const plotVerdict = <ThrowOnError extends boolean = false>(options: Options<PlotVerdictData, ThrowOnError>): RequestResult<PlotVerdictResponses, PlotVerdictErrors, ThrowOnError> => (options.client ?? client).get<PlotVerdictResponses, PlotVerdictErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/verdict.svg',
    ...options
});

/**
 * What was counted while it was judged
 *
 * Cumulative counters by instant, version and pod: `instant,version,pod,requests,errors,le_<seconds>,…,le_+Inf,weight`. `plimsoll backtest` reads it.
 */
export const downloadCounts = <ThrowOnError extends boolean = false>(options: Options<DownloadCountsData, ThrowOnError>): RequestResult<DownloadCountsResponses, DownloadCountsErrors, ThrowOnError> => (options.client ?? client).get<DownloadCountsResponses, DownloadCountsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/counts',
    ...options
});

/**
 * What was found, once each, and what of it is new
 */
export const listFindings = <ThrowOnError extends boolean = false>(options: Options<ListFindingsData, ThrowOnError>): RequestResult<ListFindingsResponses, ListFindingsErrors, ThrowOnError> => (options.client ?? client).get<ListFindingsResponses, ListFindingsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/findings',
    ...options
});

/**
 * Approve or reject exactly one statement
 */
export const decide = <ThrowOnError extends boolean = false>(options: Options<DecideData, ThrowOnError>): RequestResult<DecideResponses, DecideErrors, ThrowOnError> => (options.client ?? client).post<DecideResponses, DecideErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/approvals',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Take back your own approval
 */
export const withdrawApproval = <ThrowOnError extends boolean = false>(options: Options<WithdrawApprovalData, ThrowOnError>): RequestResult<WithdrawApprovalResponses, WithdrawApprovalErrors, ThrowOnError> => (options.client ?? client).post<WithdrawApprovalResponses, WithdrawApprovalErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/withdraw',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Stop before the next step
 */
export const holdRelease = <ThrowOnError extends boolean = false>(options: Options<HoldReleaseData, ThrowOnError>): RequestResult<HoldReleaseResponses, HoldReleaseErrors, ThrowOnError> => (options.client ?? client).post<HoldReleaseResponses, HoldReleaseErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/hold',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Go on after a hold
 */
export const resumeRelease = <ThrowOnError extends boolean = false>(options: Options<ResumeReleaseData, ThrowOnError>): RequestResult<ResumeReleaseResponses, ResumeReleaseErrors, ThrowOnError> => (options.client ?? client).post<ResumeReleaseResponses, ResumeReleaseErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/resume',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * End it and put everything back
 */
export const abortRelease = <ThrowOnError extends boolean = false>(options: Options<AbortReleaseData, ThrowOnError>): RequestResult<AbortReleaseResponses, AbortReleaseErrors, ThrowOnError> => (options.client ?? client).post<AbortReleaseResponses, AbortReleaseErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/abort',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Give up an undo that does not succeed
 */
export const skipUndo = <ThrowOnError extends boolean = false>(options: Options<SkipUndoData, ThrowOnError>): RequestResult<SkipUndoResponses, SkipUndoErrors, ThrowOnError> => (options.client ?? client).post<SkipUndoResponses, SkipUndoErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/releases/{id}/undos/{name}/skip',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * What a release would be: up to judging, without asking anybody
 */
export const startPreview = <ThrowOnError extends boolean = false>(options: Options<StartPreviewData, ThrowOnError>): RequestResult<StartPreviewResponses, StartPreviewErrors, ThrowOnError> => (options.client ?? client).post<StartPreviewResponses, StartPreviewErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/previews',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * What was found out so far
 */
export const showPreview = <ThrowOnError extends boolean = false>(options: Options<ShowPreviewData, ThrowOnError>): RequestResult<ShowPreviewResponses, ShowPreviewErrors, ThrowOnError> => (options.client ?? client).get<ShowPreviewResponses, ShowPreviewErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/previews/{id}',
    ...options
});

/**
 * What was found, once each, and what of it is new
 */
export const listPreviewFindings = <ThrowOnError extends boolean = false>(options: Options<ListPreviewFindingsData, ThrowOnError>): RequestResult<ListPreviewFindingsResponses, ListPreviewFindingsErrors, ThrowOnError> => (options.client ?? client).get<ListPreviewFindingsResponses, ListPreviewFindingsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/previews/{id}/findings',
    ...options
});

/**
 * Go back to an earlier version
 */
export const startRollback = <ThrowOnError extends boolean = false>(options: Options<StartRollbackData, ThrowOnError>): RequestResult<StartRollbackResponses, StartRollbackErrors, ThrowOnError> => (options.client ?? client).post<StartRollbackResponses, StartRollbackErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/rollbacks',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * What runs, since when, and what could be gone back to
 */
export const showService = <ThrowOnError extends boolean = false>(options: Options<ShowServiceData, ThrowOnError>): RequestResult<ShowServiceResponses, ShowServiceErrors, ThrowOnError> => (options.client ?? client).get<ShowServiceResponses, ShowServiceErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/services/{service}/environments/{environment}',
    ...options
});

/**
 * What keeps releases from going on here, now and next
 */
export const showLine = <ThrowOnError extends boolean = false>(options: Options<ShowLineData, ThrowOnError>): RequestResult<ShowLineResponses, ShowLineErrors, ThrowOnError> => (options.client ?? client).get<ShowLineResponses, ShowLineErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/environments/{environment}',
    ...options
});

/**
 * What runs here that no release explains
 */
export const listStrays = <ThrowOnError extends boolean = false>(options: Options<ListStraysData, ThrowOnError>): RequestResult<ListStraysResponses, ListStraysErrors, ThrowOnError> => (options.client ?? client).get<ListStraysResponses, ListStraysErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/environments/{environment}/strays',
    ...options
});

/**
 * What has become a finding since it was released here
 */
export const showRescan = <ThrowOnError extends boolean = false>(options: Options<ShowRescanData, ThrowOnError>): RequestResult<ShowRescanResponses, ShowRescanErrors, ThrowOnError> => (options.client ?? client).get<ShowRescanResponses, ShowRescanErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/environments/{environment}/rescan',
    ...options
});

/**
 * What of Terraform’s is not as it was released here
 */
export const showDrift = <ThrowOnError extends boolean = false>(options: Options<ShowDriftData, ThrowOnError>): RequestResult<ShowDriftResponses, ShowDriftErrors, ThrowOnError> => (options.client ?? client).get<ShowDriftResponses, ShowDriftErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/environments/{environment}/drift',
    ...options
});

/**
 * Stop the line: releases wait at their next safe point
 */
export const stopLine = <ThrowOnError extends boolean = false>(options: Options<StopLineData, ThrowOnError>): RequestResult<StopLineResponses, StopLineErrors, ThrowOnError> => (options.client ?? client).post<StopLineResponses, StopLineErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/environments/{environment}/stop',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Resume it, by another person than who stopped it
 */
export const resumeLine = <ThrowOnError extends boolean = false>(options: Options<ResumeLineData, ThrowOnError>): RequestResult<ResumeLineResponses, ResumeLineErrors, ThrowOnError> => (options.client ?? client).post<ResumeLineResponses, ResumeLineErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/environments/{environment}/resume',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Waivers of the catalog, the first to end first
 */
export const listWaivers = <ThrowOnError extends boolean = false>(options?: Options<ListWaiversData, ThrowOnError>): RequestResult<ListWaiversResponses, ListWaiversErrors, ThrowOnError> => (options?.client ?? client).get<ListWaiversResponses, ListWaiversErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/waivers',
    ...options
});

/**
 * Whether the installation is right, with a remedy where it is not
 *
 * Looks anew each time, all at once and for at most 35 seconds; nothing is changed. For the platform team.
 */
export const examineInstallation = <ThrowOnError extends boolean = false>(options?: Options<ExamineInstallationData, ThrowOnError>): RequestResult<ExamineInstallationResponses, ExamineInstallationErrors, ThrowOnError> => (options?.client ?? client).get<ExamineInstallationResponses, ExamineInstallationErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/doctor',
    ...options
});

/**
 * What GuardDuty has found, the newest first
 */
export const listThreats = <ThrowOnError extends boolean = false>(options?: Options<ListThreatsData, ThrowOnError>): RequestResult<ListThreatsResponses, ListThreatsErrors, ThrowOnError> => (options?.client ?? client).get<ListThreatsResponses, ListThreatsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/threats',
    ...options
});

/**
 * What of the findings of GuardDuty told nobody
 */
export const listDeadFindings = <ThrowOnError extends boolean = false>(options?: Options<ListDeadFindingsData, ThrowOnError>): RequestResult<ListDeadFindingsResponses, ListDeadFindingsErrors, ThrowOnError> => (options?.client ?? client).get<ListDeadFindingsResponses, ListDeadFindingsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/dead-findings',
    ...options
});

/**
 * Tell what of it is a finding after all
 */
export const redeliverDeadFindings = <ThrowOnError extends boolean = false>(options?: Options<RedeliverDeadFindingsData, ThrowOnError>): RequestResult<RedeliverDeadFindingsResponses, RedeliverDeadFindingsErrors, ThrowOnError> => (options?.client ?? client).post<RedeliverDeadFindingsResponses, RedeliverDeadFindingsErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/dead-findings/redeliver',
    ...options
});

/**
 * Notices that nobody took, the newest first
 */
export const listUndelivered = <ThrowOnError extends boolean = false>(options?: Options<ListUndeliveredData, ThrowOnError>): RequestResult<ListUndeliveredResponses, ListUndeliveredErrors, ThrowOnError> => (options?.client ?? client).get<ListUndeliveredResponses, ListUndeliveredErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/undelivered',
    ...options
});

/**
 * Deliver one now: a single try, which is answered
 */
export const redeliverNotice = <ThrowOnError extends boolean = false>(options: Options<RedeliverNoticeData, ThrowOnError>): RequestResult<RedeliverNoticeResponses, RedeliverNoticeErrors, ThrowOnError> => (options.client ?? client).post<RedeliverNoticeResponses, RedeliverNoticeErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/undelivered/{id}/redeliver',
    ...options
});

/**
 * Let one go
 */
export const discardNotice = <ThrowOnError extends boolean = false>(options: Options<DiscardNoticeData, ThrowOnError>): RequestResult<DiscardNoticeResponses, DiscardNoticeErrors, ThrowOnError> => (options.client ?? client).post<DiscardNoticeResponses, DiscardNoticeErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/undelivered/{id}/discard',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Who the API takes you for
 */
export const showMe = <ThrowOnError extends boolean = false>(options?: Options<ShowMeData, ThrowOnError>): RequestResult<ShowMeResponses, ShowMeErrors, ThrowOnError> => (options?.client ?? client).get<ShowMeResponses, ShowMeErrors, ThrowOnError>({
    security: [{ scheme: 'bearer', type: 'http' }],
    url: '/v1/me',
    ...options
});

/**
 * Where people log in
 */
export const listLogins = <ThrowOnError extends boolean = false>(options?: Options<ListLoginsData, ThrowOnError>): RequestResult<ListLoginsResponses, ListLoginsErrors, ThrowOnError> => (options?.client ?? client).get<ListLoginsResponses, ListLoginsErrors, ThrowOnError>({ url: '/v1/login', ...options });

/**
 * Is the process alive
 */
export const alive = <ThrowOnError extends boolean = false>(options?: Options<AliveData, ThrowOnError>): RequestResult<AliveResponses, AliveErrors, ThrowOnError> => (options?.client ?? client).get<AliveResponses, AliveErrors, ThrowOnError>({ url: '/healthz', ...options });

/**
 * Do Temporal and OPA answer
 */
export const ready = <ThrowOnError extends boolean = false>(options?: Options<ReadyData, ThrowOnError>): RequestResult<ReadyResponses, ReadyErrors, ThrowOnError> => (options?.client ?? client).get<ReadyResponses, ReadyErrors, ThrowOnError>({ url: '/readyz', ...options });

/**
 * Metrics for Prometheus
 */
export const metrics = <ThrowOnError extends boolean = false>(options?: Options<MetricsData, ThrowOnError>): RequestResult<MetricsResponses, MetricsErrors, ThrowOnError> => (options?.client ?? client).get<MetricsResponses, MetricsErrors, ThrowOnError>({ url: '/metrics', ...options });
