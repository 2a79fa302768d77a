/**
 * The approver's page: one release, behind a login at the company's provider. A decision goes through the provider too,
 * which vouches for exactly this statement; the page itself knows no way to decide without it.
 */
import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, Header, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { knownAs, Open } from '../auth/caller.guard.ts';
import { callerOf } from '../auth/caller-verifier.ts';
import type { Trust } from '../auth/trust.ts';
import type { Config } from '../config.ts';
import { FindingsService } from '../findings/findings.service.ts';
import { Problem } from '../http/problem.ts';
import { Acts } from '../refusals/acts.ts';
import { isAbout } from '../refusals/refusals.ts';
import { ReleasesService } from '../releases/releases.service.ts';
import { digest, reason, releaseId } from '../releases/schemas.ts';
import { CONFIG, TRUST } from '../tokens.ts';
import { clearCookie, readCookie, sendPage, setCookie } from './browser.ts';
import { html } from './html.ts';
import { PageFilter } from './page.filter.ts';
import { onwardPage } from './problem-page.ts';
import { createPageProvider, type PageProvider } from './provider.ts';
import { layout, releasePage } from './release-page.ts';
import { createSealer, type PageSession, type PendingLogin, type Sealer } from './session.ts';
import { style } from './style.ts';

const id = { schema: releaseId };
const form = z.strictObject({ csrf: z.string(), decision: z.enum(['approve', 'reject']), statementDigest: digest, reason });
const logoutForm = z.strictObject({ csrf: z.string() });

@Open()
@UseFilters(PageFilter)
@Controller()
export class PagesController {
  readonly #releases: ReleasesService;
  readonly #findings: FindingsService;
  readonly #trust: Trust;
  readonly #acts: Acts;
  readonly #config: Config;
  readonly #pages: { readonly provider: PageProvider; readonly sealer: Sealer } | undefined;

  constructor(
    @Inject(ReleasesService) releases: ReleasesService,
    @Inject(FindingsService) findings: FindingsService,
    @Inject(TRUST) trust: Trust,
    @Inject(Acts) acts: Acts,
    @Inject(CONFIG) config: Config,
  ) {
    this.#releases = releases;
    this.#findings = findings;
    this.#trust = trust;
    this.#acts = acts;
    this.#config = config;
    const provider = createPageProvider(config);
    this.#pages = provider === undefined || config.page === null ? undefined : { provider, sealer: createSealer(config.page.sessionKey) };
  }

  @Get('releases/assets/page.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'max-age=3600')
  style(): string {
    return style;
  }

  @Get('releases/:id')
  async show(@Param('id', id) release: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await this.#session(request);
    if (session === undefined) return this.#logIn(reply, release);
    const [details, findings] = await Promise.all([this.#releases.show(release, session.by), this.#findings.known(release, session.by)]);
    sendPage(reply, 200, releasePage(details, findings, session));
  }

  @Post('releases/:id/decision')
  async decide(
    @Param('id', id) release: string,
    @Body({ schema: form }) said: z.infer<typeof form>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { by } = await this.#own(request, said.csrf);
    // Refused before anybody is sent away for nothing.
    const { mfaWithinMinutes } = await this.#releases.permitted(release, 'release.approve', by);
    const { decision, statementDigest, reason: why } = said;
    const maxAgeSeconds = mfaWithinMinutes === null ? null : mfaWithinMinutes * 60;
    const { address, pending } = await this.#open().provider.begin({
      release,
      decision: { decision, statementDigest, reason: why },
      maxAgeSeconds,
      nonce: statementDigest,
    });
    await this.#remember(reply, pending);
    sendPage(reply, 200, onwardPage(address));
  }

  @Get('login/callback')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { provider, sealer } = this.#open();
    const pending = await sealer.open('login', readCookie(request, this.#config, 'login'));
    if (pending === undefined)
      throw new Problem('caller.unknown', 'this login was not begun in this browser, or took too long: open the page of the release again');
    clearCookie(reply, this.#config, 'login');
    const idToken = await provider.finish(new URL(request.url, this.#config.publicUrl), pending);
    if (pending.decision === null) await this.#begin(reply, await this.#sessionFrom(idToken));
    else await this.#carryOut(request, pending, pending.decision, idToken);
    await reply.redirect(`/releases/${pending.release}`, 303);
  }

  @Post('logout')
  async logOut(
    @Body({ schema: logoutForm }) { csrf }: z.infer<typeof logoutForm>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#own(request, csrf);
    clearCookie(reply, this.#config, 'session');
    sendPage(reply, 200, layout('Logged out', html`<h1>Logged out</h1><p class="quiet">Here; your provider may still know you.</p>`));
  }

  /** The answer of the provider is the proof; whoever is there now has to be who began it. */
  async #carryOut(
    request: FastifyRequest,
    pending: PendingLogin,
    decision: NonNullable<PendingLogin['decision']>,
    idToken: string,
  ): Promise<void> {
    isAbout(request, pending.release);
    const session = await this.#session(request);
    if (session === undefined) throw new Problem('caller.unknown', 'the session of this page has ended meanwhile: nothing was decided');
    const statementDigest = digest.parse(decision.statementDigest);
    // A reload of the answer is the same message, not a second one.
    await this.#releases.decide(pending.release, { ...decision, statementDigest, idToken }, session.by, pending.state);
  }

  async #sessionFrom(idToken: string): Promise<PageSession> {
    const { clientId } = this.#open().provider;
    const { claims, config } = await this.#trust.prove(idToken, (issuer) => (issuer.page?.clientId === clientId ? [clientId] : []));
    return { by: callerOf(claims, config), csrf: randomUUID() };
  }

  async #begin(reply: FastifyReply, session: PageSession): Promise<void> {
    await this.#remember(reply, session);
    this.#acts.record('logged in', session.by, null, null);
  }

  async #logIn(reply: FastifyReply, release: string): Promise<void> {
    const { address, pending } = await this.#open().provider.begin({ release, decision: null, maxAgeSeconds: null });
    await this.#remember(reply, pending);
    await reply.redirect(address, 303);
  }

  async #session(request: FastifyRequest): Promise<PageSession | undefined> {
    const session = await this.#open().sealer.open('session', readCookie(request, this.#config, 'session'));
    if (session !== undefined) knownAs(request, session.by);
    return session;
  }

  /** The session behind a form that is really ours: cookies come along with anybody's form, what is in ours does not. */
  async #own(request: FastifyRequest, csrf: string): Promise<PageSession> {
    const session = await this.#session(request);
    if (session === undefined) throw new Problem('caller.unknown', 'the session of this page has ended: open it again');
    const { origin } = request.headers;
    const isOurs = csrf === session.csrf && (origin === undefined || origin === new URL(this.#config.publicUrl).origin);
    if (!isOurs) throw new Problem('caller.forbidden', 'this form was not sent from the page of this session: nothing was done');
    return session;
  }

  async #remember(reply: FastifyReply, content: PageSession | PendingLogin): Promise<void> {
    const { sealer } = this.#open();
    if ('by' in content)
      setCookie(
        reply,
        this.#config,
        'session',
        await sealer.seal('session', { ...content, by: { ...content.by, groups: [...content.by.groups] } }),
      );
    else setCookie(reply, this.#config, 'login', await sealer.seal('login', content));
  }

  #open(): { readonly provider: PageProvider; readonly sealer: Sealer } {
    if (this.#pages === undefined)
      throw new Problem('request.invalid', 'this installation has no page: `plimsoll show` and `plimsoll approve` do the same', {
        status: 404,
        errors: [{ field: 'page', allowed: 'an issuer with `page` in PLIMSOLL_ISSUERS_FILE' }],
      });
    return this.#pages;
  }
}
