/**
 * Goal: what the images promise, where no engine can build them. Method: the Dockerfile as its stages, against the
 * programs that activities start, the folders that a build needs, and the Node that everything here runs on.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { tools } from '../../infra/local/tools/manifest.ts';
import { files, read, repository } from '../hygiene/repository.ts';
import { lineageOf, type Stage, stagesIn, textsOf, variablesOf } from './dockerfile.ts';

const stages = stagesIn('infra/docker/Dockerfile');
const stageOf = (name: string): Stage | undefined => stages.find((stage) => stage.name === name);
const images = ['api', 'worker'];

test('one base for all, the Node that is tested here, by its exact tag and with glibc', () => {
  const { dependencies } = z.object({ dependencies: z.object({ node: z.string() }) }).parse(JSON.parse(read('package.json')));
  expect(stageOf('base')?.from).toBe(`node:${dependencies.node}-bookworm-slim`);
  for (const name of ['build', 'tools', ...images]) expect(lineageOf(stages, name).at(-1)?.name).toBe('base');
});

describe.each(images)('the image of the %s', (name) => {
  const stage = stageOf(name);

  test('runs as the user that the chart runs it as, and nothing follows that would not', () => {
    const chart = /runAsUser: (\d+)/.exec(read('infra/helm/plimsoll/templates/_helpers.tpl'))?.[1];
    expect(textsOf(stage, 'USER')).toEqual([`${chart}:${chart}`]);
    const after = stage?.instructions.slice(stage.instructions.findIndex(({ keyword }) => keyword === 'USER') + 1) ?? [];
    expect(after.map(({ keyword }) => keyword)).toEqual(['EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT']);
  });

  test('starts a program that the build makes, without a shell between it and a signal', () => {
    const [entrypoint = ''] = textsOf(stage, 'ENTRYPOINT');
    const words = z.array(z.string()).parse(JSON.parse(entrypoint));
    expect(words.at(-1)).toBe(`dist/${name}/main.js`);
    expect(existsSync(join(repository, `${name}/main.ts`))).toBe(true);
  });

  test('holds what was built and installed, and nothing of whoever builds', () => {
    const copied = textsOf(stage, 'COPY');
    expect(copied.filter((text) => !text.startsWith('--from=') && !text.startsWith('infra/docker/'))).toEqual([]);
    expect(textsOf(stage, 'ADD')).toEqual([]);
  });

  test('keeps no secret: none is given to a build', () => {
    expect(stages.flatMap((one) => textsOf(one, 'ARG'))).toEqual([]);
  });
});

describe('the tools of a worker', () => {
  /** What adapters start, by its name. */
  const started = new Set(
    files
      .filter((file) => /^activities\/.*(?<!\.test)\.ts$/.test(file))
      .flatMap((file) => [...read(file).matchAll(/\bfile: '(\w+)'/g)].map(([, program = '']) => program)),
  );
  const [installs = ''] = textsOf(stageOf('tools'), 'RUN').filter((text) => text.includes('infra/local/tools/main.ts install'));
  const installed: readonly string[] = /install([\s\S]*?)&&/.exec(installs)?.[1]?.match(/[\w-]+/g) ?? [];
  const debian = textsOf(stageOf('worker'), 'RUN').join(' ');

  test('are those of the manifest, so that version and checksum stand in one place', () => {
    expect(installed.length).toBeGreaterThan(5);
    expect(installed.filter((name) => !tools.some((tool) => tool.name === name))).toEqual([]);
    expect(read('infra/docker/Dockerfile')).not.toMatch(/\b(curl|wget)\b/);
  });

  test('are all that activities start, and Terraform’s provider', () => {
    expect(started.size).toBeGreaterThan(5);
    const missing = [...started].filter((program) => !installed.includes(program) && !debian.includes(` ${program} `));
    expect(missing).toEqual([]);
    expect(installed).toContain('terraform-provider-aws');
  });

  test('are found where the image says, and providers where Terraform is told', () => {
    const { PLIMSOLL_TOOLS_PATH: path, PLIMSOLL_TERRAFORM_CLI_CONFIG: config = '' } = variablesOf(stageOf('worker'));
    expect(path).toBe('/opt/plimsoll/bin:/usr/bin:/bin');
    expect(installs).toContain('ln -s /opt/plimsoll/tools/*/v*/bin/* /opt/plimsoll/bin/');
    expect(textsOf(stageOf('worker'), 'COPY')).toContain(`infra/docker/terraform.rc ${config}`);
    const [, mirror = ''] = /path = "(.+)"/.exec(read('infra/docker/terraform.rc')) ?? [];
    expect(installs).toContain(`/mirror ${mirror}`);
  });
});

test('a build is given what it compiles, and no history, state or test', () => {
  const admitted = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  expect(read('.dockerignore').split('\n')).toContain('*');
  const { include } = z.object({ include: z.array(z.string()) }).parse(JSON.parse(read('tsconfig.build.json')));
  expect(include.filter((folder) => !admitted.includes(folder))).toEqual([]);
  expect(admitted.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
  expect(admitted.filter((path) => /^(\.git|\.plimsoll|test|catalog|node_modules)\b/.test(path))).toEqual([]);
});
