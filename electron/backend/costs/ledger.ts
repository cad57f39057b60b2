import { z } from 'zod';
import type { Store } from '#backend/store/index.ts';
import { heldOf, wholeAccelerators } from './accelerators.ts';
import type { Use } from './charge.ts';

interface SaidRow extends Omit<UseRow, 'gpus' | 'machineGpus'> {
  /** Accelerators it holds, as JSON. */
  held: string;
  /** How many the machine has, slices among them. */
  there: number;
}

// One that cannot be read is still one that is held.
const heldSchema = z.array(z.object({ uuid: z.string() }).catch({ uuid: '' }));

interface UseRow {
  runId: string;
  epoch: number;
  machineId: string;
  machineName: string;
  gpus: number;
  machineGpus: number;
  startedAt: number;
  endedAt: number | null;
}

/** A list that cannot be read holds nothing: one damaged row must not keep all others from being counted. */
const held = `CASE WHEN json_valid(a.accelerators) AND json_type(a.accelerators) = 'array' THEN a.accelerators ELSE '[]' END`;

/**
 * What attempts say now of the time they used: from when their box began them until they ended; one that was lost while its machine
 * could not be seen, until its last sign of life. An end before its start (a clock that was set) is no time at all.
 */
const usedByAttempts = `
  SELECT a.runId, a.epoch, a.machineId, a.machineName, ${held} AS held, coalesce(m.acceleratorCount, 0) AS there, a.startedAt,
    max(a.startedAt, CASE WHEN a.state = 'lost' AND a.seenAt < a.endedAt THEN a.seenAt ELSE a.endedAt END) AS endedAt
  FROM attempts a LEFT JOIN machines m ON m.id = a.machineId WHERE a.startedAt IS NOT NULL`;

/**
 * The time that attempts used of machines. It follows the table of attempts and is made equal to it whenever somebody looks, so that
 * nothing is counted twice or forgotten over crashes, restarts and moves; what belongs to deleted runs stays.
 */
export class UsageLedger {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Takes in what attempts say, of one run or of all. Returns whether anything was new. */
  follow(runId?: string): boolean {
    const { sql } = this.#store;
    const values = runId === undefined ? [] : [runId];
    const said = `${usedByAttempts}${runId === undefined ? '' : ' AND a.runId = ?'}`;
    const news = `SELECT said.* FROM (${said}) said LEFT JOIN usage u ON u.runId = said.runId AND u.epoch = said.epoch
      WHERE u.runId IS NULL OR u.endedAt IS NOT said.endedAt OR u.startedAt <> said.startedAt
        OR u.machineId <> said.machineId OR u.machineName <> said.machineName
        OR (u.gpus = 0 AND said.held <> '[]') OR (u.machineGpus = 0 AND said.there > 0)`;
    // Mostly nothing is new: then nothing is written.
    const rows = sql.all<SaidRow>(news, ...values);
    if (rows.length === 0) return false;
    this.#store.transaction(() => {
      for (const row of rows) this.#take(row);
    });
    return true;
  }

  /** Ends what is open of runs that are not there any more. Returns whether there was any. */
  closeForgotten(now: number): boolean {
    const { changes } = this.#store.sql.run(
      `UPDATE usage SET endedAt = max(startedAt, ?) WHERE endedAt IS NULL
         AND NOT EXISTS (SELECT 1 FROM attempts a WHERE a.runId = usage.runId AND a.epoch = usage.epoch)`,
      now,
    );
    return changes > 0;
  }

  /** Everything that has any part between two instants, and whatever shared a machine with it from its beginning on. */
  between(from: number, to: number, now: number): Use[] {
    const begin = this.#store.sql.get<{ at: number | null }>(
      'SELECT min(startedAt) AS at FROM usage WHERE startedAt < ? AND (endedAt IS NULL OR endedAt > ?)',
      to,
      from,
    );
    return this.#read(Math.min(begin?.at ?? from, from), to, now);
  }

  /** When the first attempt of these runs began; null: none has. */
  beginning(runIds: readonly string[]): number | null {
    const row = this.#store.sql.get<{ at: number | null }>(
      'SELECT min(startedAt) AS at FROM usage WHERE runId IN (SELECT value FROM json_each(?))',
      JSON.stringify(runIds),
    );
    return row?.at ?? null;
  }

  #read(from: number, to: number, now: number): Use[] {
    const rows = this.#store.sql.all<UseRow>(
      `SELECT runId, epoch, machineId, machineName, gpus, machineGpus, startedAt, endedAt FROM usage
       WHERE startedAt < ? AND (endedAt IS NULL OR endedAt > ?) ORDER BY startedAt, runId, epoch`,
      to,
      from,
    );
    return rows.map((row) => ({ ...row, endedAt: row.endedAt ?? Math.max(now, row.startedAt) }));
  }

  #take({ held: text, there: count, ...row }: SaidRow): void {
    const uuids = heldSchema.parse(JSON.parse(text)).map(({ uuid }) => uuid);
    const there = this.#store.machines.get(row.machineId)?.inventory?.accelerators ?? [];
    const gpus = heldOf(uuids, there);
    const machineGpus = Math.max(gpus, wholeAccelerators(there) || count);
    // How many accelerators a machine had then stays as it was said first: one that falls off the bus makes no run dearer.
    this.#store.sql.run(
      `INSERT INTO usage (runId, epoch, machineId, machineName, gpus, machineGpus, startedAt, endedAt)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (runId, epoch) DO UPDATE SET machineId = excluded.machineId, machineName = excluded.machineName,
         gpus = excluded.gpus, machineGpus = max(CASE usage.machineGpus WHEN 0 THEN excluded.machineGpus ELSE usage.machineGpus END, excluded.gpus),
         startedAt = excluded.startedAt, endedAt = excluded.endedAt`,
      row.runId,
      row.epoch,
      row.machineId,
      row.machineName,
      gpus,
      machineGpus,
      row.startedAt,
      row.endedAt,
    );
  }
}
