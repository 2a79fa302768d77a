/**
 * `plimsoll backtest`: recorded counts before the judge, at today's settings or others, and before the rules of
 * other tools. Needs no server; only `--release` asks the API, through whoever mounts this, and `--prometheus`
 * asks Prometheus.
 */
import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import { CountsError, parseCounts } from '../domain/judge/counts.ts';
import { statisticalJudge } from '../domain/judge/statistical.ts';
import { calibrated } from './calibrate.ts';
import { BacktestError, exitCodes } from './errors.ts';
import { askPeers } from './peers.ts';
import { type PrometheusOptions, readPrometheus } from './prometheus.ts';
import { differences, type Poll, pollsOf, type Recording } from './recording.ts';
import { replay } from './replay.ts';
import { briefText, type Judged, jsonLine, recordingText, summaryText } from './report.ts';
import { type SettingOptions, type Settings, settingsFrom } from './settings.ts';

/** What the program that mounts this gives. */
export interface Host {
  out(text: string): void;
  err(text: string): void;
  /** What was counted while a release was judged, as CSV. */
  countsOf(release: string): Promise<string>;
}

interface Options extends SettingOptions, PrometheusOptions {
  readonly release?: readonly string[];
  readonly history?: readonly string[];
  readonly deadline: number;
  readonly json?: boolean;
}

const exits = `
A CSV file begins with the line
  instant,version,pod,requests,errors,le_0.005,…,le_+Inf
Counters are cumulative, as Prometheus has them; instants and bucket edges are seconds; version is stable or canary.
A column weight (percent, of the new version) and pairs events_<metric>,of_<metric> may follow. plimsoll verdict
<release> --counts <file> writes such a file.

Exit codes: 0 nothing is rolled back; 1 something is; 2 wrong usage, or a file that cannot be used; 3 unreachable.`;

export function mountBacktest(program: Command, host: Host, finish: (exitCode: number) => void): void {
  program
    .command('backtest')
    .argument('[files...]', 'CSV files of recorded counts; - is standard input')
    .description('what the judge, and other tools, would have decided about recorded counts')
    .option('--release <id>', 'what was counted for a release; again for more', collect)
    .option('--prometheus <url>', 'a range of Prometheus, with the options from --from to --label')
    .option('--from <time>', 'its beginning: RFC 3339 or Unix seconds', instant)
    .option('--to <time>', 'its end', instant)
    .option('--step <seconds>', 'between two instants of it; at least the scrape interval', positive, 15)
    .option('--service <name>', 'its label `service`')
    .option('--candidate <slot>', 'the slot of the new version in that time, a or b')
    .option('--label <name=value>', 'a further label of its series; again for more', pair)
    .option('--history <file>', 'CSV of the live version before the recording; again for more', collect)
    .option('--objectives <file>', 'objectives as YAML, or a service of the catalog; without it the defaults')
    .option('--alpha <probability>', 'risk of rolling back a good version', positive)
    .option('--alpha-promote <probability>', 'risk of promoting one beyond a margin', positive)
    .option('--kappa <number>', 'how much requests depend on each other, at least 1; auto measures it', kappa)
    .option('--weights <shares>', 'shares of the evidence, such as errors=0.7,latency=0.3', weights)
    .option('--deadline <minutes>', 'how long a comparison may take', positive, 60)
    .option('--json', 'for programs: one line a recording')
    .addHelpText('after', exits)
    .action(async (files: readonly string[], options: Options) => {
      try {
        finish(await backtest(files, options, host));
      } catch (error) {
        if (!(error instanceof BacktestError)) throw error;
        host.err(`plimsoll backtest: ${error.message}\n`);
        finish(error.exitCode);
      }
    });
}

/* ----------------------------------------------------------------- options */

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), value];

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('a number above 0 is needed');
  return value;
}

const kappa = (text: string): number | 'auto' => (text === 'auto' ? 'auto' : positive(text));

function instant(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
  if (Number.isNaN(seconds)) throw new InvalidArgumentError('a time such as 2026-11-24T10:00:00Z, or Unix seconds, is needed');
  return seconds;
}

function pair(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('name=value is needed');
  return { ...before, [name]: value };
}

const weights = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries([
    // What is not named has no share.
    ...['errors', 'latency'].map((name) => [name, 0] as const),
    ...text.split(',').map((part) => {
      const [, name, share] = /^(\w+)=([\d.]+)$/.exec(part.trim()) ?? [];
      if (name === undefined) throw new InvalidArgumentError('shares that sum to 1 are needed, such as errors=0.7,latency=0.3');
      return [name, Number(share)] as const;
    }),
  ]);

/* --------------------------------------------------------------- the run */

interface Source {
  readonly name: string;
  readonly read: () => Promise<Recording>;
}

async function backtest(files: readonly string[], options: Options, host: Host): Promise<number> {
  const settings = settingsFrom(options);
  const sources = sourcesOf(files, options, settings, host);
  if (sources.length === 0) throw new BacktestError('nothing to judge: CSV files, --release or --prometheus is needed');
  const histories = await Promise.all((options.history ?? []).map(recordingOf));
  const given = histories.flatMap((file) => differences(file.instants));
  const judged: Judged[] = [];
  let unusable = false;
  for (const { name, read } of sources) {
    try {
      const one = judge(await read(), given, settings, options.deadline * 60);
      judged.push(one);
      if (options.json === true) host.out(`${jsonLine(one)}\n`);
      else host.out(sources.length === 1 ? recordingText(one, settings.objectives) : briefText(one));
    } catch (error) {
      // One file that cannot be used does not keep the others from being judged.
      if (!(error instanceof CountsError || (error instanceof BacktestError && error.exitCode === exitCodes.usage))) throw error;
      unusable = true;
      if (options.json === true) host.out(`${JSON.stringify({ file: name, error: error.message })}\n`);
      host.err(`plimsoll backtest: ${error.message}\n`);
    }
  }
  if (options.json !== true && judged.length > 1) host.out(`\n${summaryText(judged)}`);
  if (unusable) return exitCodes.usage;
  return judged.some(({ replay: { verdict } }) => verdict.kind === 'fail') ? exitCodes.rolledBack : exitCodes.nothing;
}

function judge(recording: Recording, given: readonly Poll[], { objectives }: Settings, plannedSeconds: number): Judged {
  const polls = pollsOf(recording);
  const calibration = calibrated(given, polls.before, polls.during);
  return {
    name: recording.name,
    replay: replay(statisticalJudge, polls, calibration, { objectives, plannedSeconds }),
    peers: askPeers(polls),
  };
}

const sourcesOf = (files: readonly string[], options: Options, settings: Settings, host: Host): readonly Source[] => [
  ...files.map((file): Source => ({ name: file, read: () => recordingOf(file) })),
  ...(options.release ?? []).map(
    (id): Source => ({ name: id, read: async () => ({ name: id, instants: parseCounts(await host.countsOf(id), id) }) }),
  ),
  ...(options.prometheus === undefined
    ? []
    : [{ name: options.prometheus, read: () => readPrometheus(options, settings) } satisfies Source]),
];

async function recordingOf(file: string): Promise<Recording> {
  let text: string;
  try {
    // As a stream: a pipe that has nothing yet is an error to whoever reads it at once.
    text = file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new BacktestError(`${file}: ${error instanceof Error ? error.message : 'it cannot be read'}`);
  }
  return { name: file, instants: parseCounts(text, file) };
}
