/** The `plimsoll` program: the client of the API, and what needs no API. The one place where both meet. */
import open from 'open';
import { mountExport } from '../audit/export.ts';
import { mountReport } from '../audit/report.ts';
import { mountBacktest } from '../backtest/command.ts';
import { mountVerify } from '../verify/command.ts';
import { mountEvidence } from '../verify/evidence.ts';
import { run } from './program.ts';
import { processTerminal } from './terminal.ts';

const session = {
  env: process.env,
  terminal: processTerminal(),
  openBrowser: async (url: string) => void (await open(url)),
};

process.exitCode = await run(process.argv.slice(2), session, [mountBacktest, mountVerify, mountEvidence, mountExport, mountReport]);
