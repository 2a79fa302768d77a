/** Unknown input to a domain value by the schema beside the parameter, or every field that is wrong at once. */
import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { describeErrors, fieldErrors, Problem } from './problem.ts';

@Injectable()
export class SchemaPipe implements PipeTransform {
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const schema = metadata.schema as z.ZodType | undefined;
    return schema === undefined ? value : parse(schema, value);
  }
}

export function parse<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error.issues, value);
  throw new Problem('request.invalid', describeErrors(errors), { errors });
}
