/** What is sent to a browser, and what it is told to do with it: nothing but what the page needs. */
import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import type { Html } from './html.ts';
import { lifeSeconds } from './session.ts';

/** No script at all, no frame around it, no form to elsewhere, nothing from elsewhere. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  // Forms say where they come from; nobody else learns which release somebody reads.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

export function sendPage(reply: FastifyReply, status: number, page: Html): void {
  void reply.status(status).headers(pageHeaders).send(page.toString());
}

type Cookie = keyof typeof lifeSeconds;
type Place = Pick<Config, 'publicUrl'>;

const isSecure = ({ publicUrl }: Place) => publicUrl.startsWith('https://');

/** `__Host-` keeps other names of the same domain from setting it; browsers want https for that. */
const nameOf = (config: Place, cookie: Cookie) => `${isSecure(config) ? '__Host-' : ''}plimsoll-${cookie}`;

/** Lax: it comes along when somebody follows a link to a release, and not with a form of somebody else's. */
const options = (config: Place) => ({ path: '/', httpOnly: true, secure: isSecure(config), sameSite: 'lax' }) as const;

export const readCookie = (request: FastifyRequest, config: Place, cookie: Cookie): string | undefined =>
  request.cookies[nameOf(config, cookie)];

export function setCookie(reply: FastifyReply, config: Place, cookie: Cookie, value: string): void {
  void reply.setCookie(nameOf(config, cookie), value, { ...options(config), maxAge: lifeSeconds[cookie] });
}

export function clearCookie(reply: FastifyReply, config: Place, cookie: Cookie): void {
  void reply.clearCookie(nameOf(config, cookie), options(config));
}
