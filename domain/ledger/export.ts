/**
 * The query copy of the ledger, kept by itself: each hour the hours that something was written about since are made again,
 * as `plimsoll export` makes them. It says which; how, the adapter knows.
 */

export type ExportAnswer =
  /** Nobody exported, and why not. */
  { readonly kind: 'off'; readonly because: string } | ExportCounts;

export interface ExportCounts {
  readonly kind: 'exported';
  /** RFC 3339: what came to the ledger by then is in the copy. */
  readonly until: string;
  readonly hours: number;
  readonly rows: number;
  /** What is not in the copy, and what to do about it; `null`: nothing. */
  readonly gap: string | null;
}

export interface ExportReport {
  /** RFC 3339; `null` until something was exported. */
  readonly exportedUntil: string | null;
  readonly answer: ExportAnswer;
}

/** Again they are the same bytes. */
export interface ExportPort {
  /** The hours of all records that came after `since`; `null`: nothing was exported yet. */
  exportHours(input: { readonly since: string | null }): Promise<ExportAnswer>;
}

/** What failed or was off has moved nothing: the next one begins where the last one ended. */
export const exportReportOf = (before: ExportReport | undefined, answer: ExportAnswer): ExportReport => ({
  exportedUntil: answer.kind === 'exported' ? answer.until : (before?.exportedUntil ?? null),
  answer,
});

export const exportText = (answer: ExportAnswer): string => {
  if (answer.kind === 'off') return `Nothing was exported: ${answer.because}`;
  const { hours, rows, until, gap } = answer;
  return `${rows} records in ${hours} hours, as of ${until}${gap === null ? '' : `\n\n${gap}`}`;
};

/** The schedule and its workflow. */
export const exportWorkflow = 'auditExport';
