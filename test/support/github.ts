/**
 * GitHub as its REST documentation says it answers: comments in pages with a Link header, check runs that take at
 * most 50 annotations a request, rate limits, and a job's OIDC endpoint. In memory, on 127.0.0.1.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string; readonly type: string };
  readonly html_url: string;
}

export interface CheckRun {
  readonly id: number;
  readonly name: string;
  readonly head_sha: string;
  status: string;
  conclusion?: string;
  output?: { title: string; summary: string };
  readonly annotations: {
    readonly path: string;
    readonly start_line: number;
    readonly annotation_level: string;
    readonly message: string;
  }[];
}

/** Given once, instead of the answer, to the first request that it fits; `done`: the request took effect all the same. */
export interface Fault {
  readonly on: RegExp;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly done?: boolean;
}

export interface FakeGitHub {
  readonly url: string;
  readonly comments: Comment[];
  readonly checks: CheckRun[];
  /** Method and path of every request, in order. */
  readonly requests: string[];
  readonly faults: Fault[];
  /** What the OIDC endpoint gives for an audience. */
  idToken: (audience: string) => Promise<string>;
  say(login: string, body: string): Comment;
  close(): Promise<void>;
}

const repository = '/repos/acme/ml-platform';
export const bot = 'github-actions[bot]';
const annotationsMax = 50;

interface Call {
  readonly method: string;
  readonly url: URL;
  readonly body: Record<string, unknown>;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function startGitHub(): Promise<FakeGitHub> {
  let nextId = 1;
  const comments: Comment[] = [];
  const checks: CheckRun[] = [];
  const faults: Fault[] = [];
  const requests: string[] = [];

  const say = (login: string, body: string): Comment => {
    const id = nextId++;
    const made = { id, body, user: { login, type: login === bot ? 'Bot' : 'User' }, html_url: `https://github.example.com/c/${id}` };
    comments.push(made);
    return made;
  };

  const list = ({ url }: Call): Answer => {
    const size = Math.min(100, Number(url.searchParams.get('per_page') ?? '30'));
    const page = Number(url.searchParams.get('page') ?? '1');
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    const hasMore = comments.length > page * size;
    return {
      status: 200,
      body: comments.slice((page - 1) * size, page * size),
      ...(hasMore && { headers: { link: `<${next.href}>; rel="next"` } }),
    };
  };

  const changeComment = ({ method, url, body }: Call): Answer => {
    const at = comments.findIndex(({ id }) => id === Number(url.pathname.split('/').at(-1)));
    const found = comments[at];
    if (found === undefined) return { status: 404, body: { message: 'Not Found' } };
    if (method === 'DELETE') {
      comments.splice(at, 1);
      return { status: 204 };
    }
    found.body = String(body['body']);
    return { status: 200, body: found };
  };

  const changeCheck = ({ url, body }: Call): Answer => {
    const check = checks.find(({ id }) => id === Number(url.pathname.split('/').at(-1)));
    if (check === undefined) return { status: 404, body: { message: 'Not Found' } };
    const { output, ...rest } = body as { output?: { title: string; summary: string; annotations: CheckRun['annotations'] } };
    if ((output?.annotations.length ?? 0) > annotationsMax) return { status: 422, body: { message: 'No more than 50 annotations' } };
    Object.assign(check, rest, output === undefined ? {} : { output: { title: output.title, summary: output.summary } });
    check.annotations.push(...(output?.annotations ?? []));
    return { status: 200, body: check };
  };

  const act = async (call: Call): Promise<Answer> => {
    const path = call.url.pathname.replace(repository, '');
    const { method, body } = call;
    if (path === '/oidc') return { status: 200, body: { value: await github.idToken(call.url.searchParams.get('audience') ?? '') } };
    if (method === 'GET' && path === '/issues/7/comments') return list(call);
    if (method === 'POST' && path === '/issues/7/comments') return { status: 201, body: say(bot, String(body['body'])) };
    if (/^\/issues\/comments\/\d+$/.test(path)) return changeComment(call);
    if (method === 'POST' && path === '/check-runs') {
      const check = { id: nextId++, annotations: [], ...body } as unknown as CheckRun;
      checks.push(check);
      return { status: 201, body: check };
    }
    if (method === 'PATCH' && path.startsWith('/check-runs/')) return changeCheck(call);
    return { status: 404, body: { message: 'Not Found' } };
  };

  const server = createServer((request, response) => {
    void answer(request).then(({ status, body, headers }) => send(response, status, body, headers));
  });
  async function answer(request: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const url = new URL(request.url ?? '/', github.url);
    const { method = 'GET' } = request;
    requests.push(`${method} ${url.pathname.replace(repository, '')}`);
    const call = { method, url, body: chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Call['body']) };
    const at = faults.findIndex(({ on }) => on.test(`${method} ${url.pathname}`));
    const [fault] = at < 0 ? [] : faults.splice(at, 1);
    if (fault === undefined) return act(call);
    if (fault.done === true) await act(call);
    return { status: fault.status, body: { message: fault.message ?? 'broken' }, headers: fault.headers ?? {} };
  }

  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const github: FakeGitHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    comments,
    checks,
    requests,
    faults,
    idToken: async () => '',
    say,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return github;
}

function send(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
