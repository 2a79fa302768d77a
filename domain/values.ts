/**
 * The values Plimsoll lays over a chart's own: what runs, from which bytes, in which slot. The chart's source
 * goes in as well, so that a parked slot can be brought back from what Helm stored, without asking anyone.
 */

import { invariant } from './assert.ts';
import type { Blob } from './blob.ts';
import type { Json, ReleaseOrder } from './order.ts';
import type { Slot } from './slot.ts';

export function chartValues(order: ReleaseOrder, slot: Slot, archive: Blob, versionId: string | null): Readonly<Record<string, Json>> {
  const { model } = order;
  invariant(model !== undefined, 'only a release with a model part has chart values');
  return {
    service: order.service,
    team: order.team,
    environment: order.environment,
    release: order.releaseId,
    version: model.version,
    slot,
    image: model.image,
    artifact: { uri: model.artifact, digest: model.digest, versionId: versionId ?? '' },
    port: model.route.port,
    standby: false,
    plimsoll: {
      archive: { digest: archive.digest, bytes: archive.bytes },
      chart: { repository: model.chart.repository, refs: [...model.chart.refs], path: model.chart.path, values: [...model.chart.values] },
    },
  };
}
