/**
 * Everything that goes wrong on the way to an answer, as RFC 9457 wants it: which kind, what was wrong and
 * what would be right, and what to do. Status and advice come from `domain/failures.ts` alone.
 *
 * Nothing of ours leaves in here: no stack, no address of a neighbour, no token.
 */
import { STATUS_CODES } from 'node:http';
import type { z } from 'zod';
import { type FailureKind, failureTable } from '../../domain/failures.ts';

/** One field that is wrong: where, what was there, what may be there. */
export interface FieldError {
  /** Dotted path in the body, the query or the file; empty for the whole. */
  readonly field: string;
  readonly value?: unknown;
  readonly allowed: string;
}

export interface ProblemBody {
  /** A stable address of the kind; it need not lead anywhere. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly kind: string;
  readonly advice: string;
  readonly errors: readonly FieldError[];
  readonly instance: string;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: FailureKind;
  readonly errors: readonly FieldError[];
  /** Of the HTTP server's own refusals (413, 415 …); the table's otherwise. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: FailureKind,
    detail: string,
    extra: {
      readonly errors?: readonly FieldError[];
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: extra.cause });
    this.kind = kind;
    this.errors = extra.errors ?? [];
    this.status = extra.status ?? failureTable[kind].httpStatus;
    this.headers = extra.headers ?? {};
  }
}

const typeOf = (kind: string) => `https://plimsoll.dev/problems/${kind}`;

export function problemBody(problem: Problem, instance: string): ProblemBody {
  return {
    type: typeOf(problem.kind),
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    kind: problem.kind,
    advice: failureTable[problem.kind].advice,
    errors: problem.errors,
    instance,
  };
}

/** What nobody foresaw is logged whole and answered with nothing. */
export const unexpectedBody = (instance: string): ProblemBody => ({
  type: typeOf('internal'),
  title: STATUS_CODES[500] ?? 'Error',
  status: 500,
  detail: 'something broke inside the API; its log has the details under this request',
  kind: 'internal',
  advice: 'try again; if it lasts, send the time and the address of this request to the platform team',
  errors: [],
  instance,
});

/** A value in an answer is for recognising it, not for reading it. */
const valueCharactersMax = 200;

/** Zod's findings with the values that caused them, every unknown field named by itself. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[], input: unknown): readonly FieldError[] {
  return issues.flatMap((issue): readonly FieldError[] => {
    const field = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        field: field === '' ? key : `${field}.${key}`,
        value: shortened(at(input, [...issue.path, key])),
        allowed: 'no such field: leave it out',
      }));
    // The nearest alternative says more than "no alternative fits".
    const nested = issue.code === 'invalid_union' ? issue.errors.toSorted((a, b) => a.length - b.length)[0] : undefined;
    if (nested !== undefined && nested.length > 0)
      return fieldErrors(
        nested.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
        input,
      );
    return [{ field, value: shortened(at(input, issue.path)), allowed: allowedBy(issue) }];
  });
}

function allowedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  // A key's own schema says what is wrong with it.
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => message).join(', ');
  return issue.message;
}

const at = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined),
    input,
  );

function shortened(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text !== undefined && text.length > valueCharactersMax ? `${text.slice(0, valueCharactersMax)}…` : value;
}

export const describeErrors = (errors: readonly FieldError[]): string =>
  errors
    .map(
      ({ field, value, allowed }) =>
        `${field === '' ? 'the whole' : field}${value === undefined ? '' : ` = ${JSON.stringify(value)}`}: ${allowed}`,
    )
    .join('; ');
