/**
 * docker-compose.yml against the Compose Specification's own schema. Helm validates values by JSON Schema, of the very
 * draft that the specification is written in: an empty chart whose values are the file says what is wrong with it.
 */
import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { run } from '../support/chart.ts';

let chart: string;

beforeAll(async () => {
  chart = await mkdtemp(join(tmpdir(), 'plimsoll-compose-'));
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: compose\nversion: 0.0.0\n');
  await copyFile('test/fixtures/compose/compose-spec.json', join(chart, 'values.schema.json'));
});

const validate = (file: string, ...args: readonly string[]) => run('helm', ['template', 'compose', chart, '--values', file, ...args]);

test('it is what the specification allows', async () => {
  expect(await validate('docker-compose.yml')).toMatchObject({ code: 0 });
});

test.each([
  ['a misspelt key', 'services.api.imagee=x', '/services/api/imagee'],
  ['a state that no service can be in', 'services.api.depends_on.prepare.condition=soon', '/services/api/depends_on/prepare/condition'],
  ['a volume that is no volume', 'volumes.prepared=here', '/volumes/prepared'],
])('%s would be found', async (_, set, place) => {
  const answer = await validate('docker-compose.yml', '--set', set);
  expect(answer.code).not.toBe(0);
  expect(answer.stderr).toContain(place);
});
