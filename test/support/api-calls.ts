/** What many tests of the API do alike, with a world of `api-world.ts`. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { EndKind } from '../../domain/ledger/ended.ts';
import { type ApiWorld, releaseBody, startApi } from './api-world.ts';

/** One API for the tests of a file; before each of them nothing was asked and everything is allowed. `files`: of its catalog. */
export function useApi(files?: Readonly<Record<string, string>>): () => ApiWorld {
  let world: ApiWorld;
  beforeAll(async () => {
    world = await startApi(files);
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.releases.releases.clear();
    world.releases.told.length = 0;
    world.releases.queries.length = 0;
    world.releases.stops.clear();
    world.ledger.objects.clear();
    world.ledger.broken = undefined;
    world.asked.length = 0;
    world.log.length = 0;
    world.releases.broken = undefined;
    world.releases.viewChange = {};
    world.policy = () => true;
  });
  return () => world;
}

export const bodyOf = async (response: Response) =>
  (await response.json()) as Record<string, unknown> & { errors: { field: string; allowed: string }[] };

export const start = (world: ApiWorld, change: Record<string, unknown> = {}, token?: string) =>
  world.call('POST', '/v1/releases', { body: { ...releaseBody, ...change }, ...(token !== undefined && { token }) });

export const startedId = async (world: ApiWorld) => String((await bodyOf(await start(world)))['id']);

/** It has ended, as the ledger says it; what Temporal says is another matter. */
export async function recordEnd(world: ApiWorld, id: string, kind: EndKind = 'released', at = '2026-11-20T00:00:00.000Z'): Promise<void> {
  world.ledger.put({ order: await world.releases.order(id), kind, at });
}

/** Every operation that the OpenAPI document names. */
export async function operations(world: ApiWorld): Promise<{ readonly method: 'GET' | 'POST'; readonly path: string }[]> {
  const { paths } = (await (await world.call('GET', '/openapi.json', { token: null })).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ method: method.toUpperCase() as 'GET' | 'POST', path })),
  );
}
