/** What a caller says in headers, checked like everything else. */
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { parse } from '../http/schema.pipe.ts';
import { idempotencyKey, lastEventId } from './header-schemas.ts';

const header = <Value>(name: string, schema: z.ZodType<Value>) =>
  createParamDecorator(
    (_: unknown, context: ExecutionContext): Value => parse(schema, context.switchToHttp().getRequest<FastifyRequest>().headers[name]),
  );

/** The caller's own name for this one message. */
export const Once = header('idempotency-key', idempotencyKey);
/** The last record a stream's reader has seen. */
export const After = header('last-event-id', lastEventId);
