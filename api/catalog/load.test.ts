import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { defaultObjectives } from '../../domain/objectives.ts';
import { environmentYaml, serviceYaml, writeCatalog } from '../../test/support/api-world.ts';
import { CatalogFiles } from './catalog.ts';
import { loadCatalog } from './load.ts';

const machineYaml = (match: string) =>
  `name: ci\nissuer: https://token.actions.githubusercontent.com\nmatch: ${match.startsWith('{') ? match : `{ ${match} }`}\nteam: risk\n`;

const noticeCase = (notices: string, message: RegExp): [string, string, RegExp] => [
  'environments/production.yaml',
  `${environmentYaml}notices: [${notices}]\n`,
  message,
];

const silent = pino({ level: 'silent' });

test('a short catalog is complete: defaults are filled in', () => {
  const { environments, services } = loadCatalog(writeCatalog(), {});
  expect(environments.get('production')).toMatchObject({
    stacks: [{ refs: ['main'], backend: { region: 'eu-west-1', lockFile: true } }, { secretVariables: {} }],
    gates: { blockAt: 'high', providers: ['hashicorp/aws'], modules: [] },
    approvals: { quorum: [{ groups: ['sre', 'ml-owners'], count: 1 }], minimum: 1, mfaWithinMinutes: null, expiresAfterMinutes: 240 },
    canary: { stepsPercent: [5, 25, 50], onInconclusive: 'hold', pollSeconds: 5 },
    metrics: { labels: {} },
    queues: { tools: 'tools', watch: 'watch' },
  });
  expect(services.get('fraud-scorer')).toMatchObject({
    route: { port: 8080 },
    series: { requests: 'model_requests_total', failureStatus: '5..' },
    objectives: defaultObjectives,
  });
});

test('an environment may come after another one, which has to be there', () => {
  const staging = environmentYaml.replace('name: production', 'name: staging');
  const production = `${environmentYaml}requires: { releasedIn: staging, soakHours: 12 }\n`;
  const { environments } = loadCatalog(
    writeCatalog({ 'environments/staging.yaml': staging, 'environments/production.yaml': production }),
    {},
  );
  expect(environments.get('production')?.requires).toEqual({ releasedIn: 'staging', soakHours: 12 });
  expect(environments.get('staging')?.requires).toBeUndefined();
});

test('machines are in a folder of their own, which may be missing', () => {
  expect(loadCatalog(writeCatalog(), {}).machines.size).toBe(0);
  const text = `${machineYaml('{ repository_id: 456789, ref: [refs/heads/main, refs/heads/hotfix] }')}groups: [risk, builders]\n`;
  expect(loadCatalog(writeCatalog({ 'machines/ci.yaml': text }), {}).machines.get('ci')).toEqual({
    name: 'ci',
    issuer: 'https://token.actions.githubusercontent.com',
    match: { repository_id: ['456789'], ref: ['refs/heads/main', 'refs/heads/hotfix'] },
    subject: 'machine/ci',
    groups: ['risk', 'builders'],
  });
});

test('a value may come from the environment, and cannot add structure', () => {
  const folder = writeCatalog({ 'environments/production.yaml': environmentYaml.replace('http://127.0.0.1:9090', '${PROM}') });
  expect(loadCatalog(folder, { PROM: 'http://prom:9090' }).environments.get('production')?.metrics.prometheus).toBe('http://prom:9090');
  expect(() => loadCatalog(folder, { PROM: 'x", evil: "y' })).toThrow(/metrics\.prometheus/);
  expect(() => loadCatalog(folder, {})).toThrow('environments/production.yaml: PROM is used but not set');
});

describe('a mistake names the file, the field, the value and what is allowed', () => {
  test.each<[string, string, string, RegExp]>([
    [
      'an unknown key',
      'environments/production.yaml',
      `${environmentYaml}colour: blue\n`,
      /environments\/production\.yaml: colour = "blue": no such field/,
    ],
    [
      'a wrong severity',
      'environments/production.yaml',
      `${environmentYaml}gates: { blockAt: fatal }\n`,
      /gates\.blockAt = "fatal": one of low, medium, high, critical/,
    ],
    [
      'a pattern in place of who writes',
      'environments/production.yaml',
      `${environmentYaml}expectedPrincipals: ["arn:aws:iam::111122223333:role/*"]\n`,
      /expectedPrincipals\.0 = "arn:aws:iam::111122223333:role\/\*": the ARN of a role or a user, without patterns/,
    ],
    [
      'a workload without its kind',
      'environments/production.yaml',
      `${environmentYaml}expectedWorkloads: [log-agent]\n`,
      /expectedWorkloads\.0 = "log-agent": a kind and a name such as DaemonSet\/log-agent/,
    ],
    [
      'an account without quotes',
      'environments/production.yaml',
      environmentYaml.replace('"111122223333"', '111122223333'),
      /aws\.account = 111122223333/,
    ],
    [
      'a state whose key is a pattern',
      'environments/production.yaml',
      environmentYaml.replace('key: production.tfstate', 'key: "*.tfstate"'),
      /stacks\.0\.backend\.key = "\*\.tfstate": a path without patterns/,
    ],
    ['a strategy that nobody knows', 'services/fraud-scorer.yaml', `${serviceYaml}strategy: big-bang\n`, /strategy = "big-bang"/],
    [
      'weights that fall',
      'environments/production.yaml',
      `${environmentYaml}canary: { stepsPercent: [25, 5] }\n`,
      /canary\.stepsPercent = \[25,5\]: weights that rise/,
    ],
    [
      'a folder outside',
      'services/fraud-scorer.yaml',
      serviceYaml.replace('infra/helm/model-service', '../elsewhere'),
      /chart\.path = "\.\.\/elsewhere": a folder inside/,
    ],
    [
      'another name than the file',
      'services/other.yaml',
      serviceYaml,
      /services\/other\.yaml: name = "fraud-scorer": the file's own name, other/,
    ],
    [
      'a label that Plimsoll asks for itself',
      'environments/production.yaml',
      environmentYaml.replace(/metrics: .*/, 'metrics: { prometheus: "http://127.0.0.1:9090", labels: { slot: a } }'),
      /metrics\.labels\.slot.*a label other than/,
    ],
    [
      'an environment to come after that is not there',
      'environments/production.yaml',
      `${environmentYaml}requires: { releasedIn: staging }\n`,
      /environments\/production\.yaml: requires\.releasedIn = "staging": no such field: there is no other/,
    ],
    [
      'an environment to come after itself',
      'environments/production.yaml',
      `${environmentYaml}requires: { releasedIn: production, soakHours: 12 }\n`,
      /requires\.releasedIn = "production"/,
    ],
    [
      'a freeze in a place that is none',
      'environments/production.yaml',
      `${environmentYaml}freeze: [{ name: n, reason: r, start: "2026-01-02T18:00", end: "2026-01-05T08:00", timeZone: Europe/Atlantis }]\n`,
      /environments\/production\.yaml: freeze\.0\.timeZone = "Europe\/Atlantis": a time zone of the IANA list/,
    ],
    [
      'a freeze with an offset in its time',
      'environments/production.yaml',
      `${environmentYaml}freeze: [{ name: n, reason: r, start: "2026-01-02T18:00Z", end: "2026-01-05T08:00", timeZone: UTC }]\n`,
      /freeze\.0\.start = "2026-01-02T18:00Z": a local time/,
    ],
    [
      'a secret in a notice',
      ...noticeCase('{ kind: webhook, name: a, url: "https://x.example.com", secret: hunter2 }', /notices\.0\.secret/),
    ],
    [
      'a variable that is not for notices',
      ...noticeCase(
        '{ kind: slack, name: a, url: { variable: AWS_SECRET_ACCESS_KEY } }',
        /notices\.0\.url\.variable = "AWS_SECRET_ACCESS_KEY"/,
      ),
    ],
    [
      'a topic that may drop what it is told',
      ...noticeCase('{ kind: sns, name: a, topicArn: "arn:aws:sns:eu-west-1:111122223333:a.fifo" }', /a standard topic \(not FIFO\)/),
    ],
    [
      'a notice over http',
      ...noticeCase('{ kind: webhook, name: a, url: "http://x.example.com", secret: { variable: PLIMSOLL_NOTICE_A } }', /an https address/),
    ],
    [
      'two notices of one name',
      ...noticeCase(
        '{ kind: slack, name: a, url: { variable: PLIMSOLL_NOTICE_A } }, { kind: slack, name: a, url: { variable: PLIMSOLL_NOTICE_B } }',
        /notices = .*each name once/,
      ),
    ],
    ['a machine by its name alone', 'machines/ci.yaml', machineYaml('repository: acme/fraud'), /match = .*names alone can be taken over/],
    ['a machine on every branch', 'machines/ci.yaml', machineYaml('repository_id: 456789'), /match = .*otherwise every branch/],
    ['a machine by a pattern', 'machines/ci.yaml', machineYaml('sub: "repo:acme/*"'), /match\.sub = "repo:acme\/\*": an exact value/],
    ['a machine of nobody', 'machines/ci.yaml', machineYaml('sub: x').replace(/team: .*/, ''), /team/],
    [
      'a machine that is called like a person',
      'machines/ci.yaml',
      `${machineYaml('sub: x')}subject: ana\n`,
      /subject = "ana": machine\/ and letters/,
    ],
    ['a key twice', 'services/fraud-scorer.yaml', `${serviceYaml}team: other\n`, /services\/fraud-scorer\.yaml: Map keys must be unique/],
    [
      'nobody to approve',
      'environments/production.yaml',
      environmentYaml.replace('[sre, ml-owners]', '[]'),
      /approvals\.groups = \[\]: at least one group/,
    ],
  ])('%s', (_, file, text, message) => {
    expect(() => loadCatalog(writeCatalog({ [file]: text }), {})).toThrow(message);
  });

  test('mistakes of all files together', () => {
    const folder = writeCatalog({ 'environments/production.yaml': 'name: production', 'services/fraud-scorer.yaml': 'name: fraud-scorer' });
    expect(() => loadCatalog(folder, {})).toThrow(/environments\/production\.yaml[\s\S]*services\/fraud-scorer\.yaml/);
  });

  test('a folder that is not there', () => {
    const folder = writeCatalog();
    rmSync(join(folder, 'services'), { recursive: true });
    expect(() => loadCatalog(folder, {})).toThrow(/no folder services/);
  });
});

test('a changed file is read again; one that became wrong leaves the last right catalog', () => {
  const folder = writeCatalog();
  const catalog = new CatalogFiles({ catalog: folder }, silent);
  const path = join(folder, 'services/fraud-scorer.yaml');
  const write = (text: string, at: number) => {
    writeFileSync(path, text);
    utimesSync(path, at, at);
  };
  write(serviceYaml.replace('team: risk', 'team: fraud'), 1_000);
  expect(catalog.current.services.get('fraud-scorer')?.team).toBe('fraud');
  write('name: [', 2_000);
  expect(catalog.current.services.get('fraud-scorer')?.team).toBe('fraud');
  write(serviceYaml, 3_000);
  expect(catalog.current.services.get('fraud-scorer')?.team).toBe('risk');
  mkdirSync(join(folder, 'machines'));
  writeFileSync(join(folder, 'machines/ci.yaml'), machineYaml('sub: x'));
  expect(catalog.current.machines.get('ci')?.groups).toEqual(['risk']);
});
