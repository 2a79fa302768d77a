import { describe, expect, test } from 'vitest';
import { gitEnvironment, isRefName, parseRepository, type Repository } from './repository.ts';

const remoteOnly = { allowLocal: false };

describe('an address of a repository', () => {
  test.each([
    ['https://github.com/acme/ml-platform', 'https', 'github.com'],
    ['https://git.example.com:8443/acme/ml-platform.git', 'https', 'git.example.com:8443'],
    ['ssh://git@github.com/acme/ml-platform', 'ssh', 'github.com'],
    ['git@github.com:acme/ml-platform.git', 'ssh', 'github.com'],
  ])('%s is taken', (address, kind, host) => {
    expect(parseRepository(address, remoteOnly)).toMatchObject({ kind, host });
  });

  test.each([
    'http://github.com/acme/ml-platform',
    'http://127.0.0.1:3000/acme',
    'git://github.com/acme/ml-platform',
    'ext::sh -c whoami',
    'https://user:secret@github.com/acme/ml-platform',
    'https://token@github.com/acme/ml-platform',
    'https://github.com/acme/ml-platform?x=1',
    'ssh://-oProxyCommand=whoami/x',
    'ssh://-x@host/x',
    '-oProxyCommand=whoami:x',
    '--upload-pack=whoami',
    '/srv/git/ml-platform',
    'file:///srv/git/ml-platform',
    '',
  ])('%s is refused where only remote repositories are allowed', (address) => {
    expect(parseRepository(address, remoteOnly)).toMatchObject({ kind: 'refused' });
  });

  test('a refusal never repeats a credential', () => {
    expect(JSON.stringify(parseRepository('https://user:hunter2@github.com/acme', remoteOnly))).not.toContain('hunter2');
  });

  test('a local one, or plain http on this machine, is taken where the configuration says so', () => {
    expect(parseRepository('/srv/git/ml-platform', { allowLocal: true })).toMatchObject({ kind: 'local' });
    expect(parseRepository('file:///srv/git/ml-platform', { allowLocal: true })).toMatchObject({ kind: 'local' });
    expect(parseRepository('http://127.0.0.1:3000/acme', { allowLocal: true })).toMatchObject({ kind: 'https' });
    expect(parseRepository('http://10.0.0.1/acme', { allowLocal: true })).toMatchObject({ kind: 'refused' });
  });
});

describe('the name of a ref', () => {
  test.each(['main', 'release/2026.11', 'v1.2.3', 'team_a/fix+1'])('%s is one', (name) => {
    expect(isRefName(name)).toBe(true);
  });
  test.each(['', '-d', 'a..b', 'a b', 'a*', 'a^', 'a~1', 'a:b', 'a@{1}', '.a', 'a/.b', 'a.lock', 'a/', 'a//b', '../a'])(
    '%s is none',
    (name) => {
      expect(isRefName(name)).toBe(false);
    },
  );
});

describe("git's environment", () => {
  const https: Repository = { kind: 'https', url: 'https://github.com/acme/ml-platform', host: 'github.com' };
  const ssh: Repository = { kind: 'ssh', url: 'git@github.com:acme/ml-platform', host: 'github.com' };

  test('allows one protocol, asks nobody and reads no configuration of the machine', () => {
    expect(gitEnvironment(https, { path: '/usr/bin', home: '/w' })).toMatchObject({
      GIT_ALLOW_PROTOCOL: 'https',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      HOME: '/w',
    });
  });

  test('holds the token as a header for that address alone', () => {
    const environment = gitEnvironment(https, { path: '/usr/bin', home: '/w', token: 'secret' });
    const index = Number(environment['GIT_CONFIG_COUNT']) - 1;
    expect(environment[`GIT_CONFIG_KEY_${index}`]).toBe('http.https://github.com/.extraHeader');
    expect(environment[`GIT_CONFIG_VALUE_${index}`]).toBe(
      `Authorization: Basic ${Buffer.from('x-access-token:secret').toString('base64')}`,
    );
    expect(JSON.stringify(gitEnvironment(https, { path: '/usr/bin', home: '/w' }))).not.toContain('Authorization');
  });

  test('lets ssh ask nobody and trust no unknown host, whatever is in a path', () => {
    const command = gitEnvironment(ssh, { path: '/usr/bin', home: '/w', ssh: { keyFile: "/k/it's", knownHostsFile: '/k/known hosts' } })[
      'GIT_SSH_COMMAND'
    ];
    expect(command).toContain('-o BatchMode=yes');
    expect(command).toContain('-o StrictHostKeyChecking=yes');
    expect(command).toContain(String.raw`-i '/k/it'\''s'`);
    expect(command).toContain("-o UserKnownHostsFile='/k/known hosts'");
  });
});
