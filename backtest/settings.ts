/** What a backtest judges by: today's defaults, a file of objectives or of a whole service, and what is said over it. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { z } from 'zod';
import { objectives as objectivesSchema } from '../api/catalog/objectives.ts';
import { series as seriesSchema } from '../api/catalog/series.ts';
import { describeErrors, fieldErrors } from '../api/http/problem.ts';
import type { Objectives, Series } from '../domain/catalog.ts';
import { BacktestError } from './errors.ts';

export interface SettingOptions {
  readonly objectives?: string;
  readonly alpha?: number;
  readonly alphaPromote?: number;
  readonly kappa?: number | 'auto';
  readonly weights?: Readonly<Record<string, number>>;
}

type Fields = Readonly<Record<string, unknown>>;

export interface Settings {
  readonly objectives: Objectives;
  /** What Prometheus is asked for. */
  readonly series: Series;
}

/** The catalog's own rules: what could not be released by is refused here too, with what would be right. */
export function settingsFrom(options: SettingOptions): Settings {
  const { alpha, alphaPromote, kappa, weights } = options;
  const file = options.objectives === undefined ? {} : fileOf(options.objectives);
  const isService = 'chart' in file || isFields(file['objectives']);
  const own = isService ? ((file['objectives'] ?? {}) as Fields) : file;
  const risk = { ...(own['risk'] as Fields | undefined), ...defined({ rollback: alpha, promote: alphaPromote }) };
  const given = { ...own, ...(Object.keys(risk).length > 0 && { risk }), ...defined({ dispersion: kappa, weights }) };
  const name = options.objectives ?? 'the settings';
  return {
    objectives: checked(objectivesSchema, given, name),
    series: checked(seriesSchema, isService ? (file['series'] ?? {}) : {}, name),
  };
}

function checked<Value>(schema: z.ZodType<Value>, given: unknown, name: string): Value {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new BacktestError(`${name}: ${describeErrors(fieldErrors(parsed.error.issues, given))}`);
}

const defined = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Of objectives, or of the catalog's service that has them. */
function fileOf(file: string): Fields {
  let read: unknown;
  try {
    read = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BacktestError(`${file}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'cannot be read'}`);
  }
  if (!isFields(read)) throw new BacktestError(`${file}: objectives as in the catalog, or a service that has objectives, are needed`);
  return read;
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
