/** The switch that makes every pod's /metrics answer 503, so that a test can see what silence does. */
export interface Silence {
  /** `Infinity` until `off`. */
  on(seconds: number): void;
  off(): void;
  isSilent(): boolean;
}

export function createSilence(now: () => number = () => performance.now()): Silence {
  let untilMs = 0;
  return {
    on(seconds) {
      untilMs = now() + seconds * 1000;
    },
    off() {
      untilMs = 0;
    },
    isSilent: () => now() < untilMs,
  };
}
