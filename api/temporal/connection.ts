/**
 * How API and worker come to Temporal, read in one way by both: in the clear on one machine, over TLS elsewhere, and
 * as whoever a client certificate or an API key says. Keys are files, never values: a variable shows in too many places.
 */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions, TLSConfig } from '@temporalio/client';
import { z } from 'zod';

const file = z.string().min(1, 'a file').optional();

/** For the one schema of each process. */
export const temporalVariables = {
  PLIMSOLL_TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[\w.-]+:\d+$/, 'host:port')
    .default('127.0.0.1:7233'),
  PLIMSOLL_TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  /** Left out: TLS where one of the following is set. */
  PLIMSOLL_TEMPORAL_TLS: z.stringbool('true or false').optional(),
  /** Who signed the server's certificate, where the machine does not know. */
  PLIMSOLL_TEMPORAL_CA_FILE: file,
  /** The name in the server's certificate, where it is not that of the address. */
  PLIMSOLL_TEMPORAL_SERVER_NAME: z.string().min(1, 'a host name').optional(),
  PLIMSOLL_TEMPORAL_CERT_FILE: file,
  PLIMSOLL_TEMPORAL_KEY_FILE: file,
  PLIMSOLL_TEMPORAL_API_KEY_FILE: file,
};

type Variables = z.infer<z.ZodObject<typeof temporalVariables>>;

const needTls = [
  'PLIMSOLL_TEMPORAL_CA_FILE',
  'PLIMSOLL_TEMPORAL_SERVER_NAME',
  'PLIMSOLL_TEMPORAL_CERT_FILE',
  'PLIMSOLL_TEMPORAL_KEY_FILE',
  'PLIMSOLL_TEMPORAL_API_KEY_FILE',
] as const;

/** What one variable alone cannot say about itself. */
export function checkTemporal(env: Variables, context: z.core.$RefinementCtx): void {
  const refuse = (name: keyof Variables, message: string) => context.addIssue({ code: 'custom', path: [name], message, input: undefined });
  const given = needTls.filter((name) => env[name] !== undefined);
  if (env.PLIMSOLL_TEMPORAL_TLS === false && given.length > 0)
    refuse('PLIMSOLL_TEMPORAL_TLS', `true, or left out: in the clear ${given.join(', ')} would protect nothing`);
  if ((env.PLIMSOLL_TEMPORAL_CERT_FILE === undefined) !== (env.PLIMSOLL_TEMPORAL_KEY_FILE === undefined))
    refuse('PLIMSOLL_TEMPORAL_CERT_FILE', 'together with PLIMSOLL_TEMPORAL_KEY_FILE: a certificate and its key belong together');
  if (env.PLIMSOLL_TEMPORAL_API_KEY_FILE !== undefined && env.PLIMSOLL_TEMPORAL_CERT_FILE !== undefined)
    refuse('PLIMSOLL_TEMPORAL_API_KEY_FILE', 'or PLIMSOLL_TEMPORAL_CERT_FILE: a namespace knows us in one way');
}

/** Where everything is; nothing of it is secret. */
export interface TemporalSettings {
  readonly address: string;
  readonly namespace: string;
  readonly tls: {
    readonly caFile: string | undefined;
    readonly serverName: string | undefined;
    readonly client: { readonly certFile: string; readonly keyFile: string } | undefined;
  } | null;
  readonly apiKeyFile: string | undefined;
}

export function temporalSettings(env: Variables): TemporalSettings {
  const { PLIMSOLL_TEMPORAL_CERT_FILE: certFile, PLIMSOLL_TEMPORAL_KEY_FILE: keyFile } = env;
  const secure = env.PLIMSOLL_TEMPORAL_TLS ?? needTls.some((name) => env[name] !== undefined);
  return {
    address: env.PLIMSOLL_TEMPORAL_ADDRESS,
    namespace: env.PLIMSOLL_TEMPORAL_NAMESPACE,
    tls: secure
      ? {
          caFile: env.PLIMSOLL_TEMPORAL_CA_FILE,
          serverName: env.PLIMSOLL_TEMPORAL_SERVER_NAME,
          client: certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile },
        }
      : null,
    apiKeyFile: env.PLIMSOLL_TEMPORAL_API_KEY_FILE,
  };
}

/** Certificates are read now: a renewed one counts after a restart. The key is asked for with each call: a new one counts at once. */
export function clientOptions(settings: TemporalSettings): ConnectionOptions {
  // Read once here, so that a key that is not there stops the start and not the first call.
  const withKey = apiKeyOf(settings) !== undefined;
  return { ...plainOptions(settings), ...(withKey && { apiKey: () => apiKeyOf(settings) ?? '' }) };
}

/** What the native connection of a worker takes; its key is text, which `setApiKey` replaces. */
export function nativeOptions(settings: TemporalSettings): Pick<ConnectionOptions, 'address' | 'tls'> & { readonly apiKey?: string } {
  const apiKey = apiKeyOf(settings);
  return { ...plainOptions(settings), ...(apiKey !== undefined && { apiKey }) };
}

export const apiKeyOf = ({ apiKeyFile }: TemporalSettings): string | undefined =>
  apiKeyFile === undefined ? undefined : readNamed('PLIMSOLL_TEMPORAL_API_KEY_FILE', apiKeyFile).toString('utf8').trim();

const plainOptions = ({ address, tls }: TemporalSettings) => ({ address, tls: tls === null ? null : tlsOf(tls) });

function tlsOf({ caFile, serverName, client }: NonNullable<TemporalSettings['tls']>): TLSConfig {
  return {
    ...(serverName !== undefined && { serverNameOverride: serverName }),
    ...(caFile !== undefined && { serverRootCACertificate: readNamed('PLIMSOLL_TEMPORAL_CA_FILE', caFile) }),
    ...(client !== undefined && {
      clientCertPair: {
        crt: readNamed('PLIMSOLL_TEMPORAL_CERT_FILE', client.certFile),
        key: readNamed('PLIMSOLL_TEMPORAL_KEY_FILE', client.keyFile),
      },
    }),
  };
}

function readNamed(variable: string, path: string): Buffer {
  try {
    const bytes = readFileSync(path);
    if (bytes.toString('latin1').trim() !== '') return bytes;
  } catch (error) {
    throw new Error(`${variable} names ${path}, which cannot be read (${codeOf(error)}): mount it, or correct the variable`, {
      cause: error,
    });
  }
  throw new Error(`${variable} names ${path}, which is empty: put the key or certificate there`);
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
