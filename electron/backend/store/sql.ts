import type Database from 'better-sqlite3';
import { storeError } from './errors.ts';

export type SqlValue = string | number | bigint | Uint8Array | null;

/**
 * The one way to the database: statements are prepared once, failures come as `TrainyardError`s, and the connection
 * beneath can be exchanged (a restore) while everyone keeps this object.
 */
export class Sql {
  #database: Database.Database;
  #prepared = new Map<string, Database.Statement<SqlValue[]>>();
  #afterCommit: (() => void)[] = [];
  #depth = 0;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** The connection itself: for backups and pragmas. */
  get connection(): Database.Database {
    return this.#database;
  }

  get isOpen(): boolean {
    return this.#database.open;
  }

  /** Goes on with another connection. The old one is closed by the caller. */
  exchange(database: Database.Database): void {
    this.#prepared.clear();
    this.#database = database;
  }

  run(text: string, ...values: SqlValue[]): Database.RunResult {
    return this.#guard(() => this.#prepare(text).run(...values));
  }

  /** The first row or undefined. `Row` is the caller's word for the columns it names. */
  get<Row>(text: string, ...values: SqlValue[]): Row | undefined {
    return this.#guard(() => this.#prepare(text).get(...values) as Row | undefined);
  }

  all<Row>(text: string, ...values: SqlValue[]): Row[] {
    return this.#guard(() => this.#prepare(text).all(...values) as Row[]);
  }

  /**
   * Runs `work` in one transaction: all of it is on the disk when this returns, or nothing of it. Inside another
   * transaction it is a savepoint of that one. `work` must not be async.
   */
  transaction<T>(work: () => T extends PromiseLike<unknown> ? never : T): T {
    return this.#transact(work, false);
  }

  /**
   * The same for what is found out anew at the next look (is it connected, what does it have): it outlives this process, but maybe not
   * a power cut, and so costs no wait for the disk. Inside another transaction it is part of that.
   */
  passing<T>(work: () => T extends PromiseLike<unknown> ? never : T): T {
    return this.#transact(work, this.#depth === 0);
  }

  #transact<T>(work: () => T extends PromiseLike<unknown> ? never : T, isPassing: boolean): T {
    const before = this.#afterCommit.length;
    this.#depth += 1;
    let result: T;
    try {
      if (isPassing) this.#database.pragma('synchronous = NORMAL');
      const transaction = this.#database.transaction(work as () => T);
      result = this.#depth === 1 ? transaction.immediate() : transaction();
    } catch (error) {
      this.#afterCommit.length = before;
      throw storeError(error);
    } finally {
      this.#depth -= 1;
      // Before anybody hears of it: what they write is to be on the disk.
      if (isPassing && this.#database.open) this.#database.pragma('synchronous = FULL');
    }
    if (this.#depth === 0) this.#runAfterCommit();
    return result;
  }

  /** Calls `then` once the transaction we are in is on the disk (now, outside of one); never when it was rolled back. */
  afterCommit(then: () => void): void {
    if (this.#depth === 0) then();
    else this.#afterCommit.push(then);
  }

  #runAfterCommit(): void {
    const calls = this.#afterCommit;
    this.#afterCommit = [];
    for (const call of calls) call();
  }

  #prepare(text: string): Database.Statement<SqlValue[]> {
    const known = this.#prepared.get(text);
    if (known) return known;
    const statement = this.#database.prepare<SqlValue[]>(text);
    // Lists build their text from a few parts; should that ever grow without bound, memory must not.
    if (this.#prepared.size >= 500) this.#prepared.clear();
    this.#prepared.set(text, statement);
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storeError(error);
    }
  }
}
