/**
 * Which resource an attribute points to, where its value is known only once that resource is made. A new bucket has
 * no name yet, so that its versioning cannot name it; the plan's configuration still says which one is meant.
 *
 * References through `locals` are not in the plan's JSON and stay unresolved: whoever asks gets nothing, not a guess.
 */
import { z } from 'zod';
import type { PlanJson, RawResourceChange } from './plan-json.schema.ts';

/** Attributes by which policies join resources. */
const joining = ['bucket'] as const;

const expression = z.looseObject({ references: z.array(z.string()).optional() });
const expressions = z.record(z.string(), z.unknown()).optional();

interface Module {
  readonly resources?: readonly { readonly address: string; readonly expressions?: Record<string, unknown> | undefined }[] | undefined;
  readonly outputs?: Record<string, { readonly expression?: unknown }> | undefined;
  readonly module_calls?:
    | Record<string, { readonly expressions?: Record<string, unknown> | undefined; readonly module?: Module | undefined }>
    | undefined;
}

const moduleSchema: z.ZodType<Module> = z.lazy(() =>
  z.looseObject({
    resources: z.array(z.looseObject({ address: z.string(), expressions })).optional(),
    outputs: z.record(z.string(), z.looseObject({ expression: z.unknown().optional() })).optional(),
    module_calls: z.record(z.string(), z.looseObject({ expressions, module: moduleSchema.optional() })).optional(),
  }),
);
const configuration = z.looseObject({ root_module: moduleSchema });

export type RefersTo = Readonly<Record<string, readonly string[]>>;

/** For one changed resource: attribute → addresses of changed resources that it points to. */
export function referenceFinder(plan: PlanJson): (resource: RawResourceChange) => RefersTo | undefined {
  const root = configuration.safeParse(plan.configuration).data?.root_module;
  const instances = instancesByBase((plan.resource_changes ?? []).map(({ address }) => address));
  return ({ address, change }) => {
    if (root === undefined) return undefined;
    const unknown = joining.filter((name) => (change.after_unknown as Record<string, unknown> | null | undefined)?.[name] === true);
    const found = unknown.flatMap((name) => {
      const targets = targetsOf(root, address, name).flatMap((target) => chosen(instances, target, address));
      return targets.length === 0 ? [] : [[name, [...new Set(targets)].toSorted()] as const];
    });
    return found.length === 0 ? undefined : Object.fromEntries(found);
  };
}

/* ------------------------------------------------------------- addresses */

const keys = /\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g;
const withoutKeys = (address: string): string => address.replaceAll(keys, '');
const keysOf = (address: string): string => (address.match(keys) ?? []).join('');

function instancesByBase(addresses: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const address of addresses) {
    const base = withoutKeys(address);
    map.set(base, [...(map.get(base) ?? []), address]);
  }
  return map;
}

/** Of several instances that which is named, else that with the pointing resource's own keys, else each. */
function chosen(instances: ReadonlyMap<string, readonly string[]>, target: string, from: string): readonly string[] {
  const all = instances.get(withoutKeys(target)) ?? [];
  const named = all.filter((address) => keysOf(target) !== '' && address.endsWith(target.replace(/^.*\.(?=[^.]+\.[^.]+$)/, '')));
  const alike = all.filter((address) => keysOf(address) === keysOf(from));
  return [named, alike].find((some) => some.length > 0) ?? all;
}

/* ---------------------------------------------------------- configuration */

/** Names of the modules that a resource is in, from the root. */
const modulesOf = (address: string): readonly string[] =>
  [...withoutKeys(address).matchAll(/(?:^|\.)module\.([^.]+)/g)].map(([, name]) => name ?? '');

function moduleAt(root: Module, path: readonly string[]): Module | undefined {
  return path.reduce<Module | undefined>((module, name) => module?.module_calls?.[name]?.module, root);
}

function targetsOf(root: Module, address: string, attribute: string): readonly string[] {
  const path = modulesOf(address);
  const local = withoutKeys(address).replace(/^(?:module\.[^.]+\.)*/, '');
  const resource = moduleAt(root, path)?.resources?.find((one) => one.address === local);
  return resolve(root, path, referencesOf(resource?.expressions?.[attribute]));
}

const referencesOf = (value: unknown): readonly string[] => expression.safeParse(value).data?.references ?? [];

/** Terraform lists `a.b.id`, `a.b` and the like for one reference: whichever names a resource is one. */
function resolve(root: Module, path: readonly string[], references: readonly string[]): readonly string[] {
  return references.flatMap((reference): readonly string[] => {
    const [first = '', second = '', third] = reference.split('.');
    if (first === 'var') return resolveVariable(root, path, second);
    if (first === 'module') return third === undefined ? [] : resolveOutput(root, [...path, withoutKeys(second)], third);
    if (['local', 'each', 'count', 'data', 'path', 'terraform', 'self'].includes(first) || second === '') return [];
    return [`${path.map((name) => `module.${name}.`).join('')}${first}.${second}`];
  });
}

function resolveVariable(root: Module, path: readonly string[], name: string): readonly string[] {
  const call = path.at(-1);
  if (call === undefined) return [];
  const above = path.slice(0, -1);
  return resolve(root, above, referencesOf(moduleAt(root, above)?.module_calls?.[call]?.expressions?.[name]));
}

function resolveOutput(root: Module, path: readonly string[], name: string): readonly string[] {
  return resolve(root, path, referencesOf(moduleAt(root, path)?.outputs?.[name]?.expression));
}
