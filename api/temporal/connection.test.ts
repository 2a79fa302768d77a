/** Goal: what the variables say is what goes over the wire. Method: a server that wants a certificate of a client, and both connections. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkTemporal, clientOptions, nativeOptions, temporalSettings, temporalVariables } from './connection.ts';

const fixture = (name: string) => join(import.meta.dirname, '../../test/fixtures/tls', name);
const read = (variables: Readonly<Record<string, string>>) =>
  temporalSettings(z.object(temporalVariables).superRefine(checkTemporal).parse(variables));

const authority = { PLIMSOLL_TEMPORAL_CA_FILE: fixture('ca.pem'), PLIMSOLL_TEMPORAL_SERVER_NAME: 'temporal.example.com' };
const certificate = { PLIMSOLL_TEMPORAL_CERT_FILE: fixture('client.pem'), PLIMSOLL_TEMPORAL_KEY_FILE: fixture('client-key.pem') };
const keyFile = join(mkdtempSync(join(tmpdir(), 'plimsoll-key-')), 'api-key');
const apiKey = { PLIMSOLL_TEMPORAL_API_KEY_FILE: keyFile };

describe('what the variables say', () => {
  test('is one machine in the clear, where nothing is set', () => {
    expect(read({})).toEqual({ address: '127.0.0.1:7233', namespace: 'default', tls: null, apiKeyFile: undefined });
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ['said so', { PLIMSOLL_TEMPORAL_TLS: 'true' }],
    ['an authority', authority],
    ['a certificate', certificate],
    ['an API key', apiKey],
  ])('is TLS by %s', (_, variables) => {
    expect(read(variables).tls).not.toBeNull();
  });

  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a key that would go in the clear', { ...apiKey, PLIMSOLL_TEMPORAL_TLS: 'false' }, /in the clear PLIMSOLL_TEMPORAL_API_KEY_FILE/],
    ['a certificate without its key', { PLIMSOLL_TEMPORAL_CERT_FILE: '/c' }, /together with PLIMSOLL_TEMPORAL_KEY_FILE/],
    ['a key without its certificate', { PLIMSOLL_TEMPORAL_KEY_FILE: '/k' }, /belong together/],
    ['two ways to say who we are', { ...apiKey, ...certificate }, /a namespace knows us in one way/],
    ['an address without a port', { PLIMSOLL_TEMPORAL_ADDRESS: 'https://temporal.example.com' }, /host:port/],
    ['TLS as a word of its own', { PLIMSOLL_TEMPORAL_TLS: 'maybe' }, /true or false/],
  ])('is refused where it is %s', (_, variables, message) => {
    expect(() => read(variables)).toThrow(message);
  });

  test('and a file that is not there, or empty, stops the start by name', () => {
    const gone = read({ PLIMSOLL_TEMPORAL_API_KEY_FILE: `${keyFile}.gone` });
    for (const options of [clientOptions, nativeOptions]) expect(() => options(gone)).toThrow(/PLIMSOLL_TEMPORAL_API_KEY_FILE.*ENOENT/);
    writeFileSync(`${keyFile}.empty`, '\n');
    expect(() => clientOptions(read({ PLIMSOLL_TEMPORAL_API_KEY_FILE: `${keyFile}.empty` }))).toThrow(/which is empty/);
  });
});

describe('over the wire', () => {
  /** Of each call: who the client's certificate says it is, and its authorization. */
  const seen: { certificate: string | undefined; authorization: string | undefined }[] = [];
  const server = createSecureServer({
    key: readFileSync(fixture('server-key.pem')),
    cert: readFileSync(fixture('server.pem')),
    ca: readFileSync(fixture('ca.pem')),
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const socket = stream.session?.socket as TLSSocket;
    seen.push({
      certificate: socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined,
      authorization: headers.authorization,
    });
    // An empty message, as gRPC frames it, is a right answer to every question that a connection asks first.
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(5));
  });
  let address: string;

  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  const kinds = [
    ['the API', async (settings: ReturnType<typeof read>) => Connection.connect(clientOptions(settings))],
    ['a worker', async (settings: ReturnType<typeof read>) => NativeConnection.connect(nativeOptions(settings))],
  ] as const;

  test.each(kinds)('%s comes with its certificate, and believes the authority it was given', async (_, connect) => {
    seen.length = 0;
    const connection = await connect(read({ PLIMSOLL_TEMPORAL_ADDRESS: address, ...authority, ...certificate }));
    await connection.close();
    expect(seen[0]).toEqual({ certificate: 'client', authorization: undefined });
  });

  test.each(kinds)('%s comes with the key that its file holds', async (_, connect) => {
    seen.length = 0;
    writeFileSync(keyFile, 'first\n');
    const connection = await connect(read({ PLIMSOLL_TEMPORAL_ADDRESS: address, ...authority, ...apiKey }));
    await connection.close();
    expect(seen[0]).toEqual({ certificate: undefined, authorization: 'Bearer first' });
  });

  test('a key that was replaced counts with the next call', async () => {
    writeFileSync(keyFile, 'first\n');
    const connection = await Connection.connect(clientOptions(read({ PLIMSOLL_TEMPORAL_ADDRESS: address, ...authority, ...apiKey })));
    writeFileSync(keyFile, 'second\n');
    await connection.workflowService.getSystemInfo({});
    await connection.close();
    expect(seen.at(-1)?.authorization).toBe('Bearer second');
  });

  test('a server that somebody else signed for is not talked to', async () => {
    const { PLIMSOLL_TEMPORAL_SERVER_NAME } = authority;
    const settings = read({ PLIMSOLL_TEMPORAL_ADDRESS: address, PLIMSOLL_TEMPORAL_SERVER_NAME });
    seen.length = 0;
    await expect(Connection.connect({ ...clientOptions(settings), connectTimeout: '200 ms' })).rejects.toThrow(/[Ff]ailed to connect/);
    expect(seen).toEqual([]);
  });
});
