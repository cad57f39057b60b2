import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessTokens } from '#backend/access/index.ts';
import { newToken, OneTimeTokens, type Session, Sessions } from '#backend/door/index.ts';
import { plain, shortBody, whole } from './answers.ts';
import { signInHeaders, signInPage, signInStyle } from './sign-in-page.ts';
import { WrongTries } from './wrong-tries.ts';

export interface SignInOptions {
  /** Named tokens; null: there are none, only login links. */
  access: AccessTokens | null;
  /** Signs the sessions; given again after a restart, the browsers stay signed in. */
  sessionKey?: string | undefined;
  /** The cookie then never leaves in clear. */
  tls: boolean;
  now: () => number;
}

/** Whom a login link signs in: the user of this computer. */
const localOwner = 'owner';
const longestForm = 4096;

/** How browsers come in: by a link that works once, or by a named token at the sign-in page. A cookie keeps them in. */
export class SignIn {
  readonly #options: SignInOptions;
  readonly #links = new OneTimeTokens();
  readonly #sessions: Sessions;
  readonly #wrongTries: WrongTries;

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#sessions = new Sessions(options.sessionKey ?? newToken(), options.now);
    this.#wrongTries = new WrongTries(options.now);
  }

  /** A new token for `/?token=…`. */
  linkToken(): string {
    return this.#links.create();
  }

  /** Who sends this, by its cookie; null: nobody we know any more. */
  sessionOf(request: IncomingMessage): Session | null {
    const cookie = this.#cookieOf(request);
    const subject = cookie === null ? null : this.#sessions.subjectOf(cookie);
    if (subject === null) return null;
    if (subject === localOwner) return { actor: { name: 'browser', role: 'owner' } };
    return this.#options.access?.holder(subject) ?? null;
  }

  /** Somebody has followed a link. */
  followLink(request: IncomingMessage, response: ServerResponse, token: string): void {
    response.setHeader('Cache-Control', 'no-store');
    if (this.#links.use(token)) {
      this.#remember(request, response, localOwner);
    } else if (!this.sessionOf(request)) {
      plain(
        response,
        403,
        'This address has been used already, or is not one of ours. `trainyard open` gives a new one.',
      );
      return;
    }
    // Opened twice by a browser that is signed in: nothing is wrong.
    response.writeHead(303, { Location: '/' }).end();
  }

  /** The form and its style. True: it was asked for and has been answered. */
  async answer(request: IncomingMessage, response: ServerResponse, pathname: string): Promise<boolean> {
    if (pathname === '/sign-in.css' && request.method === 'GET') {
      whole(response, 200, 'text/css; charset=utf-8', signInStyle);
      return true;
    }
    if (pathname !== '/sign-in' || (request.method !== 'GET' && request.method !== 'POST')) return false;
    for (const [name, value] of Object.entries(signInHeaders)) response.setHeader(name, value);
    if (request.method === 'GET') this.#show(request, response, 200, null);
    else await this.#take(request, response);
    return true;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = request.socket.remoteAddress ?? '';
    const waitMs = this.#wrongTries.waitMs(address);
    if (waitMs > 0) {
      response.setHeader('Retry-After', Math.ceil(waitMs / 1000));
      response.setHeader('Connection', 'close');
      return this.#show(request, response, 429, 'wait');
    }
    // A form of another site is refused by its Origin before this; one that does not say where it is from, here.
    if (request.headers.origin === undefined) return plain(response, 403, 'Sign in with a browser.');
    const body = await shortBody(request, longestForm);
    const token = body === null ? null : new URLSearchParams(body).get('token');
    const signedIn = token ? this.#options.access?.signIn(token.trim()) : null;
    if (!signedIn) {
      this.#wrongTries.wrong(address);
      if (body === null) response.setHeader('Connection', 'close');
      return this.#show(request, response, 403, 'wrong');
    }
    this.#remember(
      request,
      response,
      signedIn.token.id,
      signedIn.token.expiresAt ?? Number.POSITIVE_INFINITY,
    );
    response.writeHead(303, { Location: '/', 'Cache-Control': 'no-store' }).end();
  }

  #show(
    request: IncomingMessage,
    response: ServerResponse,
    status: number,
    problem: 'wrong' | 'wait' | null,
  ): void {
    const page = signInPage(problem, request.headers['accept-language']);
    whole(response, status, 'text/html; charset=utf-8', page);
  }

  #remember(request: IncomingMessage, response: ServerResponse, subject: string, endsAt?: number): void {
    const { cookie, lifetimeMs } = this.#sessions.create(subject, endsAt);
    const secure = this.#options.tls ? '; Secure' : '';
    response.setHeader(
      'Set-Cookie',
      `${this.#cookieName(request)}=${cookie}; Path=/; HttpOnly; SameSite=Strict${secure}; Max-Age=${Math.floor(lifetimeMs / 1000)}`,
    );
  }

  /** Cookies do not know ports: each port's has its own name, so that two Trainyards do not sign each other's browsers out. */
  #cookieName(request: IncomingMessage): string {
    const port = /:(\d+)$/.exec(request.headers.host ?? '')?.[1] ?? '';
    // A browser takes a name that begins so from this very host and over TLS only.
    return `${this.#options.tls ? '__Host-' : ''}trainyard_${port}`;
  }

  #cookieOf(request: IncomingMessage): string | null {
    const name = this.#cookieName(request);
    for (const pair of (request.headers.cookie ?? '').split(';')) {
      const [key, value] = pair.trim().split('=');
      if (key === name && value) return value;
    }
    return null;
  }
}
