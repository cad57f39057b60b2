import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ActivityEntry } from '#shared/contract/activity.ts';
import type { Told } from '#shared/domain/because.ts';
import { sayChain } from '#shared/domain/chain-sentences.ts';

/** One row of the log as it is stored: `details` is canonical JSON, `hash` binds the row to all before it. */
export interface ActivityRow {
  sequence: number;
  at: number;
  actor: string;
  role: string;
  action: string;
  target: string;
  result: string;
  details: string;
  hash: string;
}

/** The newest entry, signed: with it, nothing can be cut off the end unseen. */
export interface ActivityHead {
  sequence: number;
  hash: string;
  mac: string;
}

export interface Verdict {
  ok: boolean;
  entries: number;
  /** The sequence number of the first entry that is altered, missing or not ours; null where all is well. */
  firstBad: number | null;
  why: string;
  /** The same with its code; null: nothing is. */
  reason: Told | null;
}

/** What the first entry is bound to. */
export const beginning = '0'.repeat(64);

/** JSON with the keys of every object in order and nothing optional: the same value always gives the same text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** SHA-256 over the entry's canonical JSON and the hash of the entry before it. */
export function hashEntry(entry: Omit<ActivityRow, 'hash'>, previousHash: string): string {
  const { sequence, at, actor, role, action, target, result, details } = entry;
  const text = canonicalJson({ sequence, at, actor, role, action, target, result, details, previousHash });
  return createHash('sha256').update(text).digest('hex');
}

export const signHead = (sequence: number, hash: string, key: Uint8Array): string =>
  createHmac('sha256', key).update(`trainyard activity head\n${sequence}\n${hash}`).digest('hex');

export function headFits(head: ActivityHead, key: Uint8Array): boolean {
  const wanted = Buffer.from(signHead(head.sequence, head.hash, key), 'utf8');
  const given = Buffer.from(head.mac, 'utf8');
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

/** Follows the chain row by row, so that a long log need not be in memory. */
export class ChainCheck {
  #entries = 0;
  #hash = beginning;
  #bad: Verdict | undefined;

  get entries(): number {
    return this.#entries;
  }

  /** The next row in the order of the log. False once something is wrong: the rest need not be read. */
  add(row: ActivityRow): boolean {
    if (this.#bad) return false;
    const expected = this.#entries + 1;
    if (row.sequence !== expected) return this.#fail(expected, sayChain('CHAIN_MISSING', expected));
    if (hashEntry(row, this.#hash) !== row.hash) {
      return this.#fail(expected, sayChain('CHAIN_ALTERED', expected));
    }
    this.#entries = expected;
    this.#hash = row.hash;
    return true;
  }

  /** The verdict, once all rows were added. */
  end(head: ActivityHead | undefined, key: Uint8Array): Verdict {
    if (!this.#bad) this.#checkHead(head, key);
    return this.#bad ?? { ok: true, entries: this.#entries, firstBad: null, why: '', reason: null };
  }

  #checkHead(head: ActivityHead | undefined, key: Uint8Array): void {
    const last = this.#entries;
    if (!head) {
      if (last > 0) this.#fail(last, sayChain('CHAIN_NO_HEAD'));
    } else if (!headFits(head, key)) {
      this.#fail(last, sayChain('CHAIN_SIGNATURE'));
    } else if (head.sequence > last) {
      this.#fail(last + 1, sayChain('CHAIN_CUT', head.sequence));
    } else if (head.sequence < last) {
      this.#fail(head.sequence + 1, sayChain('CHAIN_STRANGER', head.sequence + 1));
    } else if (head.hash !== this.#hash) {
      this.#fail(last, sayChain('CHAIN_REPLACED'));
    }
  }

  #fail(sequence: number, reason: Told): false {
    this.#bad = { ok: false, entries: this.#entries, firstBad: sequence, why: reason.message, reason };
    return false;
  }
}

/** The row as the contract's entry; `details` that are not an object (only after damage) are shown as text. */
export function asEntry(row: ActivityRow): ActivityEntry {
  return {
    sequence: row.sequence,
    at: row.at,
    actor: row.actor,
    role: row.role === 'owner' || row.role === 'operator' ? row.role : 'viewer',
    action: row.action,
    target: row.target,
    result: row.result === 'done' || row.result === 'refused' ? row.result : 'failed',
    details: detailsOf(row.details),
  };
}

function detailsOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    return { unreadable: text };
  }
  return { unreadable: text };
}
