/** The `plimsoll` program: the client of the API, and what needs no API. The one place where both meet. */
import { mountBacktest } from '../backtest/command.ts';
import { mountVerify } from '../verify/command.ts';
import { mountEvidence } from '../verify/evidence.ts';
import { run } from './program.ts';
import { processTerminal } from './terminal.ts';

process.exitCode = await run(process.argv.slice(2), { env: process.env, terminal: processTerminal() }, [
  mountBacktest,
  mountVerify,
  mountEvidence,
]);
