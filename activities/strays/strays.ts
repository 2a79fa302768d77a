/**
 * A look at every environment and its account: what runs, and what was written, that no release explains. Joins what the
 * cluster, the trail and the ledger say; none knows of another, and which environments there are is read from the catalog as
 * it is now.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { NoticeTarget } from '../../domain/notice.ts';
import { type AccountLook, boundedAccounts, type ReadTrail, type TrailMarks } from '../../domain/strays/account.ts';
import { type Look, listedMax, type StraysPort, straysMax } from '../../domain/strays/look.ts';
import { type Explanation, type Place, type RunningPod, type Stray, straysAmong } from '../../domain/strays/stray.ts';
import { createWritesFinder, sentence } from './writes.ts';

export interface StraysDependencies {
  /** The catalog's folder. */
  readonly catalog: string;
  readonly podsIn: (place: Place) => Promise<readonly RunningPod[]>;
  /** `null`: there is no trail to read. */
  readonly readTrail: ReadTrail | null;
  readonly explain: (releaseId: string) => Promise<Explanation | null>;
  /** Who hears of what is new. */
  readonly tell: readonly NoticeTarget[];
  readonly now?: () => number;
}

/** The rest of the file is the API's; it has said what is wrong with it when it was read. */
const environmentFile = z.looseObject({
  name: z.string(),
  aws: z.looseObject({ account: z.string() }),
  cluster: z.looseObject({ name: z.string(), namespace: z.string() }),
  expectedWorkloads: z.array(z.string()).default([]),
  expectedPrincipals: z.array(z.string()).default([]),
});
type EnvironmentFile = z.infer<typeof environmentFile>;

type Explained = (releaseId: string) => Promise<Explanation | null>;

export function createStraysActivities({ catalog, podsIn, readTrail, explain, tell, now = Date.now }: StraysDependencies): StraysPort {
  const environments = join(catalog, 'environments');
  const writesIn = createWritesFinder(readTrail);

  async function straysIn(place: Place, expected: readonly string[], explained: Explained): Promise<readonly Stray[]> {
    const pods = await podsIn(place);
    const explanations = new Map<string, Explanation>();
    for (const release of new Set(pods.map((pod) => pod.release))) {
      const explanation = release === null ? null : await explained(release);
      if (release !== null && explanation !== null) explanations.set(release, explanation);
    }
    return straysAmong(pods, explanations, { place, expected, now: now() });
  }

  async function look(name: string, file: EnvironmentFile | string, explained: Explained): Promise<Look> {
    const nowhere = { environment: name, cluster: '', namespace: '', strays: [], more: 0 };
    if (typeof file === 'string') return { ...nowhere, unknown: file };
    const place = { cluster: file.cluster.name, namespace: file.cluster.namespace };
    const seen = { ...nowhere, environment: file.name, ...place };
    try {
      return { ...seen, strays: await straysIn(place, file.expectedWorkloads, explained), unknown: null };
    } catch (error) {
      return { ...seen, unknown: sentence(error) };
    }
  }

  async function read(file: string): Promise<EnvironmentFile | string> {
    try {
      return environmentFile.parse(parse(await readFile(join(environments, file), 'utf8')));
    } catch (error) {
      return sentence(error);
    }
  }

  async function accountsOf(files: readonly EnvironmentFile[], marks: TrailMarks, explained: Explained): Promise<readonly AccountLook[]> {
    const looks: AccountLook[] = [];
    for (const [account, shared] of Map.groupBy(files, ({ aws }) => aws.account)) {
      const expected = shared.flatMap(({ expectedPrincipals }) => expectedPrincipals);
      const readUntil = marks.find((mark) => mark.account === account)?.readUntil ?? null;
      looks.push({
        account,
        environments: shared.map(({ name }) => name),
        ...(await writesIn({ account, expected, readUntil }, explained)),
      });
    }
    return boundedAccounts(looks);
  }

  return {
    async findStrays({ accounts: marks } = { accounts: [] }) {
      const names = (await readdir(environments)).filter((file) => file.endsWith('.yaml')).toSorted();
      const explained = remembered(explain);
      const files = new Map<string, EnvironmentFile | string>();
      for (const name of names) files.set(basename(name, '.yaml'), await read(name));
      const looks: Look[] = [];
      for (const [name, file] of files) looks.push(await look(name, file, explained));
      const readable = [...files.values()].filter((file) => typeof file !== 'string');
      return { looks: bounded(looks), accounts: await accountsOf(readable, marks, explained), tell };
    },
  };
}

/** Each release is asked about once a look, whatever runs or was written in its name. */
function remembered(explain: Explained): Explained {
  const known = new Map<string, Promise<Explanation | null>>();
  return (release) => {
    const answer = known.get(release) ?? explain(release);
    known.set(release, answer);
    return answer;
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
