/** The switch that makes the pods of a service, or all, answer 503 on /metrics, so that a test can see what silence does. */
export interface Silence {
  /** `Infinity` until `off`. Without a service: of every one. */
  on(seconds: number, service?: string): void;
  off(service?: string): void;
  isSilent(service?: string): boolean;
}

const everyone = '';

export function createSilence(now: () => number = () => performance.now()): Silence {
  const untilMs = new Map<string, number>();
  return {
    on(seconds, service = everyone) {
      untilMs.set(service, now() + seconds * 1000);
    },
    off(service) {
      if (service === undefined) untilMs.clear();
      else untilMs.delete(service);
    },
    isSilent: (service = everyone) => [everyone, service].some((name) => now() < (untilMs.get(name) ?? 0)),
  };
}
