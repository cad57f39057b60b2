import type { Clock } from '#backend/clock.ts';
import { type Sql, type SqlValue, type Store, searchWords } from '#backend/store/index.ts';
import type { ActivityEntry } from '#shared/contract/activity.ts';
import { type Actor, appItself } from '#shared/domain/role.ts';
import {
  type ActivityHead,
  type ActivityRow,
  asEntry,
  beginning,
  ChainCheck,
  canonicalJson,
  hashEntry,
  headFits,
  signHead,
  type Verdict,
} from './chain.ts';
import { safeDetails } from './details.ts';
import { exportLines } from './export.ts';
import { loadKey } from './key.ts';

export interface NewActivity {
  actor: Actor;
  /** 'run.launch', 'site.add' …: capability, dot, verb. */
  action: string;
  /** What it was done to: an identifier or a name. */
  target: string;
  result?: ActivityEntry['result'];
  /** Never a secret; members whose names sound like one are left out all the same. */
  details?: Record<string, unknown>;
}

export interface ActivityQuery {
  search: string;
  /** The whole action ('run.launch'), a capability ('run'), or '' for all. */
  action: string;
  /** Only entries with a lower sequence number. */
  before?: number | undefined;
  limit: number;
}

const columns = 'sequence, at, actor, role, action, target, result, details, hash';
/** Rows per step of what goes through the whole log, so that nothing else waits long. */
const sliceRows = 1_000;

/**
 * Everything the app did on the user's behalf, in an order that cannot be changed unseen. `record` belongs inside the
 * transaction of what it records: both are there, or neither.
 */
export class Activity {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #key: Uint8Array;

  constructor(store: Store, clock: Clock, keyFile: string) {
    this.#sql = store.sql;
    this.#clock = clock;
    const { key, isNew } = loadKey(keyFile);
    this.#key = key;
    if (isNew) this.#signAnew(store);
    else if (!this.#last())
      this.record({ actor: appItself, action: 'activity.begunAgain', target: 'activity' });
  }

  record({ actor, action, target, result = 'done', details = {} }: NewActivity): void {
    this.#sql.transaction(() => {
      const { previous, intact } = this.#end();
      const entry = {
        sequence: (previous?.sequence ?? 0) + 1,
        at: Math.round(this.#clock.now()),
        actor: actor.name.slice(0, 200),
        role: actor.role,
        action: action.slice(0, 100),
        target: target.slice(0, 500),
        result,
        details: canonicalJson(safeDetails(details)),
      };
      const hash = hashEntry(entry, previous?.hash ?? beginning);
      this.#sql.run(
        `INSERT INTO activity (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...Object.values(entry),
        hash,
      );
      // Signing over an end that does not fit would hide what happened: it stays, and `verify` finds it.
      if (intact) this.#sign(entry.sequence, hash);
    });
  }

  /** Newest first. All words of `search` must occur in actor, action, target or details. */
  list({ search, action, before, limit }: ActivityQuery): ActivityEntry[] {
    const parts: string[] = [];
    const values: SqlValue[] = [];
    if (before !== undefined) {
      parts.push('sequence < ?');
      values.push(before);
    }
    if (action !== '') {
      parts.push("(action = ? OR substr(action, 1, length(?) + 1) = ? || '.')");
      values.push(action, action, action);
    }
    for (const word of searchWords(search)) {
      parts.push("instr(lower(actor || ' ' || action || ' ' || target || ' ' || details), ?) > 0");
      values.push(word);
    }
    const where = parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`;
    return this.#sql
      .all<ActivityRow>(
        `SELECT ${columns} FROM activity ${where} ORDER BY sequence DESC LIMIT ?`,
        ...values,
        limit,
      )
      .map(asEntry);
  }

  /** Follows the whole chain and names the first entry that is altered, missing, out of its place or not ours. */
  async verify(signal?: AbortSignal): Promise<Verdict> {
    const check = new ChainCheck();
    const head = this.#head();
    const upTo = this.#last()?.sequence ?? 0;
    for await (const row of this.#rows(upTo, signal)) if (!check.add(row)) break;
    return check.end(head, this.#key);
  }

  /** The whole log as text, oldest first, in pieces: JSON lines, or CSV that a spreadsheet opens without running anything. */
  async *export(format: 'jsonl' | 'csv', signal?: AbortSignal): AsyncGenerator<string, undefined> {
    const upTo = this.#last()?.sequence ?? 0;
    yield* exportLines(format, this.#rows(upTo, signal));
    return undefined;
  }

  async *#rows(upTo: number, signal?: AbortSignal): AsyncGenerator<ActivityRow> {
    let after = Number.MIN_SAFE_INTEGER;
    for (;;) {
      signal?.throwIfAborted();
      const rows = this.#sql.all<ActivityRow>(
        `SELECT ${columns} FROM activity WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?`,
        after,
        upTo,
        sliceRows,
      );
      yield* rows;
      const last = rows.at(-1);
      if (!last) return;
      after = last.sequence;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** What the next entry follows, and whether the newest entry is the one that was signed. */
  #end(): { previous: { sequence: number; hash: string } | undefined; intact: boolean } {
    const head = this.#head();
    const last = this.#last();
    const intact = head
      ? head.sequence === last?.sequence && head.hash === last.hash && headFits(head, this.#key)
      : last === undefined;
    return { previous: (head?.sequence ?? 0) > (last?.sequence ?? 0) ? head : last, intact };
  }

  #head(): ActivityHead | undefined {
    return this.#sql.get<ActivityHead>('SELECT sequence, hash, mac FROM activityHead');
  }

  #last(): { sequence: number; hash: string } | undefined {
    return this.#sql.get('SELECT sequence, hash FROM activity ORDER BY sequence DESC LIMIT 1');
  }

  #sign(sequence: number, hash: string): void {
    this.#sql.run(
      `INSERT INTO activityHead (one, sequence, hash, mac) VALUES (1, ?, ?, ?)
       ON CONFLICT (one) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, mac = excluded.mac`,
      sequence,
      hash,
      signHead(sequence, hash, this.#key),
    );
  }

  /** The key is gone, and a new one signs what is there. That is said in the log and to the user: it is how a forger would begin. */
  #signAnew(store: Store): void {
    const last = this.#last();
    if (!last) return;
    store.transaction(() => {
      this.#sign(last.sequence, last.hash);
      this.record({
        actor: appItself,
        action: 'activity.newKey',
        target: 'activity',
        details: { after: last.sequence },
      });
      store.notices.add({
        level: 'warning',
        code: 'ACTIVITY_KEY_REPLACED',
        params: { sequence: last.sequence },
        message: `The key that protects the activity log was missing and was made anew. Entries up to ${last.sequence} could have been changed before; if you did not remove the key yourself, look into it.`,
      });
    });
  }
}
