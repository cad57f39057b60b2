import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { AccessTokens } from '#backend/access/index.ts';
import { type Door, isLoopback, openDoor } from '#backend/door/index.ts';
import type { Backend } from '#backend/main.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { json, plain } from './answers.ts';
import { sendMachineFile } from './file-downloads.ts';
import { securityHeaders } from './security-headers.ts';
import { SignIn } from './sign-in.ts';
import { StaticFiles } from './static-files.ts';
import type { TlsFiles } from './tls.ts';

export interface BrowserHostOptions {
  /** With `access` browsers may sign in by a named token too. */
  backend: Pick<Backend, 'router' | 'bytes' | 'log'> & { access?: AccessTokens };
  /** The folder with the built page. */
  pageDirectory: string;
  host?: string;
  port?: number;
  /** Needed for any address but loopback. */
  tls?: TlsFiles;
  /** Signs the sessions; given again after a restart, the browsers stay signed in. */
  sessionKey?: string;
  now?: () => number;
}

export interface BrowserHost {
  /** As a browser opens it, without a token. */
  url: string;
  port: number;
  /** How the CLI gets in: an address on this computer, and its token. */
  commandLine: { url: string; token: string };
  /** Whether it is for this computer only, which is where login links are given. */
  local: boolean;
  /** A new address that signs one browser in, once. Throws LINK_LOOPBACK_ONLY. */
  loginUrl(): string;
  close(): Promise<void>;
}

/**
 * Serves the page and its two WebSockets to browsers: on this computer, or with TLS and named tokens on others too.
 * Rejects with ADDRESS_NOT_LOOPBACK, TOKEN_NEEDED or PORT_IN_USE.
 */
export async function openBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const { backend, host = '127.0.0.1', port = 0, tls, now = Date.now } = options;
  const local = isLoopback(host);
  const access = backend.access ?? null;
  if (!local && tls && !access?.hasUsable()) throw tokenNeeded(host);
  const signIn = new SignIn({ access, sessionKey: options.sessionKey, tls: tls !== undefined, now });
  const files = new StaticFiles(options.pageDirectory);
  const common = { router: backend.router, bytes: backend.bytes, log: backend.log };
  const answered = (answering: Promise<void>, request: IncomingMessage, response: ServerResponse) => {
    answering.catch((error: unknown) => {
      backend.log.error({ err: error, path: request.url?.split('?')[0] }, 'a request failed');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
  const door = await openDoor({
    ...common,
    host,
    port,
    // The command line's token opens everything: it is taken only where other computers cannot offer it.
    forCommandLine: !tls,
    ...(tls ? { tls } : {}),
    sessionOf: (request) => signIn.sessionOf(request),
    onRequest: (request, response, opened) => answered(answer(request, response, opened), request, response),
  });
  const commandLine = tls ? await openCommandLineDoor() : door;

  /** With TLS the command line has a door of its own, so that it need not know the certificate. */
  async function openCommandLineDoor(): Promise<Door> {
    try {
      return await openDoor({
        ...common,
        host: '127.0.0.1',
        port: 0,
        onRequest(request, response, opened) {
          const url = URL.parse(request.url ?? '/', opened.url);
          if (request.method === 'POST' && url?.pathname === '/login-url')
            giveLink(request, response, opened);
          else plain(response, 404, 'There is nothing here.');
        },
      });
    } catch (error) {
      await door.close();
      throw error;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, opened: Door): Promise<void> {
    const headers = securityHeaders(request.headers.host ?? '', tls !== undefined);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const url = URL.parse(request.url ?? '/', opened.url);
    if (!url) return plain(response, 400, 'This is not an address.');
    if (request.method === 'POST' && url.pathname === '/login-url')
      return giveLink(request, response, opened);
    if (access && (await signIn.answer(request, response, url.pathname))) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return plain(response, 405, 'Only GET is answered here.');
    }
    const token = url.searchParams.get('token');
    if (token !== null && local) return signIn.followLink(request, response, token);
    const session = signIn.sessionOf(request);
    // With a name it is a file of a machine; without one it is the page that shows the machine's files.
    if (/^\/files\/[^/]+\/./.test(url.pathname))
      return sendMachineFile(request, response, url, { session, bytes: backend.bytes, log: backend.log });
    const signedIn = session !== null;
    if (url.pathname === '/session') return json(response, signedIn ? 200 : 401, { signedIn });
    // Where there are named tokens, whoever comes without a session is shown where to give one.
    if (url.pathname === '/' && !signedIn && access?.hasUsable()) {
      response.writeHead(303, { Location: '/sign-in', 'Cache-Control': 'no-store' }).end();
      return;
    }
    return sendFile(request, response, request.url?.split('?')[0] ?? '/');
  }

  function giveLink(request: IncomingMessage, response: ServerResponse, opened: Door): void {
    if (!opened.hasToken(request)) plain(response, 401, 'Only the command line may ask for this.');
    else if (local) json(response, 200, { url: loginUrl() });
    else plain(response, 409, 'Login links are for browsers on this computer only.');
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
    // Looked for while the browser has gone to another page: nobody would read it, and nothing close it.
    if (request.method === 'HEAD' || response.destroyed) {
      await file.close();
      response.end();
      return;
    }
    // Lets go of the file also where the browser has gone, even before this.
    await pipeline(file.read(), response).catch((error: unknown) => {
      response.destroy();
      backend.log.debug({ err: error, path: pathname }, 'a file was not sent to its end');
    });
  }

  const boundPort = Number(new URL(door.url).port || 443);
  const anyAddress = host === '0.0.0.0' || host === '::' || host === '[::]';
  const url = tls?.name && (anyAddress || local) ? `https://${tls.name}:${boundPort}` : door.url;
  const loginUrl = () => {
    if (!local) throw linkLoopbackOnly();
    return `${url}/?token=${signIn.linkToken()}`;
  };
  return {
    url,
    port: boundPort,
    commandLine: { url: commandLine.url, token: commandLine.token },
    local,
    loginUrl,
    async close() {
      await door.close();
      if (commandLine !== door) await commandLine.close();
    },
  };
}

const tokenNeeded = (host: string): TrainyardError =>
  new TrainyardError(
    'TOKEN_NEEDED',
    `${host} can be reached from other computers, and nobody could sign in: there is no named token. Make one with \`trainyard token create NAME --role owner\`.`,
    { params: { host } },
  );

const linkLoopbackOnly = (): TrainyardError =>
  new TrainyardError(
    'LINK_LOOPBACK_ONLY',
    'This Trainyard is served to other computers, where a login link could be read on its way. Sign in with a named token: `trainyard token create NAME --role viewer`.',
  );
