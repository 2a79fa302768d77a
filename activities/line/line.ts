/**
 * Is the line of an environment free? Reads the freezes of the catalog's file as it is now, whether waivers that have
 * ended were renewed there, and asks Temporal whether the line was stopped. Never throws: not to know is a reason to
 * wait, and whoever waits should see which.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Freeze } from '../../domain/catalog.ts';
import { freezesAt, mistakeOf } from '../../domain/freezes.ts';
import { lineIdOf, lineMemo, lineSignals, type Obstacle } from '../../domain/line.ts';
import type { LinePort } from '../../domain/ports.ts';
import type { WaiverInPlay } from '../../domain/waiver.ts';
import { renewalOf } from './renewals.ts';

export interface LineDependencies {
  readonly client: Client;
  /** The catalog's folder. */
  readonly catalog: string;
  readonly now?: () => number;
}

/** The rest of the file is the API's; it has said what is wrong with it when it was read. */
const environmentFile = z.looseObject({
  freeze: z
    .array(
      z.object({
        name: z.string(),
        reason: z.string(),
        start: z.string(),
        end: z.string(),
        timeZone: z.string(),
        rule: z.string().nullable().default(null),
      }),
    )
    .default([]),
});

/** What the workflow of a stopped line carries in its memo (`api/temporal/line.ts`). */
const stopMemo = z.object({ [lineMemo.stop]: z.object({ by: z.object({ subject: z.string() }), reason: z.string(), at: z.string() }) });

export function createLineActivities({ client, catalog, now = Date.now }: LineDependencies): LinePort {
  const frozen = async (environment: string): Promise<readonly Obstacle[]> => {
    try {
      return freezesAt(freezesFrom(await readFile(join(catalog, 'environments', `${environment}.yaml`), 'utf8')), now());
    } catch (error) {
      return [{ kind: 'unknown', reason: `environments/${environment}.yaml cannot be read: ${sentence(error)}` }];
    }
  };

  const stopped = async (environment: string, releaseId: string): Promise<readonly Obstacle[]> => {
    try {
      const handle = client.workflow.getHandle(lineIdOf(environment));
      // In this order: whoever asks too late to be told sees that it was resumed.
      await handle.signal(lineSignals.wait, { releaseId });
      const info = await handle.describe();
      if (info.status.name !== 'RUNNING' || info.memo?.[lineMemo.resumed] === true) return [];
      const memo = stopMemo.safeParse(info.memo);
      if (!memo.success) return [{ kind: 'unknown', reason: `${lineIdOf(environment)} does not say who stopped it` }];
      const { by, reason, at } = memo.data.stop;
      return [{ kind: 'stopped', by: by.subject, reason, since: at }];
    } catch (error) {
      // Nobody ever stopped it, or everybody who waited was told that it was resumed.
      if (error instanceof WorkflowNotFoundError) return [];
      return [{ kind: 'unknown', reason: `Temporal does not say whether the line was stopped (${sentence(error)})` }];
    }
  };

  return {
    async readLine({ release, ended = [] }) {
      const { environment, releaseId } = release;
      const obstacles = (await Promise.all([frozen(environment), stopped(environment, releaseId)])).flat();
      if (ended.length === 0) return { obstacles };
      const at = new Date(now()).toISOString();
      const looked = await Promise.all(ended.map(async (waiver) => ({ waiver, renewal: await renewalOf(catalog, waiver, release, at) })));
      const over = looked.filter(({ renewal }) => renewal === undefined).map(({ waiver }) => obstacleOf(waiver));
      return {
        obstacles: [...obstacles, ...over.slice(0, waiversShownMax)],
        renewed: looked.flatMap(({ renewal }) => (renewal === undefined ? [] : [renewal])),
      };
    },
  };
}

/** One is enough to hold a release, and twenty of them are no more to read in a view. */
const waiversShownMax = 5;

const obstacleOf = ({ name, rule, owner, until }: WaiverInPlay): Obstacle => ({ kind: 'waiver', name, rule, owner, until });

function freezesFrom(text: string): readonly Freeze[] {
  const { freeze } = environmentFile.parse(parse(text));
  for (const one of freeze) {
    const mistake = mistakeOf(one);
    if (mistake !== undefined) throw new RangeError(`freeze ${one.name}: ${mistake.field} should be ${mistake.allowed}`);
  }
  return freeze;
}

/** One line, without the path of this machine. */
function sentence(error: unknown): string {
  if (error instanceof z.ZodError) return 'its freezes have a shape that nobody knows';
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof RangeError ? error.message : error instanceof Error ? error.name : 'unknown';
}
