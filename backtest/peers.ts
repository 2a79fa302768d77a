/** The same recording before the rules of other tools, at the settings that their documentation shows. */
import { argoRollouts } from '../domain/peers/argo-rollouts.ts';
import { flagger } from '../domain/peers/flagger.ts';
import { kayenta } from '../domain/peers/kayenta.ts';
import type { PeerDecision, PeerRule } from '../domain/peers/peer.ts';
import type { Polls } from './recording.ts';

export interface PeerAnswer {
  readonly rule: string;
  readonly source: string;
  readonly decision: PeerDecision;
}

export function askPeers({ startSeconds, during }: Polls): readonly PeerAnswer[] {
  const hasLatency = during.some(({ increment }) => increment.edgesSeconds.length > 0);
  const traffic = {
    startSeconds,
    polls: during.map(({ increment, seen }) => ({
      instantSeconds: increment.instantSeconds,
      edgesSeconds: increment.edgesSeconds,
      canary: seen.canary ? increment.canary : null,
      stable: seen.stable ? increment.stable : null,
    })),
  };
  return rulesFor(hasLatency).map((rule) => ({ rule: rule.name, source: rule.source, decision: rule.decide(traffic) }));
}

/** Where no latency was recorded, a rule is asked about errors alone; no data would fail it. */
const rulesFor = (hasLatency: boolean): readonly PeerRule[] => [
  flagger(hasLatency ? {} : { duration: null }),
  argoRollouts(),
  kayenta({ p99: hasLatency }),
  // Its documentation names both ways.
  kayenta({ p99: hasLatency, name: 'Kayenta, judged every 5 min', intervalSeconds: 300 }),
];
