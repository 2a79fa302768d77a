/** Dashboards of Grafana as far as we write them. */
import { z } from 'zod';
import { read } from '../hygiene/repository.ts';

const dashboard = z.object({
  uid: z.string().regex(/^plimsoll-[a-z]+$/),
  title: z.string(),
  panels: z
    .array(
      z.object({
        id: z.int(),
        title: z.string(),
        description: z.string(),
        // A data source of whoever looks, and none of ours.
        datasource: z.object({ type: z.literal('prometheus'), uid: z.literal(['$', '{datasource}'].join('')) }),
        gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
        targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })).min(1),
      }),
    )
    .min(1),
});

export const dashboardIn = (file: string) => dashboard.parse(JSON.parse(read(file)));

/** As Prometheus takes them: Grafana's own variable is the interval between two points. */
export const expressionsOf = ({ panels }: z.infer<typeof dashboard>): readonly string[] =>
  panels.flatMap(({ targets }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m')));
