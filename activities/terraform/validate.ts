/** `terraform validate`, and the rule that a sensitive variable never gets its value from a request. */
import { join } from 'node:path';
import { z } from 'zod';
import type { Finding } from '../../domain/finding.ts';
import type { Configuration } from './configuration.ts';
import { findingOf } from './report.ts';

export const validateTool = 'terraform validate';

/** 0: valid; 1: not valid, and the JSON says why. */
export const validateAnswers = [0, 1] as const;

export const validateJson = z.looseObject({
  valid: z.boolean(),
  diagnostics: z.array(
    z.looseObject({
      severity: z.enum(['error', 'warning']),
      summary: z.string(),
      address: z.string().nullish(),
      range: z.looseObject({ filename: z.string(), start: z.looseObject({ line: z.number() }) }).nullish(),
    }),
  ),
});

/** A warning is for the reader: Terraform warns of things that are fine for years. */
export const validateFindings = ({ diagnostics }: z.infer<typeof validateJson>, root: string): readonly Finding[] =>
  diagnostics.map(({ severity, summary, address, range }) =>
    findingOf(validateTool, {
      rule: `terraform.validate.${severity}`,
      severity: severity === 'error' ? 'critical' : 'info',
      address: address ?? range?.filename ?? root,
      file: range ? join(root, range.filename) : undefined,
      line: range?.start.line,
      message: summary,
    }),
  );

/** Bodies of requests are kept in history for ever, so a secret in one would be, too. */
export const variableFindings = (
  names: readonly string[],
  secretNames: readonly string[],
  configuration: Configuration,
): readonly Finding[] => {
  const root = configuration.folders[0] ?? '.';
  const refuse = (name: string, rule: string, message: string) =>
    findingOf(validateTool, { rule, severity: 'critical', address: `var.${name}`, file: root, message });
  return [
    ...names.flatMap((name) => {
      const variable = configuration.variables.get(name);
      if (variable === undefined) return [refuse(name, 'plimsoll.terraform.variable.unknown', `the root declares no variable ${name}`)];
      if (!variable.sensitive) return [];
      return [refuse(name, 'plimsoll.terraform.variable.sensitive', `${name} is sensitive: it comes from the stack's secretVariables`)];
    }),
    // Without the mark, Terraform would print the secret into every plan.
    ...secretNames.flatMap((name) =>
      configuration.variables.get(name)?.sensitive === true
        ? []
        : [refuse(name, 'plimsoll.terraform.variable.secret', `${name} gets a secret, so the root must declare it sensitive`)],
    ),
  ];
};
