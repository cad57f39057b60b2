import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Door, newToken, OneTimeTokens, openDoor, Sessions } from '#backend/door/index.ts';
import type { Backend } from '#backend/main.ts';
import { securityHeaders } from './security-headers.ts';
import { StaticFiles } from './static-files.ts';

export interface BrowserHostOptions {
  backend: Pick<Backend, 'router' | 'bytes' | 'log'>;
  /** The folder with the built page. */
  pageDirectory: string;
  host?: string;
  port?: number;
  /** Signs the sessions; given again after a restart, the browsers stay signed in. */
  sessionKey?: string;
  now?: () => number;
}

export interface BrowserHost {
  /** Without the token. */
  url: string;
  /** Lets the CLI in. */
  token: string;
  /** A new address that signs one browser in, once. */
  loginUrl(): string;
  close(): Promise<void>;
}

/** Serves the page and its two WebSockets to browsers on this computer. */
export async function openBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const { backend, host = '127.0.0.1', port = 0, now = Date.now } = options;
  const tokens = new OneTimeTokens();
  const sessions = new Sessions(options.sessionKey ?? newToken(), now);
  const files = new StaticFiles(options.pageDirectory);
  const door = await openDoor({
    router: backend.router,
    bytes: backend.bytes,
    log: backend.log,
    host,
    port,
    sessionOf: (request) => {
      const cookie = sessionCookie(request);
      return cookie !== null && sessions.isValid(cookie) ? { name: 'browser', role: 'owner' } : null;
    },
    onRequest: (request, response, opened) => {
      answer(request, response, opened).catch((error: unknown) => {
        backend.log.error({ err: error, path: request.url }, 'a request failed');
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    },
  });

  async function answer(request: IncomingMessage, response: ServerResponse, opened: Door): Promise<void> {
    for (const [name, value] of Object.entries(securityHeaders(request.headers.host ?? '')))
      response.setHeader(name, value);
    const url = URL.parse(request.url ?? '/', opened.url);
    if (!url) return plain(response, 400, 'This is not an address.');
    if (request.method === 'POST' && url.pathname === '/login-url') {
      if (!opened.hasToken(request)) return plain(response, 401, 'Only the command line may ask for this.');
      return json(response, 200, { url: loginUrl() });
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return plain(response, 405, 'Only GET is answered here.');
    }
    const token = url.searchParams.get('token');
    if (token !== null) return signIn(request, response, token);
    if (url.pathname === '/session') {
      const cookie = sessionCookie(request);
      const valid = cookie !== null && sessions.isValid(cookie);
      return json(response, valid ? 200 : 401, { signedIn: valid });
    }
    return sendFile(request, response, request.url?.split('?')[0] ?? '/');
  }

  function signIn(request: IncomingMessage, response: ServerResponse, token: string): void {
    response.setHeader('Cache-Control', 'no-store');
    if (!tokens.use(token)) {
      // Opened twice by a browser that is signed in: nothing is wrong.
      const cookie = sessionCookie(request);
      if (cookie === null || !sessions.isValid(cookie)) {
        plain(
          response,
          403,
          'This address has been used already, or is not one of ours. `trainyard open` gives a new one.',
        );
        return;
      }
      response.writeHead(303, { Location: '/' }).end();
      return;
    }
    response.setHeader(
      'Set-Cookie',
      `${cookieName(request)}=${sessions.create()}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Sessions.lifetimeMs / 1000}`,
    );
    response.writeHead(303, { Location: '/' }).end();
  }

  async function sendFile(
    request: IncomingMessage,
    response: ServerResponse,
    pathname: string,
  ): Promise<void> {
    const file = await files.find(pathname);
    if (!file) return plain(response, 404, 'There is nothing here.');
    response.writeHead(200, {
      'Content-Type': file.type,
      'Content-Length': file.bytes,
      'Cache-Control': file.cacheControl,
    });
    if (request.method === 'HEAD') {
      await file.close();
      response.end();
      return;
    }
    const stream = file.read();
    stream.on('error', () => response.destroy());
    response.on('close', () => stream.destroy());
    stream.pipe(response);
  }

  const loginUrl = () => `${door.url}/?token=${tokens.create()}`;
  return { url: door.url, token: door.token, loginUrl, close: () => door.close() };
}

/** Cookies do not know ports: each port's has its own name, so that two Trainyards do not sign each other's browsers out. */
function cookieName(request: IncomingMessage): string {
  return `trainyard_${request.headers.host?.split(':').at(-1) ?? ''}`;
}

function sessionCookie(request: IncomingMessage): string | null {
  const name = cookieName(request);
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=');
    if (key === name && value) return value;
  }
  return null;
}

function plain(response: ServerResponse, status: number, sentence: string): void {
  whole(response, status, 'text/plain; charset=utf-8', `${sentence}\n`);
}

function json(response: ServerResponse, status: number, value: unknown): void {
  whole(response, status, 'application/json', JSON.stringify(value));
}

function whole(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
