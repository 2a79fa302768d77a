/**
 * Does the traffic follow the weights yet? Pure.
 *
 * Windows end now and begin at any earlier look, shortest first: right after a change the older looks still
 * hold the old weights, and the youngest alone hold too few requests.
 */
export interface Look {
  readonly instantSeconds: number;
  /** Requests since the look before. */
  readonly candidate: number;
  readonly live: number;
}

export interface ObservedShare {
  readonly agrees: boolean;
  readonly share: number;
  readonly requests: number;
}

/** Fewer say nothing about a share, whatever the weight. */
const requestsMin = 20;
/** The rarer version should have been asked this often, or "5 %" could not be told from "none". */
const rarerRequestsMin = 3;
/** Pods are scraped at different moments; over a shorter window that alone moves the share. */
const windowSecondsMin = 3;
/** Three standard errors of a share of so many requests … */
const standardErrors = 3;
/** … and one point, since a gateway may round its weights (and a billionth, since 1 − 0.99 is not 0.01 here). */
const slackShare = 0.01 + 1e-9;

/** The shortest window that agrees; else the shortest with enough requests; `undefined` where none has. */
export function observeShare(looks: readonly Look[], weightPercent: number): ObservedShare | undefined {
  const windows = windowsOf(looks, weightPercent / 100);
  return windows.find(({ agrees }) => agrees) ?? windows[0];
}

function windowsOf(looks: readonly Look[], weight: number): readonly ObservedShare[] {
  const rarer = Math.min(weight, 1 - weight);
  const enough = Math.max(requestsMin, rarer === 0 ? 0 : rarerRequestsMin / rarer);
  const end = looks.at(-1)?.instantSeconds ?? 0;
  const windows: ObservedShare[] = [];
  let [candidate, live] = [0, 0];
  for (const look of looks.toReversed()) {
    const requests = candidate + live;
    // A look holds what happened before it, so the window is as long as the looks behind it.
    if (requests >= enough && end - look.instantSeconds >= windowSecondsMin) windows.push(shareOf(candidate, live, weight));
    candidate += look.candidate;
    live += look.live;
  }
  return windows;
}

function shareOf(candidate: number, live: number, weight: number): ObservedShare {
  const requests = candidate + live;
  const share = candidate / requests;
  const tolerance = standardErrors * Math.sqrt((weight * (1 - weight)) / requests) + slackShare;
  const bothSeen = weight === 0 || weight === 1 || (candidate > 0 && live > 0);
  return { agrees: bothSeen && Math.abs(share - weight) <= tolerance, share, requests };
}
