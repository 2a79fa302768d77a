/**
 * Takes secrets out of a plan before anything of it is stored or shown. A plan holds them in clear; Terraform
 * says beside each value which parts are sensitive, and that mask decides, not a guess by name. A string in
 * which a known secret appears is sensitive too, whatever the mask says.
 */
import type { PlanJson, RawChange } from './plan-json.schema.ts';

/** What stands in the place of a sensitive value. `path` leads to it from the top of the value. */
export type Replace<T> = (value: unknown, path: readonly string[]) => T;

export const hiddenText = '(sensitive)';

export const holdsSecret =
  (secrets: readonly string[]) =>
  (text: string): boolean =>
    secrets.some((secret) => secret.length > 0 && text.includes(secret));

/** Every sensitive part of `value` in the order of its keys. A missing value is no secret: `null` stays `null`. */
export function replaceSensitive(
  value: unknown,
  mask: unknown,
  isSecret: (text: string) => boolean,
  replace: Replace<unknown>,
  path: readonly string[] = [],
): unknown {
  if (value === null || value === undefined) return value;
  if (mask === true || (typeof value === 'string' && isSecret(value))) return replace(value, path);
  const maskOf = (key: string | number) => (typeof mask === 'object' && mask !== null ? (mask as Record<string, unknown>)[key] : undefined);
  const inside = (child: unknown, key: string) => replaceSensitive(child, maskOf(key), isSecret, replace, [...path, key]);
  if (Array.isArray(value)) return value.map((child, index) => inside(child, String(index)));
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, inside(child, key)]));
  return value;
}

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const mapValues = (node: unknown, map: (value: unknown, key: string) => unknown): Node =>
  isNode(node) ? Object.fromEntries(Object.entries(node).map(([key, value]) => [key, map(value, key)])) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * The plan as Checkov reads it, without its timestamp, its prior state and its drift: the same change gives the
 * same bytes, and what is not needed cannot leak.
 */
export function redactPlan(plan: PlanJson, secrets: readonly string[]): unknown {
  const isSecret = holdsSecret(secrets);
  const hide = (value: unknown, mask: unknown) => replaceSensitive(value, mask, isSecret, () => hiddenText);
  const hideChange = (change: RawChange) => ({
    ...change,
    before: hide(change.before, change.before_sensitive),
    after: hide(change.after, change.after_sensitive),
  });
  const sensitiveVariables = sensitiveVariablesOf(plan);
  return {
    format_version: plan.format_version,
    terraform_version: plan.terraform_version,
    variables: mapValues(plan.variables, (variable, name) => ({
      value: isNode(variable) ? hide(variable['value'], sensitiveVariables.has(name)) : null,
    })),
    planned_values: hideValues(plan.planned_values, hide),
    resource_changes: (plan.resource_changes ?? []).map((resource) => ({ ...resource, change: hideChange(resource.change) })),
    output_changes: mapValues(plan.output_changes, (change) => hideChange(change as RawChange)),
    configuration: hide(withoutSensitiveDefaults(plan.configuration), false),
  };
}

export function sensitiveVariablesOf(plan: PlanJson): ReadonlySet<string> {
  const root = isNode(plan.configuration) ? plan.configuration['root_module'] : undefined;
  const variables = isNode(root) && isNode(root['variables']) ? root['variables'] : {};
  return new Set(
    Object.entries(variables).flatMap(([name, variable]) => (isNode(variable) && variable['sensitive'] === true ? [name] : [])),
  );
}

/** `planned_values`: outputs with a flag, resources with a mask, modules inside modules. */
function hideValues(values: unknown, hide: (value: unknown, mask: unknown) => unknown): unknown {
  if (!isNode(values)) return {};
  const hideModule = (module: unknown): unknown =>
    isNode(module)
      ? {
          ...module,
          resources: listOf(module['resources']).map((resource) =>
            isNode(resource) ? { ...resource, values: hide(resource['values'], resource['sensitive_values']) } : null,
          ),
          child_modules: listOf(module['child_modules']).map(hideModule),
        }
      : {};
  return {
    outputs: mapValues(values['outputs'], (output) =>
      isNode(output) ? { ...output, value: hide(output['value'], output['sensitive'] === true) } : null,
    ),
    root_module: hideModule(values['root_module']),
  };
}

/** A sensitive variable's default is a secret in the code; it goes no further than the repository. */
function withoutSensitiveDefaults(configuration: unknown): unknown {
  if (Array.isArray(configuration)) return configuration.map(withoutSensitiveDefaults);
  if (!isNode(configuration)) return configuration;
  const clean = mapValues(configuration, withoutSensitiveDefaults);
  return clean['sensitive'] === true && 'default' in clean ? { ...clean, default: hiddenText } : clean;
}
