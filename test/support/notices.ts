/** Something that people are told of and that belongs to no release, and whom. */
import type { UndeliveredNotice } from '../../domain/undelivered.ts';

export const strayNotice: Pick<UndeliveredNotice, 'target' | 'notice'> = {
  target: { kind: 'webhook', name: 'paging', url: 'https://hooks.example.com/', secret: { variable: 'PLIMSOLL_NOTICE_A' } },
  notice: {
    id: 'strays.0199a3c1-5d0e-7b7b-9d9f-3f0f6c1f4b11',
    kind: 'unexplained workload',
    at: '2026-11-27T09:00:00.000Z',
    strays: [
      {
        kind: 'no release',
        workload: 'Pod/debug',
        pods: 1,
        release: null,
        because: 'it names no release',
        since: '2026-11-27T08:00:00.000Z',
        environment: 'production',
        cluster: 'ml',
        namespace: 'models',
      },
    ],
    more: 0,
  },
};
