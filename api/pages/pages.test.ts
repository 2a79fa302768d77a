/** The page over HTTP before a real OpenID provider; the browser alone is played (test/support/oidc-provider.ts). */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../domain/caller.ts';
import { digestText } from '../../domain/digest.ts';
import { severityRank } from '../../domain/finding.ts';
import type { MergedFinding } from '../../domain/merged-findings.ts';
import { compared, newsOf } from '../../domain/news.ts';
import { listedThreat } from '../../domain/threats/listed.ts';
import type { ReleaseView } from '../../domain/view.ts';
import { freePorts } from '../../infra/local/free-ports.ts';
import { type ApiWorld, releaseBody, someDigest, startApi } from '../../test/support/api-world.ts';
import { Browser, pageClient, startProvider, type TestProvider } from '../../test/support/oidc-provider.ts';
import { threatOf } from '../../test/support/threats.ts';
import { createSealer } from './session.ts';

const sessionKey = randomBytes(32);
let provider: TestProvider;
let world: ApiWorld;
let browser: Browser;
let id: string;

beforeAll(async () => {
  // The provider has to know where it sends people back to.
  const [port = 0] = await freePorts(1);
  provider = await startProvider([`http://127.0.0.1:${port}/login/callback`]);
  world = await startApi({}, [{ issuer: provider.url, audience: 'plimsoll', kind: 'human', page: { clientId: pageClient } }], {
    PLIMSOLL_PORT_API: String(port),
    PLIMSOLL_SESSION_KEY: sessionKey.toString('base64'),
  });
});
afterAll(async () => {
  await world.close();
  await provider.close();
});
beforeEach(async () => {
  browser = new Browser();
  provider.person = { subject: 'sam', groups: ['sre'], amr: ['pwd', 'mfa'] };
  world.policy = () => true;
  world.log.length = 0;
  world.releases.releases.clear();
  world.releases.viewChanges.clear();
  world.releases.told.length = 0;
  world.releases.acts.length = 0;
  world.releases.refused.length = 0;
  world.releases.viewChange = waiting;
  const started = await world.call('POST', '/v1/releases', { body: releaseBody });
  id = ((await started.json()) as { id: string }).id;
});

const waiting: Partial<ReleaseView> = {
  phase: 'awaiting approval',
  waitingFor: {
    kind: 'approval',
    groups: ['sre', 'ml-owners'],
    missing: '1 of sre, 1 of ml-owners',
    statementDigest: someDigest,
    expiresAt: '2026-11-24T14:00:00.000Z',
  },
  statementDigest: someDigest,
};

const address = () => `${world.url}/releases/${id}`;
const visit = async () => (await browser.visit(address())).text();
const fieldIn = (page: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? '';
const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
  browser.visit(`${address()}/decision`, { method: 'POST', headers, body: new URLSearchParams(fields) });

/** Presses a button, and goes where the page says. */
async function press(decision: string, change: Record<string, string> = {}): Promise<Response> {
  const page = await visit();
  const fields = { csrf: fieldIn(page, 'csrf'), statementDigest: fieldIn(page, 'statementDigest'), reason: 'read it', decision, ...change };
  const answer = await post(fields, { origin: world.url });
  const text = await answer.text();
  const [, onward] = /url=([^"]+)"/.exec(text) ?? [];
  return onward === undefined ? new Response(text, answer) : browser.visit(onward.replaceAll('&amp;', '&'));
}

/** What the ledger was told of calls that were refused. */
const refused = () => world.releases.refused.map(({ by, call, release, refusal }) => ({ by: by.subject, call, release, refusal }));
const told = () => world.releases.told as { update: string; input: { by: Caller; statementDigest: string; proof?: { issuer: string } } }[];

describe('the page', () => {
  test('is behind a login, and says who is there', async () => {
    const anonymous = await fetch(address(), { redirect: 'manual' });
    expect([anonymous.status, anonymous.headers.get('location')]).toEqual([303, expect.stringContaining(`${provider.url}/auth?`)]);
    expect(await visit()).toMatch(/<h1>fraud-scorer 2026\.11\.3 → production<\/h1>[\s\S]*sam, sre/);
    // Known for the hour: the provider is not asked again.
    provider.asked.length = 0;
    await visit();
    expect(provider.asked).toEqual([]);
    expect(world.releases.acts).toMatchObject([{ act: 'logged in', by: { subject: 'sam', mfa: true } }]);
  });

  test('is shown to nobody whom the policies refuse', async () => {
    world.policy = (_, action) => action !== 'release.read';
    const answer = await browser.visit(address());
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('sam is not in risk')]);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(refused()).toEqual([{ by: 'sam', call: 'GET /releases/:id', release: id, refusal: 'caller.forbidden' }]);
  });

  test('runs no script, is in no frame, and is kept by nobody', async () => {
    const answer = await browser.visit(address());
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const page = await answer.text();
    expect(page).not.toMatch(/<script|style=|\son\w+=|src=|https?:\/\/(?!127\.0\.0\.1)/);
    expect((await fetch(`${world.url}/releases/assets/page.css`)).headers.get('content-type')).toContain('text/css');
  });

  test('of a release that was released begins with what GuardDuty has found about its version since', async () => {
    expect(await visit()).not.toContain('<h2>Incidents</h2>');
    world.releases.change(id, { status: 'completed', phase: 'closed', outcome: 'released' });
    const release = { releaseId: id, service: 'fraud-scorer', environment: 'production', team: 'risk', state: 'incident' as const };
    world.releases.detected.push(listedThreat(threatOf({ id: 'f1', title: 'ran <xmr>' }), [release]));
    const page = await visit();
    world.releases.detected.length = 0;
    expect(page).toMatch(/<h1>[\s\S]*<h2>Incidents<\/h2>[\s\S]*<h2>What would change/);
    expect(page).toContain('Execution:Runtime/NewBinaryExecuted, severity 8</span>');
    expect(page).toContain('ran &lt;xmr&gt; <span class="quiet">GuardDuty f1</span>');
  });

  test('keeps its cookies from scripts and from other sites', async () => {
    const answer = await fetch(address(), { redirect: 'manual' });
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^plimsoll-login=.*Max-Age=600; Path=\/; HttpOnly; SameSite=Lax/),
    ]);
  });

  test('shows what would change with the dangerous first, what was found, who asked, who decides, and the statement', async () => {
    world.releases.viewChange = {
      ...waiting,
      change: {
        digest: someDigest,
        counts: { create: 1, update: 1, delete: 1, replace: 1 },
        addresses: ['aws_s3_bucket.old', 'aws_eks_cluster.main', 'aws_iam_role.ci', 'aws_s3_bucket.new'],
        actions: ['delete', 'replace', 'update', 'create'],
      },
      scans: [
        {
          tool: 'checkov',
          toolVersion: '3',
          status: 'fail',
          counts: { low: 1, high: 1 },
          worst: [],
          report: { digest: someDigest, bytes: 1 },
        },
      ],
      gate: judged(finding('a small thing', 'low'), finding('bucket without <encryption>', 'high')),
      approvals: [
        {
          decision: 'approve',
          by: 'olga',
          at: '2026-11-24T10:00:00Z',
          reason: 'fine',
          statementDigest: someDigest,
          valid: false,
          because: 'the change is another',
        },
      ],
    };
    const page = await visit();
    const places = ['1 destroyed', '1 replaced', '1 changed', '1 created', 'bucket without &lt;encryption&gt;', 'a small thing'].map(
      (text) => page.indexOf(text),
    );
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    for (const text of [
      'ana (person) asks: weekly retrain',
      'void: the change is another',
      '1 of sre, 1 of ml-owners',
      '14:00 UTC',
      someDigest,
      releaseBody.model.version,
    ])
      expect(page).toContain(text);
  });

  test('says first which findings the last released version did not have', async () => {
    const merged = [finding('known since last week', 'high'), finding('brought by this one', 'low')];
    const findings = compared(merged, new Set([digestText('known since last week')]));
    const gate = { ...judged(...merged), findings: world.keep(JSON.stringify(findings)), news: newsOf(findings, 'r-1') };
    world.releases.viewChanges.set(id, { ...waiting, gate });
    const page = await visit();
    expect(page).toContain('new since r-1: 1 low');
    expect(page.match(/<b>new<\/b>[^\n]*/g)).toEqual([expect.stringContaining('brought by this one')]);
    expect(page.indexOf('brought by this one')).toBeLessThan(page.indexOf('known since last week'));
  });

  test('shows a release that waits for nobody without buttons', async () => {
    world.releases.viewChange = { phase: 'shifting' };
    expect(await visit()).not.toContain('<button class="yes"');
  });
});

const finding = (message: string, severity: MergedFinding['severity']): MergedFinding => ({
  fingerprint: digestText(message),
  tool: 'checkov',
  rule: 'CKV_1',
  severity,
  address: 'aws_s3_bucket.models',
  message,
  controls: [],
  reports: ['checkov code'],
  alsoAs: [],
  waiver: null,
});

/** As the worker keeps it: the worst first. */
const judged = (...findings: readonly MergedFinding[]) => ({
  kind: 'approval needed' as const,
  violations: [],
  because: [],
  policyDigest: digestText('p'),
  findings: world.keep(JSON.stringify(findings.toSorted((one, other) => severityRank(other.severity) - severityRank(one.severity)))),
  findingsDigest: digestText('f'),
  findingsCount: findings.length,
});

describe('a decision', () => {
  test.each(['approve', 'reject'])('to %s is vouched for by the provider, for the statement that was read', async (decision) => {
    const answer = await press(decision);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('fraud-scorer')]);
    expect(told()).toMatchObject([
      {
        update: decision,
        input: { by: { subject: 'sam', mfa: true }, statementDigest: someDigest, reason: 'read it', proof: { issuer: provider.url } },
      },
    ]);
    expect(world.log.join('')).not.toMatch(/eyJ|code=/);
  });

  test('asks for the factors again when they were shown too long ago', async () => {
    world.releases.change(id, { mfaWithinMinutes: 0 });
    await visit();
    const logins = provider.logins;
    await press('approve');
    expect(provider.logins).toBe(logins + 1);
  });

  test.each<[string, Record<string, string>, Record<string, string>, number]>([
    ['without the word of this session', { csrf: 'guessed' }, {}, 403],
    ['from another site', {}, { origin: 'https://evil.example.com' }, 403],
    ['without a reason', { reason: ' ' }, {}, 400],
    ['about no statement', { statementDigest: 'sha256:x' }, {}, 400],
    ['that is neither', { decision: 'maybe' }, {}, 400],
    ['with a field too many', { colour: 'blue' }, {}, 400],
  ])('%s is refused, and the provider is not even asked', async (_, change, headers, status) => {
    const page = await visit();
    provider.asked.length = 0;
    const fields = { csrf: fieldIn(page, 'csrf'), statementDigest: someDigest, reason: 'r', decision: 'approve', ...change };
    const answer = await post(fields, headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, expect.stringContaining('text/html')]);
    expect(await answer.text()).toContain(`href="/releases/${id}"`);
    expect([told(), provider.asked]).toEqual([[], []]);
  });

  test('by a form that comes without a session is refused', async () => {
    expect((await post({ csrf: '', statementDigest: someDigest, reason: 'r', decision: 'approve' })).status).toBe(401);
  });

  test('by whom the policies do not let is refused before anybody is sent away', async () => {
    const page = await visit();
    provider.asked.length = 0;
    world.policy = (_, action) => action !== 'release.approve';
    const answer = await post({ csrf: fieldIn(page, 'csrf'), statementDigest: someDigest, reason: 'r', decision: 'approve' });
    expect([answer.status, provider.asked]).toEqual([403, []]);
  });

  test('is refused when somebody else is there by the time the provider answers', async () => {
    const page = await visit();
    provider.person = { subject: 'eve', groups: ['sre'], amr: ['mfa'] };
    browser.forget(new URL(provider.url).host);
    const fields = { csrf: fieldIn(page, 'csrf'), statementDigest: someDigest, reason: 'r', decision: 'approve' };
    const [, onward = ''] = /url=([^"]+)"/.exec(await (await post(fields)).text()) ?? [];
    const answer = await browser.visit(onward.replaceAll('&amp;', '&'));
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('has to be sam')]);
    expect(told()).toEqual([]);
    expect(refused()).toEqual([{ by: 'sam', call: 'GET /login/callback', release: id, refusal: 'approval.unproven' }]);
  });

  test('that the provider refuses decides nothing, in its words', async () => {
    const page = await visit();
    const fields = { csrf: fieldIn(page, 'csrf'), statementDigest: someDigest, reason: 'r', decision: 'approve' };
    const [, onward = ''] = /url=([^"]+)"/.exec(await (await post(fields)).text()) ?? [];
    const state = new URL(onward.replaceAll('&amp;', '&')).searchParams.get('state') ?? '';
    const query = new URLSearchParams({ error: 'access_denied', error_description: 'not today', state, iss: provider.url });
    const answer = await browser.visit(`${world.url}/login/callback?${query.toString()}`);
    expect([answer.status, await answer.text()]).toEqual([401, expect.stringContaining('said no: not today')]);
    expect(told()).toEqual([]);
  });
});

describe('a login', () => {
  test('whose answer was not asked for in this browser is nobody’s', async () => {
    const [mine, other] = [new Browser(), new Browser()];
    const begun = await fetch(address(), { redirect: 'manual' });
    const callback = (await other.visit(begun.headers.get('location') ?? '')).at;
    expect(callback).toContain('/login/callback?');
    expect((await mine.visit(callback)).status).toBe(401);
  });

  test('ends on this page by a form of this page alone', async () => {
    const page = await visit();
    const out = (csrf: string) => browser.visit(`${world.url}/logout`, { method: 'POST', body: new URLSearchParams({ csrf }) });
    expect((await out('guessed')).status).toBe(403);
    expect(await (await out(fieldIn(page, 'csrf'))).text()).toContain('Logged out');
    provider.asked.length = 0;
    await visit();
    expect(provider.asked).toContain('/auth');
  });

  test('is not possible where no issuer is configured for it, and says so', async () => {
    const plain = await startApi();
    const answer = await fetch(`${plain.url}/releases/${id}`);
    expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('this installation has no page')]);
    await plain.close();
  });
});

describe('what a browser carries', () => {
  const sealer = createSealer(sessionKey);
  const session = { by: { subject: 'sam', kind: 'human', groups: ['sre'], mfa: true, authenticatedAt: 1 } as const, csrf: 'c' };
  const content = { ...session, by: { ...session.by, groups: [...session.by.groups] } };

  test('is what was sealed, for that purpose and with that key alone', async () => {
    const sealed = await sealer.seal('session', content);
    expect(await sealer.open('session', sealed)).toEqual(content);
    expect(await sealer.open('login', sealed)).toBeUndefined();
    expect(await createSealer(randomBytes(32)).open('session', sealed)).toBeUndefined();
    expect(await sealer.open('session', `${sealed.slice(0, -3)}AAA`)).toBeUndefined();
    expect(await sealer.open('session', undefined)).toBeUndefined();
    expect(sealed).not.toContain(Buffer.from('sam').toString('base64url'));
  });

  test('is refused when a browser would drop it without a word', async () => {
    const groups = Array.from({ length: 200 }, (_, index) => `a-rather-long-group-name-${index}`);
    await expect(sealer.seal('session', { ...content, by: { ...content.by, groups } })).rejects.toThrow(
      'the groups of this login are too many',
    );
  });
});

test('a release from before is shown as far as it says anything', async () => {
  world.releases.viewChange = {
    ...waiting,
    change: { digest: someDigest, counts: { create: 0, update: 3, delete: 0, replace: 0 }, addresses: ['a.b'] },
  };
  expect(await visit()).toMatch(/3 changed[\s\S]*a\.b[\s\S]*and 2 more/);
});
