/** Signs what a test wants signed, with a key that a server on 127.0.0.1 publishes as a provider does. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

interface Claims extends JWTPayload {
  readonly expired?: boolean;
  readonly forged?: boolean;
}

export interface TestIssuer {
  readonly url: string;
  /** How often its keys were read. */
  readonly reads: number;
  /** What its discovery document says of itself, and where its keys are. */
  discovery: Readonly<Record<string, unknown>>;
  /** Answers nothing but errors. */
  broken: boolean;
  token(claims?: Claims): Promise<string>;
  /** Signs with a new key from now on; the old one is gone, as after a leak. */
  rotate(): Promise<void>;
  publicKey(): JWK;
  close(): Promise<void>;
}

const algorithm = 'ES256';

export async function startIssuer(): Promise<TestIssuer> {
  const foreign = await generateKeyPair(algorithm);
  let real = await generateKeyPair(algorithm);
  let rotations = 0;
  let jwk: JWK = {};
  const publish = async () => {
    jwk = { ...(await exportJWK(real.publicKey)), kid: `key-${rotations}`, alg: algorithm };
  };
  await publish();
  const server: Server = createServer((request, response) => {
    const isDiscovery = request.url === '/.well-known/openid-configuration';
    if (!isDiscovery) counted.reads += 1;
    response.statusCode = issuer.broken ? 503 : 200;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(isDiscovery ? issuer.discovery : { keys: [jwk] }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const counted = { reads: 0 };
  const issuer: TestIssuer = {
    url,
    get reads() {
      return counted.reads;
    },
    discovery: { issuer: url, jwks_uri: `${url}/keys` },
    broken: false,
    token({ expired = false, forged = false, ...claims } = {}) {
      const seconds = Math.floor(Date.now() / 1000);
      return new SignJWT({ sub: 'ana', groups: ['risk'], kind: 'human', iss: url, aud: 'plimsoll', exp: seconds + 600, ...claims })
        .setProtectedHeader({ alg: algorithm, kid: jwk.kid ?? '' })
        .setIssuedAt(seconds - 3600)
        .setExpirationTime(expired ? seconds - 60 : (claims.exp ?? seconds + 600))
        .sign(forged ? foreign.privateKey : real.privateKey);
    },
    async rotate() {
      real = await generateKeyPair(algorithm);
      rotations += 1;
      await publish();
    },
    publicKey: () => jwk,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return issuer;
}
