/** One instant query to Prometheus, as checked points. Refuses redirects: what answers is what was configured. */
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import { failure } from '../failure.ts';
import { parseJson } from '../tool/output.ts';

/** One series at one instant. */
export interface Point {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export type QueryInstant = (prometheus: string, query: string, instantSeconds: number) => Promise<readonly Point[]>;

/** Ten times what the slowest query took, and less than the heartbeat time-out of a watch. */
const answerWithinMilliseconds = 5_000;

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

export const queryInstant: QueryInstant = async (prometheus, query, instantSeconds) => {
  const url = new URL(`${prometheus.replace(/\/+$/, '')}/api/v1/query`);
  url.search = new URLSearchParams({ query, time: String(instantSeconds) }).toString();
  const { status, text } = await get(url);
  // 400 and 422: it understood that we asked for nonsense, and will say so again.
  if (status === 400 || status === 422) throw failure('tool.rejected', `Prometheus refused the query with ${status}`);
  if (status !== 200) throw failure('metrics.unreachable', `Prometheus answered ${status}`);
  return parseJson(answerSchema, text, 'Prometheus').data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
};

async function get(url: URL): Promise<{ readonly status: number; readonly text: string }> {
  const signal = AbortSignal.any([AbortSignal.timeout(answerWithinMilliseconds), Context.current().cancellationSignal]);
  try {
    const answer = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    throw failure('metrics.unreachable', `Prometheus did not answer: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}
