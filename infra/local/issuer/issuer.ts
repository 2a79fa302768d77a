/**
 * Stands in for the company's identity provider: OpenID discovery, keys, and a token for whoever is named.
 *
 * It signs for anyone who can reach it. So it listens on 127.0.0.1 only, answers to local names only, and
 * refuses to start where anything looks like production.
 */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { z } from 'zod';

const algorithm = 'ES256';
/** A working session; the API refuses it afterwards. */
const tokenSeconds = 3_600;
/** A subject and some groups. */
const bodyBytesMax = 16 * 1024;

const localNames = new Set(['127.0.0.1', 'localhost']);

/** Throws where a token that anyone can have would be believed by something real. */
export function refuseProduction(env: Readonly<Record<string, string | undefined>>, url: string): void {
  const refuse = (because: string) => {
    throw new Error(`the local issuer gives a token to anyone and does not start here: ${because}`);
  };
  if (env['NODE_ENV'] === 'production') refuse('NODE_ENV is production');
  if (!localNames.has(new URL(url).hostname)) refuse(`PLIMSOLL_ISSUER_URL is ${url}`);
  for (const name of ['PLIMSOLL_ISSUERS', 'PLIMSOLL_ISSUERS_FILE']) if ((env[name] ?? '') !== '') refuse(`${name} names other issuers`);
}

const request = z.strictObject({
  subject: z.string().regex(/^[\w.+=,@:/-]{1,256}$/, 'letters, digits and . + = , @ : / -'),
  groups: z.array(z.string().min(1)).max(50).default([]),
  mfa: z.boolean().default(false),
  kind: z.enum(['human', 'machine']).default('human'),
  audience: z.string().min(1).default('plimsoll'),
  /** Comes back signed: the digest of a statement, where the token vouches for a decision. */
  nonce: z.string().min(1).max(255).optional(),
});

export interface SigningKey {
  readonly private: JWK;
  readonly public: JWK;
}

/** Kept, so that tokens outlive a restart of the stack. Only its owner may read it. */
export async function keyFrom(file: string): Promise<SigningKey> {
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  chmodSync(file, 0o600);
  const stored = JSON.parse(readFileSync(file, 'utf8')) as JWK;
  const { kty, crv, x, y } = stored;
  const kid = await calculateJwkThumbprint(stored);
  return { private: { ...stored, kid }, public: { kty, crv, x, y, kid, alg: algorithm, use: 'sig' } as JWK };
}

/** The first word of a path is the whole router. */
export function issuerHandler(url: string, key: SigningKey): RequestListener {
  const discovery = {
    issuer: url,
    jwks_uri: `${url}/.well-known/jwks.json`,
    token_endpoint: `${url}/token`,
    id_token_signing_alg_values_supported: [algorithm],
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
  };
  const answer = async (incoming: IncomingMessage): Promise<readonly [status: number, body: unknown]> => {
    // A web page in somebody's browser may reach us by a name of its own; it must not get a token.
    if (!localNames.has(new URL(`http://${incoming.headers.host ?? ''}`).hostname))
      return [403, { error: 'only local names are answered' }];
    const { pathname } = new URL(incoming.url ?? '/', url);
    if (incoming.method === 'GET' && pathname === '/.well-known/openid-configuration') return [200, discovery];
    if (incoming.method === 'GET' && pathname === '/.well-known/jwks.json') return [200, { keys: [key.public] }];
    if (incoming.method === 'POST' && pathname === '/token') return issue(incoming, url, key);
    return [404, { error: 'there is /.well-known/openid-configuration, /.well-known/jwks.json and POST /token' }];
  };
  return (incoming, response) => {
    void answer(incoming)
      .catch((error: unknown): readonly [number, unknown] => [400, { error: error instanceof Error ? error.message : 'not understood' }])
      .then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
      });
  };
}

async function issue(incoming: IncomingMessage, url: string, key: SigningKey): Promise<readonly [number, unknown]> {
  if (!(incoming.headers['content-type'] ?? '').startsWith('application/json')) return [415, { error: 'application/json is read' }];
  const parsed = request.safeParse(JSON.parse(await bodyOf(incoming)));
  if (!parsed.success) return [400, { error: z.prettifyError(parsed.error) }];
  const { subject, groups, mfa, kind, audience, nonce } = parsed.data;
  const now = Math.floor(Date.now() / 1000);
  const token = await new SignJWT({
    groups,
    kind,
    amr: mfa ? ['pwd', 'mfa'] : ['pwd'],
    auth_time: now,
    ...(nonce !== undefined && { nonce }),
  })
    .setProtectedHeader({ alg: algorithm, kid: key.public.kid ?? '', typ: 'JWT' })
    .setIssuer(url)
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + tokenSeconds)
    .sign(await importJWK(key.private, algorithm));
  return [200, { access_token: token, token_type: 'Bearer', expires_in: tokenSeconds }];
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new Error(`at most ${bodyBytesMax} bytes are read`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export async function startIssuer(options: { readonly port: number; readonly url: string; readonly keyFile: string }): Promise<Server> {
  const server = createServer(issuerHandler(options.url, await keyFrom(options.keyFile)));
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(options.port, '127.0.0.1', done);
  });
  return server;
}
