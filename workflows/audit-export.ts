/** Each hour: what the ledger has got since is exported to the copy that Athena asks. */
import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { type ExportReport, exportReportOf, exportText } from '../domain/ledger/export.ts';
import { exporting } from './steps.ts';

export async function auditExport(): Promise<ExportReport> {
  const before = workflowInfo().lastResult as ExportReport | undefined;
  const since = before?.exportedUntil ?? null;
  const summary = since === null ? 'Export the last week of the ledger' : `Export what the ledger has got since ${since}`;
  const answer = await exporting.exportHours.executeWithOptions({ summary }, [{ since }]);
  setCurrentDetails(exportText(answer));
  return exportReportOf(before, answer);
}
