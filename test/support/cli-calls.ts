/** What many tests of the CLI do alike: it is called against the real API over HTTP; only Temporal and OPA behind that are values. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { run } from '../../cli/program.ts';
import { useApi } from './api-calls.ts';
import { releaseBody, someDigest } from './api-world.ts';
import { terminalOf } from './plimsoll.ts';

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Situation {
  readonly env?: Record<string, string>;
  /** What the person before the terminal answers; without it there is none. */
  readonly answer?: string;
}

export const releaseWords = [
  'release --service fraud-scorer --environment production --model-version 2026.11.3 --reason retrain'.split(' '),
  [
    '--commit',
    releaseBody.source.commit,
    '--artifact',
    releaseBody.model.artifact,
    '--digest',
    someDigest,
    '--image',
    releaseBody.model.image,
  ],
].flat();

/** One API for the tests of a file, and `plimsoll` for somebody whom it knows. */
export function useCli() {
  const world = useApi();
  let token: string;
  beforeAll(async () => {
    token = await world().issuer.token();
  });
  const reach = () => ({ PLIMSOLL_API_URL: world().url, PLIMSOLL_TOKEN: token });

  async function plimsoll(words: readonly string[], { env, answer }: Situation = {}): Promise<Said> {
    const { said, terminal } = terminalOf(answer);
    // No settings but those of the test.
    const home = { XDG_CONFIG_HOME: mkdtempSync(join(tmpdir(), 'plimsoll-cli-')) };
    const code = await run(words, { env: { ...reach(), ...home, ...env }, terminal });
    return { code, ...said };
  }

  const onlyId = () => [...world().releases.releases.keys()][0] ?? '';

  async function started(): Promise<string> {
    await plimsoll(releaseWords);
    return onlyId();
  }

  function end(id: string, kind: 'released' | 'rolled back' | 'blocked'): void {
    const { releases } = world();
    releases.viewChange = { outcome: { kind, reason: 'because', infrastructure: 'none', model: 'released' }, phase: 'closed' };
    releases.record(id, 'closed');
    releases.change(id, { status: 'completed', outcome: kind, phase: 'closed' });
  }

  return { world, reach, plimsoll, onlyId, started, end };
}
