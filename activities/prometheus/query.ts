/** Questions to Prometheus, answered as checked points. Refuses redirects: what answers is what was configured. */
import { Context } from '@temporalio/activity';
import type { z } from 'zod';
import { failure } from '../failure.ts';
import { parseJson } from '../tool/output.ts';
import { instantsOf, matrixAnswer, type Point, type PointsAt, vectorAnswer } from './answers.ts';

/** Instants `stepSeconds` apart, both ends included. */
export interface Grid {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly stepSeconds: number;
}

export interface MetricsSource {
  /** Every series that the selector finds, as it was at one instant. */
  instant(prometheus: string, selector: string, instantSeconds: number): Promise<readonly Point[]>;
  /** What `instant` says at each instant of a grid that has any series, ascending, in one answer. */
  range(prometheus: string, selector: string, grid: Grid): Promise<readonly PointsAt[]>;
  /** When each series was scraped within so many seconds before an instant, in Unix seconds. */
  scrapeTimes(prometheus: string, selector: string, instantSeconds: number, withinSeconds: number): Promise<readonly (readonly number[])[]>;
}

/** Ten times what the slowest query took, and less than the heartbeat time-out of a watch. */
const answerWithinMilliseconds = 5_000;

export const prometheusHttp: MetricsSource = {
  async instant(prometheus, selector, instantSeconds) {
    const answer = await ask(prometheus, 'query', { query: selector, time: instantSeconds }, vectorAnswer);
    return answer.data.result;
  },

  async range(prometheus, selector, { fromSeconds, toSeconds, stepSeconds }) {
    const answer = await ask(
      prometheus,
      'query_range',
      { query: selector, start: fromSeconds, end: toSeconds, step: stepSeconds },
      matrixAnswer,
    );
    return instantsOf(answer);
  },

  async scrapeTimes(prometheus, selector, instantSeconds, withinSeconds) {
    const query = `${selector}[${withinSeconds}s]`;
    const answer = await ask(prometheus, 'query', { query, time: instantSeconds }, matrixAnswer);
    return answer.data.result.map(({ values, histograms }) => [...values, ...histograms].map(([seconds]) => seconds));
  },
};

async function ask<T>(
  prometheus: string,
  door: 'query' | 'query_range',
  parameters: Readonly<Record<string, string | number>>,
  schema: z.ZodType<T>,
): Promise<T> {
  const url = new URL(`${prometheus.replace(/\/+$/, '')}/api/v1/${door}`);
  url.search = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)])).toString();
  const { status, text } = await get(url);
  // 400 and 422: it understood that we asked for nonsense, and will say so again.
  if (status === 400 || status === 422) throw failure('tool.rejected', `Prometheus refused the query with ${status}`);
  if (status !== 200) throw failure('metrics.unreachable', `Prometheus answered ${status}`);
  return parseJson(schema, text, 'Prometheus');
}

async function get(url: URL): Promise<{ readonly status: number; readonly text: string }> {
  const signal = AbortSignal.any([AbortSignal.timeout(answerWithinMilliseconds), Context.current().cancellationSignal]);
  try {
    const answer = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    throw failure('metrics.unreachable', `Prometheus did not answer: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}
