import { z } from 'zod';
import { obstacle } from '../environments/schemas.ts';
import { reason, releaseRequest, releaseView } from '../releases/schemas.ts';

export const previewRequest = releaseRequest
  .extend({
    reason: reason.default('preview'),
    branch: z.string().min(1).max(255).optional().meta({
      description: 'The branch that the commit is on, where it is not merged yet. `previews.branches` of the environment has to allow it.',
    }),
  })
  .meta({ id: 'PreviewRequest', description: 'What a release would be asked for; the reason may be left out.' });

export type PreviewRequest = z.infer<typeof previewRequest>;

export const startedPreview = z.object({ id: z.string(), links: z.object({ self: z.string() }) }).meta({ id: 'StartedPreview' });

export const previewDetails = releaseView
  .extend({
    status: z.enum(['running', 'completed', 'failed']).meta({ description: '`failed`: a step broke; the run book is under its kind.' }),
    approval: z
      .string()
      .nullable()
      .meta({ description: 'Who would have to approve, `1 of sre, 1 of ml-owners`; `null`: nobody, or it is not known yet.' }),
    obstacles: z.array(obstacle).meta({ description: 'Freezes and a stopped line that it would wait for now.' }),
    lanes: z
      .array(z.object({ lane: z.string(), heldBy: z.string().nullable(), waiting: z.number() }))
      .meta({ description: 'The lanes it would enter, and who is there now.' }),
  })
  .meta({ id: 'PreviewDetails', description: 'What a release would be. `outcome` is set where it would end without being released.' });
export type PreviewDetails = z.infer<typeof previewDetails>;
