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

  create(): string {
    const body = `${this.#now() + Sessions.lifetimeMs}.${newToken()}`;
    return `${body}.${this.#sign(body)}`;
  }

  isValid(cookie: string): boolean {
    const [expiry, nonce, signature, ...rest] = cookie.split('.');
    if (!expiry || !nonce || !signature || rest.length > 0) return false;
    if (!sameSecret(this.#sign(`${expiry}.${nonce}`), signature)) return false;
    return Number(expiry) > this.#now();
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#key).update(body).digest('base64url');
  }
}
