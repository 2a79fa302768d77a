import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';

const complete = {
  PLIMSOLL_STORE_BUCKET: 'plimsoll-store',
  PLIMSOLL_STORE_KEY: 'alias/plimsoll-store',
  PLIMSOLL_CHANGE_KEY: 'alias/plimsoll-change',
  PLIMSOLL_LEDGER_BUCKET: 'plimsoll-ledger',
  PLIMSOLL_LEDGER_KEY: 'alias/plimsoll-ledger',
  PLIMSOLL_OPA_URL: 'http://127.0.0.1:8181',
  PLIMSOLL_POLICY_REVISIONS: '/etc/plimsoll/policy-revisions',
  PLIMSOLL_CATALOG: '/etc/plimsoll/catalog',
  PLIMSOLL_WORK_ROOT: '/var/lib/plimsoll',
  PLIMSOLL_TOOLS_PATH: '/usr/bin:/bin',
  PLIMSOLL_TERRAFORM_CLI_CONFIG: '/etc/plimsoll/terraform.rc',
  KUBECONFIG: '/etc/plimsoll/kubeconfig',
  AWS_REGION: 'eu-west-1',
};

describe("the worker's environment", () => {
  test('needs no more than what has no sensible default', () => {
    expect(readConfig(complete)).toMatchObject({
      queues: ['releases', 'control', 'watch', 'tools'],
      metricsAddress: '127.0.0.1:9464',
      toolSlots: 4,
    });
  });

  test('is refused with every mistake at once', () => {
    const { PLIMSOLL_STORE_BUCKET: _, ...incomplete } = complete;
    const read = () => readConfig({ ...incomplete, PLIMSOLL_OPA_URL: 'nowhere', PLIMSOLL_TOOL_SLOTS: '0' });
    expect(read).toThrow(/PLIMSOLL_STORE_BUCKET/);
    expect(read).toThrow(/PLIMSOLL_OPA_URL/);
    expect(read).toThrow(/PLIMSOLL_TOOL_SLOTS/);
  });

  test('takes a place in S3 apart, with a folder in front or without, and refuses what is none', () => {
    expect(readConfig({ ...complete, PLIMSOLL_AUDIT_EXPORT: 's3://copy/events' }).auditExport).toEqual({
      bucket: 'copy',
      prefix: 'events/',
    });
    const trail = (PLIMSOLL_AUDIT_TRAIL: string) => readConfig({ ...complete, PLIMSOLL_AUDIT_TRAIL }).auditTrail;
    expect(readConfig(complete).auditTrail).toBeNull();
    expect(trail('s3://acme-audit')).toEqual({ bucket: 'acme-audit', prefix: '' });
    expect(trail('s3://acme-audit/org/cloudtrail/')).toEqual({ bucket: 'acme-audit', prefix: 'org/cloudtrail/' });
    expect(() => trail('acme-audit/cloudtrail')).toThrow(/PLIMSOLL_AUDIT_TRAIL: s3:\/\/<bucket>/);
  });

  test('takes git credentials as JSON and says when they are none', () => {
    const credentials = JSON.stringify([{ host: 'github.com', tokenFile: '/run/secrets/github' }]);
    expect(readConfig({ ...complete, PLIMSOLL_GIT_CREDENTIALS: credentials }).git.credentials).toEqual([
      { host: 'github.com', tokenFile: '/run/secrets/github' },
    ]);
    expect(() => readConfig({ ...complete, PLIMSOLL_GIT_CREDENTIALS: 'ghp_abc' })).toThrow(/PLIMSOLL_GIT_CREDENTIALS: is not JSON/);
  });

  test('never shows the value of a mistaken variable, which may be a secret', () => {
    expect(() => readConfig({ ...complete, PLIMSOLL_GIT_CREDENTIALS: 'ghp_secret' })).not.toThrow(/ghp_secret/);
  });

  test('takes whom to tell by the rules of the catalog, with or without a queue of findings: no address holds a password', () => {
    const notices = (url: string) =>
      readConfig({
        ...complete,
        PLIMSOLL_FINDINGS_NOTICES: JSON.stringify([
          { kind: 'webhook', name: 'security', url, secret: { variable: 'PLIMSOLL_NOTICE_KEY' } },
        ]),
      }).security;
    expect(notices('https://hooks.example.com/plimsoll')).toMatchObject([{ name: 'security' }]);
    expect(() => notices('https://sam:hunter2@hooks.example.com')).toThrow(/PLIMSOLL_FINDINGS_NOTICES[\s\S]*without a password/);
    expect(() => notices('https://sam:hunter2@hooks.example.com')).not.toThrow(/hunter2/);
  });

  test('wants known hosts with an ssh key', () => {
    expect(() => readConfig({ ...complete, PLIMSOLL_GIT_SSH_KEY_FILE: '/run/secrets/key' })).toThrow(/belong together/);
  });
});
