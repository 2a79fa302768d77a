/**
 * A catalog from its files, or every mistake in them: file, field, value, and what is allowed.
 * `${NAME}` in a value is taken from the environment, so that one catalog serves a laptop and a cluster.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { Environment, Service } from '../../domain/catalog.ts';
import { type Digest, digestOf, digestText } from '../../domain/digest.ts';
import type { Machine } from '../../domain/machine.ts';
import type { Waiver } from '../../domain/waiver.ts';
import { describeErrors, fieldErrors } from '../http/problem.ts';
import { machineFile } from './machines.ts';
import { environmentFile, serviceFile } from './schema.ts';
import { strayWaivers, waiverFile } from './waivers.ts';

export interface Catalog {
  readonly environments: ReadonlyMap<string, Environment>;
  readonly services: ReadonlyMap<string, Service>;
  /** Addresses that commits are written under, by the subject of their author's token. */
  readonly people: ReadonlyMap<string, readonly string[]>;
  readonly waivers: ReadonlyMap<string, Waiver>;
  /** Whose builds may ask for releases; a catalog without the folder knows none. */
  readonly machines: ReadonlyMap<string, Machine>;
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
  const people = readPeople(folder);
  if (typeof people === 'string') mistakes.push(people);
  const catalog = {
    environments: read('environments', environmentFile),
    services: read('services', serviceFile),
    machines: read('machines', machineFile),
    people: typeof people === 'string' ? new Map() : people,
    waivers: read('waivers', waiverFile),
  };
  mistakes.push(...missingPredecessors(catalog.environments));
  // A file that is wrong itself would only make others look wrong.
  if (mistakes.length === 0) mistakes.push(...strayWaivers(catalog.waivers, catalog.environments, catalog.services));
  if (mistakes.length > 0) throw new CatalogError(`the catalog is not right:\n${mistakes.join('\n')}`);
  return catalog;
}

/** A name nobody has would block every release for ever. */
function missingPredecessors(environments: Catalog['environments']): readonly string[] {
  return [...environments.values()].flatMap(({ name, requires }) => {
    if (requires === undefined || (requires.releasedIn !== name && environments.has(requires.releasedIn))) return [];
    const others = [...environments.keys()].filter((other) => other !== name);
    const allowed = others.length === 0 ? 'no such field: there is no other environment' : `one of ${others.join(', ')}`;
    return [`environments/${name}.yaml: requires.releasedIn = ${JSON.stringify(requires.releasedIn)}: ${allowed}`];
  });
}

const filesOf = (folder: string): readonly string[] => [
  ...['environments', 'services', 'machines', 'waivers'].flatMap((kind) => yamlFilesOf(join(folder, kind))),
  ...peopleFilesOf(folder),
];

/** Of what the files say, under their names: the same wherever the catalog lies. */
export const catalogDigest = (folder: string): Digest =>
  digestOf(filesOf(folder).map((path) => [relative(folder, path), digestText(readFileSync(path, 'utf8'))]));

/** Changes whenever a file of the catalog is written, added or removed; costs a few `stat`s. */
export function catalogStamp(folder: string): string {
  return filesOf(folder)
    .map((path) => {
      const { mtimeMs, size } = statSync(path);
      return `${path} ${mtimeMs} ${size}`;
    })
    .join('\n');
}

/** A catalog without exceptions is the best one, and not every team builds on machines. */
const optionalFolders: readonly string[] = ['machines', 'waivers'];

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

function yamlFilesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /\.ya?ml$/.test(file))
      .toSorted()
      .map((file) => join(folder, file));
  } catch (error) {
    if (optionalFolders.includes(basename(folder)) && isMissing(error)) return [];
    throw new CatalogError(`the catalog has no folder ${basename(folder)}: PLIMSOLL_CATALOG should hold environments/ and services/`, {
      cause: error,
    });
  }
}

const peopleFile = 'people.yaml';
const peopleFilesOf = (folder: string): readonly string[] => [join(folder, peopleFile)].filter((path) => existsSync(path));

const peopleSchema = z
  .record(z.string().min(1), z.array(z.string().regex(/^\S+@\S+$/, 'an address as commits have it')))
  .refine((people) => {
    const all = Object.values(people)
      .flat()
      .map((address) => address.toLowerCase());
    return new Set(all).size === all.length;
  }, 'each address once: it is one person’s');

/** Not everybody needs to be there: `ana@example.com` is taken for `ana` by itself. */
function readPeople(folder: string): Catalog['people'] | string {
  const [path] = peopleFilesOf(folder);
  if (path === undefined) return new Map();
  const document = parseDocument(readFileSync(path, 'utf8'), { uniqueKeys: true });
  const [broken] = document.errors;
  if (broken !== undefined) return `${peopleFile}: ${broken.message.split('\n')[0]}`;
  const content: unknown = document.toJS() ?? {};
  const result = peopleSchema.safeParse(content);
  return result.success
    ? new Map(Object.entries(result.data))
    : `${peopleFile}: ${describeErrors(fieldErrors(result.error.issues, content))}`;
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
