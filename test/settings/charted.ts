/** The containers of the chart's golden files: their variables, and what is mounted where. */
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { read } from '../hygiene/repository.ts';

const variables = z.array(z.object({ name: z.string(), value: z.string() })).default([]);
const pod = z.object({
  terminationGracePeriodSeconds: z.number(),
  containers: z.array(
    z.object({ name: z.string(), env: variables, volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })) }),
  ),
});
const deployment = z.object({
  kind: z.literal('Deployment'),
  metadata: z.object({ name: z.string() }),
  spec: z.object({ template: z.object({ spec: pod }) }),
});

export interface Charted {
  readonly name: string;
  /** `api` or `worker`. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
  readonly graceSeconds: number;
}

export const documentsIn = (golden: string): readonly unknown[] =>
  parseAllDocuments(read(`test/golden/plimsoll/${golden}.yaml`)).map((document) => document.toJS() as unknown);

export const chartedIn = (golden: string): readonly Charted[] =>
  documentsIn(golden).flatMap((document) => {
    const { data } = deployment.safeParse(document);
    if (data === undefined) return [];
    const { containers, terminationGracePeriodSeconds: graceSeconds } = data.spec.template.spec;
    return containers.map((container) => ({
      name: data.metadata.name,
      program: container.name,
      env: Object.fromEntries(container.env.map(({ name, value }) => [name, value])),
      mounts: container.volumeMounts.map(({ mountPath }) => mountPath),
      graceSeconds,
    }));
  });
