/** The answer is written down twice, here and as JSON Schema beside the policies: both are held together. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import shapes from '../../infra/opa/plimsoll/shapes/data.json' with { type: 'json' };
import { decision } from './answer.ts';

test('the published schema of a decision is the one that answers are read by', () => {
  const { $schema: _, ...schema } = z.toJSONSchema(decision);
  expect(shapes.decision).toEqual(schema);
});
