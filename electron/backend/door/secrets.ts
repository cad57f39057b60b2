import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, safe in addresses and headers. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** Compares in a time that tells nothing about where, or by how much, they differ. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** A token that opens once. */
export class OneTimeTokens {
  readonly #open = new Set<string>();

  create(): string {
    const token = newToken();
    this.#open.add(token);
    return token;
  }

  /** True once per token. */
  use(token: string): boolean {
    let found: string | null = null;
    // All of them, so that the time does not tell which was near.
    for (const open of this.#open) if (sameSecret(open, token)) found = open;
    if (found === null) return false;
    this.#open.delete(found);
    return true;
  }
}

/** Signed session cookies: nothing about them is kept, so that a backend that was restarted with the same key knows them. */
export class Sessions {
  readonly #key: string;
  readonly #now: () => number;
  static readonly lifetimeMs = 30 * 24 * 3600 * 1000;

  constructor(key: string, now: () => number) {
    this.#key = key;
    this.#now = now;
  }

  /** For `subject`, which has no dots, until `endsAt` (epoch ms) at the latest. */
  create(subject: string, endsAt = Number.POSITIVE_INFINITY): { cookie: string; lifetimeMs: number } {
    const lifetimeMs = Math.max(0, Math.min(Sessions.lifetimeMs, endsAt - this.#now()));
    const body = `${this.#now() + lifetimeMs}.${newToken()}.${subject}`;
    return { cookie: `${body}.${this.#sign(body)}`, lifetimeMs };
  }

  /** Whom the session is for; null for one that is over or not ours. */
  subjectOf(cookie: string): string | null {
    const [expiry, nonce, subject, signature, ...rest] = cookie.split('.');
    if (!expiry || !nonce || !subject || !signature || rest.length > 0) return null;
    if (!sameSecret(this.#sign(`${expiry}.${nonce}.${subject}`), signature)) return null;
    return Number(expiry) > this.#now() ? subject : null;
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url');
  }
}
