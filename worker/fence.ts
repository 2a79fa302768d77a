/**
 * Only the run that owns a release's record may touch the world for it.
 *
 * A workflow that is reset goes on as another run, from a point where its record has been written already;
 * without this fence it would act a second time before its next append finds out.
 */
import { activityInfo } from '@temporalio/activity';
import { failure } from '../activities/failure.ts';

/** The activities that change something outside. */
export const mutations = ['applyPlan', 'deploySlot', 'emptySlot', 'parkSlot', 'setWeights'] as const;

type Activity = (...args: never[]) => Promise<unknown>;

export function fenced<T extends Readonly<Record<(typeof mutations)[number], Activity>>>(
  activities: T,
  ownerOf: (releaseId: string) => Promise<string | null>,
): T {
  const guarded: Record<string, Activity> = {};
  for (const name of mutations) {
    const act = activities[name] as unknown as (input: { readonly release: { readonly releaseId: string } }) => Promise<unknown>;
    guarded[name] = async (input: { readonly release: { readonly releaseId: string } }) => {
      const { releaseId } = input.release;
      const owner = await ownerOf(releaseId);
      if (owner !== activityInfo().workflowExecution?.runId) {
        throw failure('release.reset', `another run owns the record of ${releaseId}: this one may not ${name}`);
      }
      return await act(input);
    };
  }
  return { ...activities, ...guarded };
}
