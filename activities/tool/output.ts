/** A program's JSON as a checked value. A shape we do not know is the tool's fault, not a guess of ours. */
import type { z } from 'zod';
import { failure } from '../failure.ts';

export function parseJson<T>(schema: z.ZodType<T>, text: string, tool: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw failure('tool.rejected', `${tool} did not answer in JSON`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.')).slice(0, 3);
  throw failure('tool.rejected', `${tool} answered in a shape we do not know, at ${where.join(', ') || 'the top'}`);
}
