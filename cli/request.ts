/** What a release is asked for with, from options and a file. The GitHub action asks in the same words. */
import { readFileSync } from 'node:fs';
import type { ReleaseRequest } from './client/generated/index.ts';
import { usage } from './errors.ts';

export interface ReleaseOptions {
  readonly json?: boolean;
  readonly file?: string;
  readonly service?: string;
  readonly environment?: string;
  readonly commit?: string;
  readonly stack?: string;
  readonly var?: readonly string[];
  readonly modelVersion?: string;
  readonly artifact?: string;
  readonly digest?: string;
  readonly image?: string;
  readonly reason?: string;
  readonly attempt?: number;
  readonly overrideFreeze?: boolean;
  readonly ticket?: string;
  readonly watch?: boolean;
}

/** A file first, what is said on the command line over it. The API checks it: one place knows the rules. */
export function requestFrom(options: ReleaseOptions): ReleaseRequest {
  const { service, environment, commit, stack, modelVersion, artifact, digest, image, reason, attempt } = options;
  const base = options.file === undefined ? {} : fileOf(options.file);
  const defined = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const part = (name: string, values: Record<string, unknown>) => {
    const own = defined(values);
    const given = base[name] as object | undefined;
    return Object.keys(own).length === 0 && given === undefined ? {} : { [name]: { ...given, ...own } };
  };
  const variables = options.var === undefined ? undefined : Object.fromEntries(options.var.map(variableOf));
  return {
    ...base,
    ...defined({ service, environment, reason, attempt }),
    ...part('source', { commit }),
    ...part('infrastructure', { stack, variables }),
    ...part('override', { reason: options.overrideFreeze === true ? reason : undefined, ticket: options.ticket }),
    ...part('model', { version: modelVersion, artifact, digest, image }),
  } as unknown as ReleaseRequest;
}

function fileOf(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw usage(`--file ${file}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}

/** JSON where it is JSON, text otherwise: `replicas_max=12` is a number, `name=blue` is text. */
function variableOf(text: string): readonly [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw usage(`--var ${text}: name=value is needed`);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value)];
  } catch {
    return [text.slice(0, at), value];
  }
}
