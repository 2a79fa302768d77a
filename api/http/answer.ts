/** An answer whose status depends on what happened; handlers return it, one interceptor sends it. */
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';

export class Answer {
  readonly status: number;
  readonly body: unknown;
  readonly location: string | undefined;

  constructor(status: number, body: unknown, location?: string) {
    this.status = status;
    this.body = body;
    this.location = location;
  }
}

@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (!(answer instanceof Answer)) return answer;
        reply.status(answer.status);
        if (answer.location !== undefined) reply.header('location', answer.location);
        return answer.body;
      }),
    );
  }
}
