import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Activity } from '#backend/activity/index.ts';
import type { Clock } from '#backend/clock.ts';
import type { Store } from '#backend/store/index.ts';
import type { AccessToken } from '#shared/domain/access.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import { type Actor, appItself, type Role, roleSchema } from '#shared/domain/role.ts';
import { RevokedTokens } from './revoked.ts';

/** Somebody whose token holds. `ended` aborts the moment it does not any more. */
export interface SignedIn {
  token: AccessToken;
  actor: Actor;
  ended: AbortSignal;
}

interface TokenRow extends Omit<AccessToken, 'role'> {
  role: string;
  hash: string;
}

const columns = 'id, name, role, hash, createdAt, createdBy, expiresAt, usedAt';
/** How late an open connection may learn that its token has expired; a new one is refused to the millisecond. */
const longestWaitMs = 30_000;
/** Makes a token that was left in a file findable for scanners. */
const mark = 'trainyard_';

/**
 * The named tokens that let browsers in. Of each only its SHA-256 is kept. A slow hash would add nothing: it makes
 * guessing dear, and 256 random bits cannot be guessed; a fast one keeps wrong tokens from costing us time.
 */
export class AccessTokens {
  readonly #store: Store;
  readonly #activity: Activity;
  readonly #clock: Clock;
  readonly #endings = new Map<string, AbortController>();
  readonly #closing = new AbortController();
  readonly #revoked: RevokedTokens;

  /** `revokedFile` remembers what was revoked whatever becomes of the database. */
  constructor({
    store,
    activity,
    clock,
    revokedFile,
  }: {
    store: Store;
    activity: Activity;
    clock: Clock;
    revokedFile: string;
  }) {
    this.#store = store;
    this.#activity = activity;
    this.#clock = clock;
    this.#revoked = new RevokedTokens(revokedFile);
    this.#lookAnew();
    store.onRestored(() => this.#lookAnew());
  }

  /** By name; those that have expired too, so that the owner sees why somebody cannot get in. */
  list(): AccessToken[] {
    return this.#rows().map(withoutHash);
  }

  /** Whether anybody could sign in with a token now. */
  hasUsable(): boolean {
    return this.#rows().some((row) => this.#holds(row));
  }

  /** `secret` is the only copy there is. Throws TOKEN_NAME_TAKEN. */
  create(
    wanted: { name: string; role: Role; lifetimeSeconds: number | null },
    actor: Actor,
  ): { token: AccessToken; secret: string } {
    const secret = mark + randomBytes(32).toString('base64url');
    const createdAt = this.#clock.now();
    const token: AccessToken = {
      id: newId(),
      name: wanted.name,
      role: wanted.role,
      createdAt,
      createdBy: actor.name,
      expiresAt: wanted.lifetimeSeconds === null ? null : createdAt + wanted.lifetimeSeconds * 1000,
      usedAt: null,
    };
    this.#store.transaction(() => {
      if (this.#rows().some(({ name }) => name.toLowerCase() === token.name.toLowerCase())) {
        throw new TrainyardError(
          'TOKEN_NAME_TAKEN',
          `There is a token "${token.name}" already. Revoke it first, or choose another name.`,
          { params: { name: token.name } },
        );
      }
      this.#store.sql.run(
        `INSERT INTO accessTokens (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL)`,
        token.id,
        token.name,
        token.role,
        hashOf(secret),
        token.createdAt,
        token.createdBy,
        token.expiresAt,
      );
      this.#activity.record({
        actor,
        action: 'access.create',
        target: token.name,
        details: { role: token.role, expiresAt: token.expiresAt, id: token.id },
      });
    });
    return { token, secret };
  }

  /** Whoever came in with it is out at once. Throws TOKEN_UNKNOWN. */
  revoke(tokenId: string, actor: Actor): void {
    this.#store.transaction(() => {
      const row = this.#row(tokenId);
      if (!row) {
        throw new TrainyardError('TOKEN_UNKNOWN', 'This token is not there any more; it was revoked.', {
          params: { tokenId },
        });
      }
      this.#revoked.add(tokenId);
      this.#store.sql.run('DELETE FROM accessTokens WHERE id = ?', tokenId);
      this.#activity.record({
        actor,
        action: 'access.revoke',
        target: row.name,
        details: { role: row.role, id: tokenId },
      });
      this.#store.afterCommit(() => this.#end(tokenId));
    });
  }

  /** Who has this token, recorded as a sign-in; null for one that is wrong, revoked or expired. */
  signIn(secret: string): SignedIn | null {
    const given = Buffer.from(hashOf(secret), 'hex');
    let found: TokenRow | null = null;
    // All of them, each in the same time, so that the time does not tell which was near.
    for (const row of this.#rows()) {
      const kept = Buffer.from(row.hash, 'hex');
      if (kept.length === given.length && timingSafeEqual(kept, given)) found = row;
    }
    if (!found || !this.#holds(found)) return null;
    const signedIn = this.#signedIn(found);
    this.#store.transaction(() => {
      this.#store.sql.run(
        'UPDATE accessTokens SET usedAt = ? WHERE id = ?',
        this.#clock.now(),
        signedIn.token.id,
      );
      this.#activity.record({ actor: signedIn.actor, action: 'access.signIn', target: signedIn.token.name });
    });
    return signedIn;
  }

  /** Who signed in with the token of this id, as long as it holds. */
  holder(tokenId: string): SignedIn | null {
    const row = this.#row(tokenId);
    return row && this.#holds(row) ? this.#signedIn(row) : null;
  }

  close(): void {
    this.#closing.abort();
  }

  #signedIn(row: TokenRow): SignedIn {
    let ending = this.#endings.get(row.id);
    if (!ending) {
      ending = new AbortController();
      this.#endings.set(row.id, ending);
      if (row.expiresAt !== null) void this.#awaitExpiry(row.id, row.expiresAt, ending.signal);
    }
    const token = withoutHash(row);
    return { token, actor: { name: token.name, role: token.role }, ended: ending.signal };
  }

  /** In short waits: while the computer sleeps a timer does not run, and it cannot run for months. */
  async #awaitExpiry(tokenId: string, expiresAt: number, ended: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([ended, this.#closing.signal]);
    while (!stop.aborted && this.#clock.now() < expiresAt) {
      const waitMs = Math.min(longestWaitMs, expiresAt - this.#clock.now());
      // Rejects only when it is stopped.
      await this.#clock.sleep(waitMs, stop).catch(() => undefined);
    }
    if (!stop.aborted) this.#end(tokenId);
  }

  #end(tokenId: string): void {
    this.#endings.get(tokenId)?.abort();
    this.#endings.delete(tokenId);
  }

  /** The database may be an older one than it was: what was revoked since stays revoked, and what it does not know ends. */
  #lookAnew(): void {
    const revoked = this.#revoked.ids();
    const back = this.#rows().filter(({ id }) => revoked.has(id));
    if (back.length > 0) {
      this.#store.transaction(() => {
        for (const { id, name } of back) {
          this.#store.sql.run('DELETE FROM accessTokens WHERE id = ?', id);
          this.#activity.record({
            actor: appItself,
            action: 'access.revoke',
            target: name,
            details: { id, why: 'it came back with an older database' },
          });
        }
      });
    }
    for (const id of [...this.#endings.keys()]) if (!this.#row(id)) this.#end(id);
  }

  #holds(row: TokenRow): boolean {
    return (
      roleSchema.safeParse(row.role).success && (row.expiresAt === null || row.expiresAt > this.#clock.now())
    );
  }

  #rows(): TokenRow[] {
    return this.#store.sql.all<TokenRow>(`SELECT ${columns} FROM accessTokens ORDER BY lower(name), id`);
  }

  #row(id: string): TokenRow | undefined {
    return this.#store.sql.get<TokenRow>(`SELECT ${columns} FROM accessTokens WHERE id = ?`, id);
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

function withoutHash({ hash: _hash, role, ...rest }: TokenRow): AccessToken {
  const known = roleSchema.safeParse(role);
  // A role that makes no sense (a damaged row) may do least, and its token lets nobody in.
  return { ...rest, role: known.success ? known.data : 'viewer' };
}
