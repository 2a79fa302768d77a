/**
 * A catalog from its files, or every mistake in them: file, field, value, and what is allowed.
 * `${NAME}` in a value is taken from the environment, so that one catalog serves a laptop and a cluster.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Environment, Service } from '../../domain/catalog.ts';
import { describeErrors, fieldErrors } from '../http/problem.ts';
import { environmentFile, serviceFile } from './schema.ts';

export interface Catalog {
  readonly environments: ReadonlyMap<string, Environment>;
  readonly services: ReadonlyMap<string, Service>;
}

type Variables = Readonly<Record<string, string | undefined>>;

export class CatalogError extends Error {
  override readonly name = 'CatalogError';
}

export function loadCatalog(folder: string, variables: Variables): Catalog {
  const mistakes: string[] = [];
  const read = <Entry extends { readonly name: string }>(kind: string, schema: z.ZodType<Entry>) =>
    new Map(
      yamlFilesOf(join(folder, kind)).flatMap((path) => {
        const label = `${kind}/${basename(path)}`;
        const result = readEntry(path, label, schema, variables);
        if (typeof result !== 'string') return [[result.name, result] as const];
        mistakes.push(result);
        return [];
      }),
    );
  const catalog = { environments: read('environments', environmentFile), services: read('services', serviceFile) };
  if (mistakes.length > 0) throw new CatalogError(`the catalog is not right:\n${mistakes.join('\n')}`);
  return catalog;
}

/** Changes whenever a file of the catalog is written, added or removed; costs a few `stat`s. */
export function catalogStamp(folder: string): string {
  return ['environments', 'services']
    .flatMap((kind) => yamlFilesOf(join(folder, kind)))
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return `${path} ${mtimeMs} ${size}`;
    })
    .join('\n');
}

function yamlFilesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .toSorted()
      .map((file) => join(folder, file));
  } catch (error) {
    throw new CatalogError(`the catalog has no folder ${basename(folder)}: PLIMSOLL_CATALOG should hold environments/ and services/`, {
      cause: error,
    });
  }
}

function readEntry<Entry extends { readonly name: string }>(
  path: string,
  label: string,
  schema: z.ZodType<Entry>,
  variables: Variables,
): Entry | string {
  // Merge keys and anchors cannot blow up: the parser bounds aliases; duplicate keys are errors.
  const document = parseDocument(readFileSync(path, 'utf8'), { uniqueKeys: true });
  const [broken] = document.errors;
  if (broken !== undefined) return `${label}: ${broken.message.split('\n')[0]}`;
  const missing = new Set<string>();
  const content = substitute(document.toJS(), variables, missing);
  if (missing.size > 0) return `${label}: ${[...missing].join(', ')} is used but not set in the environment`;
  const result = schema.safeParse(content);
  if (!result.success) return `${label}: ${describeErrors(fieldErrors(result.error.issues, content))}`;
  const expected = basename(path).replace(/\.ya?ml$/, '');
  return result.data.name === expected ? result.data : `${label}: name = "${result.data.name}": the file's own name, ${expected}`;
}

/** After parsing, so that no value can add structure. */
function substitute(value: unknown, variables: Variables, missing: Set<string>): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{([A-Z][A-Z0-9_]*)\}/g, (_, key: string) => {
      const found = variables[key];
      if (found === undefined) missing.add(key);
      return found ?? '';
    });
  if (Array.isArray(value)) return value.map((item) => substitute(item, variables, missing));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, variables, missing)]));
  return value;
}
