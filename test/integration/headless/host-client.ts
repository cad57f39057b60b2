import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { WebSocket } from 'ws';
import { type BackendConnection, connectBackend, socketWire } from '#renderer/rpc/index.ts';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A browser's requests to a host, with any headers; knows one cookie. `ca`: the file of the certificate it trusts. */
export class HostClient {
  readonly origin: string;
  readonly #ca: string | undefined;
  cookie = '';

  constructor(url: string, ca?: string) {
    this.origin = new URL(url).origin;
    this.#ca = ca === undefined ? undefined : readFileSync(ca, 'utf8');
  }

  ask(
    pathname: string,
    {
      method = 'GET',
      headers = {},
      body,
    }: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    const send = this.origin.startsWith('https') ? httpsRequest : httpRequest;
    const options = {
      method,
      headers: { ...(this.cookie ? { Cookie: this.cookie } : {}), ...headers },
      agent: false as const,
      path: pathname,
      // What it is connected to, whatever the Host header says.
      ...(this.#ca ? { ca: this.#ca, servername: new URL(this.origin).hostname } : {}),
    };
    return new Promise((resolve, reject) => {
      const request = send(this.origin, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  /** Sends the form of the sign-in page, as a browser would, and keeps the cookie. */
  async signIn(token: string, headers: Record<string, string> = { Origin: this.origin }): Promise<Answer> {
    const answer = await this.ask('/sign-in', {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
      body: new URLSearchParams({ token }).toString(),
    });
    const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0];
    if (cookie) this.cookie = cookie;
    return answer;
  }

  socket(pathname: string, headers: Record<string, string> = {}): WebSocket {
    return new WebSocket(`${this.origin.replace('http', 'ws')}${pathname}`, {
      headers: { Origin: this.origin, ...(this.cookie ? { Cookie: this.cookie } : {}), ...headers },
      ...(this.#ca ? { ca: this.#ca } : {}),
    });
  }

  /** How a WebSocket is answered: 101 when it is opened. */
  upgrade(pathname: string, headers: Record<string, string> = {}): Promise<number> {
    return new Promise((resolve, reject) => {
      const socket = this.socket(pathname, headers);
      socket.on('open', () => {
        socket.terminate();
        resolve(101);
      });
      socket.on('unexpected-response', (_request, response) => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      });
      socket.on('error', reject);
    });
  }

  /** The contract over a WebSocket of its own; the caller closes it. */
  connect(): BackendConnection {
    return connectBackend({
      connect: (channel, signal) =>
        socketWire(this.socket(`/${channel}`) as unknown as globalThis.WebSocket, signal),
    });
  }
}
