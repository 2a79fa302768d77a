/**
 * A look at every environment: which of what runs there no release explains. Joins what the cluster and the ledger say;
 * neither knows of the other, and which environments there are is read from the catalog as it is now.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { NoticeTarget } from '../../domain/notice.ts';
import { type Look, listedMax, type StraysPort, straysMax } from '../../domain/strays/look.ts';
import { type Explanation, type Place, type RunningPod, type Stray, straysAmong } from '../../domain/strays/stray.ts';

export interface StraysDependencies {
  /** The catalog's folder. */
  readonly catalog: string;
  readonly podsIn: (place: Place) => Promise<readonly RunningPod[]>;
  readonly explain: (releaseId: string) => Promise<Explanation | null>;
  /** Who hears of what is new. */
  readonly tell: readonly NoticeTarget[];
  readonly now?: () => number;
}

/** The rest of the file is the API's; it has said what is wrong with it when it was read. */
const environmentFile = z.looseObject({
  name: z.string(),
  cluster: z.looseObject({ name: z.string(), namespace: z.string() }),
  expectedWorkloads: z.array(z.string()).default([]),
});

export function createStraysActivities({ catalog, podsIn, explain, tell, now = Date.now }: StraysDependencies): StraysPort {
  const environments = join(catalog, 'environments');

  async function straysIn(place: Place, expected: readonly string[]): Promise<readonly Stray[]> {
    const pods = await podsIn(place);
    const explained = new Map<string, Explanation>();
    for (const release of new Set(pods.map((pod) => pod.release))) {
      const explanation = release === null ? null : await explain(release);
      if (release !== null && explanation !== null) explained.set(release, explanation);
    }
    return straysAmong(pods, explained, { place, expected, now: now() });
  }

  async function look(file: string): Promise<Look> {
    let seen = { environment: basename(file, '.yaml'), cluster: '', namespace: '' };
    try {
      const { name, cluster, expectedWorkloads } = environmentFile.parse(parse(await readFile(join(environments, file), 'utf8')));
      const place = { cluster: cluster.name, namespace: cluster.namespace };
      seen = { environment: name, ...place };
      return { ...seen, strays: await straysIn(place, expectedWorkloads), more: 0, unknown: null };
    } catch (error) {
      return { ...seen, strays: [], more: 0, unknown: sentence(error) };
    }
  }

  return {
    async findStrays() {
      const files = (await readdir(environments)).filter((file) => file.endsWith('.yaml')).toSorted();
      const looks: Look[] = [];
      for (const file of files) looks.push(await look(file));
      return { looks: bounded(looks), tell };
    },
  };
}

/** Of each environment, and of all; what is left over is counted. */
function bounded(looks: readonly Look[]): readonly Look[] {
  let room = listedMax;
  return looks.map((look) => {
    const strays = look.strays.slice(0, Math.min(straysMax, room));
    room -= strays.length;
    return { ...look, strays, more: look.strays.length - strays.length };
  });
}

function sentence(error: unknown): string {
  if (error instanceof z.ZodError) return `its file cannot be read: ${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`;
  return (error instanceof Error ? error.message : 'unknown').slice(0, 300);
}
