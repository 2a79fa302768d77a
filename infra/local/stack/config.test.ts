import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { repository } from '../repository.ts';
import { defaultPorts, demoCatalog, envFile, stackConfig } from './config.ts';

test('without settings the stack lives in the checkout and listens where the documents say', () => {
  const { home, ports } = stackConfig({});
  expect(home).toBe(join(repository, '.plimsoll'));
  expect(ports).toEqual(defaultPorts);
});

test('where the demo has made its copy of the catalog, that one is read, unless another is named', () => {
  const home = mkdtempSync(join(tmpdir(), 'plimsoll-home-'));
  const catalog = (more = {}) => stackConfig({ PLIMSOLL_HOME: home, ...more }).env['PLIMSOLL_CATALOG'];
  expect(catalog()).toBe(join(repository, 'catalog'));
  mkdirSync(demoCatalog(home), { recursive: true });
  expect(catalog()).toBe(join(home, 'demo/catalog'));
  expect(catalog({ PLIMSOLL_CATALOG: '/srv/catalog' })).toBe('/srv/catalog');
  rmSync(home, { recursive: true });
});

test('every port can be moved, and what names it moves along', () => {
  const { env } = stackConfig({ PLIMSOLL_PORT_API: '18080', PLIMSOLL_PORT_TEMPORAL: '17233' });
  expect(env['PLIMSOLL_API_URL']).toBe('http://127.0.0.1:18080');
  expect(env['PLIMSOLL_TEMPORAL_ADDRESS']).toBe('127.0.0.1:17233');
});

test.each(['0', '65536', '80.5', 'http'])('%s is not a port, and the variable is named', (text) => {
  expect(() => stackConfig({ PLIMSOLL_PORT_OPA: text })).toThrow('PLIMSOLL_PORT_OPA');
});

test('what is written to stack.env is read back the same', () => {
  const { env } = stackConfig({});
  expect(parseEnv(envFile(env))).toEqual(env);
});

test('everything listens on this machine alone', () => {
  const urls = Object.values(stackConfig({}).env).filter((value) => value.startsWith('http'));
  expect(urls.length).toBeGreaterThan(5);
  for (const url of urls) expect(new URL(url).hostname).toBe('127.0.0.1');
});
