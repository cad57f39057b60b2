import type { z } from 'zod';
import type { machineFilter } from '#shared/contract/sites.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Inventory, inventory, type Machine } from '#shared/domain/machine.ts';
import { type MachinePolicy, machinePolicy } from '#shared/domain/recovery.ts';
import { runStates } from '#shared/domain/run.ts';
import { type SiteKind, siteKind } from '#shared/domain/site.ts';
import { type Damage, readJson, writeJson } from './damage.ts';
import { searchable, searchWords, wholeNumber } from './search.ts';
import type { Sql, SqlValue } from './sql.ts';

export type MachineFilter = z.infer<typeof machineFilter>;

interface MachineRow {
  id: string;
  siteId: string;
  siteName: string;
  siteKind: string;
  name: string;
  seenAt: number | null;
  inventory: string | null;
  policy: string | null;
  runningRuns: number;
  queuedRuns: number;
}

const rank = (state: (typeof runStates)[number]): number => runStates.indexOf(state);
// Running is all that holds the machine: from preparing to stopping.
const runningSql = `(SELECT count(*) FROM runs WHERE machineId = machines.id AND stateRank BETWEEN ${rank('preparing')} AND ${rank('stopping')} AND place <> 'damaged')`;
const queuedSql = `(SELECT count(*) FROM runs WHERE machineId = machines.id AND stateRank = ${rank('queued')} AND place <> 'damaged')`;
const columns = `machines.id, siteId, sites.name AS siteName, sites.kind AS siteKind, machines.name, seenAt, inventory, policy,
  ${runningSql} AS runningRuns, ${queuedSql} AS queuedRuns`;

const orders: Record<MachineFilter['sort'], string> = {
  name: 'searchText',
  seen: 'seenAt',
  accelerators: 'acceleratorCount',
  runs: `${runningSql} + ${queuedSql}`,
};

export class MachinesRepository {
  readonly #sql: Sql;
  readonly #damage: Damage;
  // Known only while the app runs, and true again only once somebody has looked: never saved.
  readonly #connections = new Map<string, string>();

  constructor(sql: Sql, damage: Damage) {
    this.#sql = sql;
    this.#damage = damage;
  }

  /** Adds a machine of a site; one that is there keeps its inventory and gets the name. */
  upsert(machine: { id: string; siteId: string; name: string }): void {
    this.#sql.transaction(() => {
      this.#sql.run(
        `INSERT INTO machines (id, siteId, name, searchText) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET siteId = excluded.siteId, name = excluded.name, searchText = excluded.searchText`,
        machine.id,
        machine.siteId,
        machine.name,
        searchable(machine.name),
      );
      this.#renameInRuns(machine.id, machine.name);
    });
  }

  get(id: string): Machine | undefined {
    const row = this.#sql.get<MachineRow>(
      `SELECT ${columns} FROM machines JOIN sites ON sites.id = siteId WHERE machines.id = ?`,
      id,
    );
    return row && this.#read(row);
  }

  /** The machine, or MACHINE_UNKNOWN. */
  require(id: string): Machine {
    const machine = this.get(id);
    if (!machine) {
      throw new TrainyardError(
        'MACHINE_UNKNOWN',
        'This machine is not there any more; its site was removed.',
        {
          params: { machineId: id },
        },
      );
    }
    return machine;
  }

  /** One window of the machines. Searches name, site name, host name and accelerator models of the last inventory. */
  list(filter: MachineFilter): { rows: Machine[]; total: number } {
    const words = searchWords(filter.search);
    const where =
      words.length === 0 ? '' : `WHERE ${words.map(() => 'instr(searchText, ?) > 0').join(' AND ')}`;
    const direction = filter.descending ? 'DESC' : 'ASC';
    const total =
      this.#sql.get<{ n: number }>(`SELECT count(*) AS n FROM machines ${where}`, ...words)?.n ?? 0;
    const values: SqlValue[] = [...words, filter.limit, filter.offset];
    const rows = this.#sql.all<MachineRow>(
      `SELECT ${columns} FROM machines JOIN sites ON sites.id = siteId ${where}
       ORDER BY ${orders[filter.sort]} ${direction}, machines.id ${direction} LIMIT ? OFFSET ?`,
      ...values,
    );
    return { rows: rows.map((row) => this.#read(row)), total };
  }

  /** Ids of all machines, or of one site's. */
  ids(siteId?: string): string[] {
    const rows =
      siteId === undefined
        ? this.#sql.all<{ id: string }>('SELECT id FROM machines ORDER BY id')
        : this.#sql.all<{ id: string }>('SELECT id FROM machines WHERE siteId = ? ORDER BY id', siteId);
    return rows.map((row) => row.id);
  }

  /** Saves what a probe found; the machine counts as seen at that time. */
  setInventory(id: string, found: Inventory): void {
    const text = writeJson(inventory, found);
    this.#sql.passing(() => {
      const row = this.#sql.get<{ name: string }>('SELECT name FROM machines WHERE id = ?', id);
      if (!row) return;
      const models = new Set(found.accelerators.map((one) => one.model));
      this.#sql.run(
        `UPDATE machines SET inventory = ?, acceleratorCount = ?, searchText = ?, seenAt = max(coalesce(seenAt, 0), ?)
         WHERE id = ?`,
        text,
        found.accelerators.length,
        searchable(row.name, found.hostName, ...models),
        wholeNumber(found.takenAt),
        id,
      );
      this.#sql.run("DELETE FROM damagedRows WHERE tableName = 'machines' AND key = ?", id);
    });
  }

  /** Notes that the machine was heard from at `at` (never moves back). */
  setSeen(id: string, at: number): void {
    this.#sql.passing(() => {
      this.#sql.run(
        'UPDATE machines SET seenAt = max(coalesce(seenAt, 0), ?) WHERE id = ?',
        wholeNumber(at),
        id,
      );
    });
  }

  /** How its connection stands, for the lists: kept in memory, 'disconnected' until told otherwise. */
  setConnection(id: string, state: string): void {
    this.#connections.set(id, state);
  }

  connection(id: string): string {
    return this.#connections.get(id) ?? 'disconnected';
  }

  /** What is set for it; the default where nothing is, or where it cannot be read. */
  policy(id: string): MachinePolicy {
    const row = this.#sql.get<{ policy: string | null }>('SELECT policy FROM machines WHERE id = ?', id);
    return this.#policyOf(row?.policy ?? null);
  }

  setPolicy(id: string, policy: MachinePolicy): void {
    this.#sql.run('UPDATE machines SET policy = ? WHERE id = ?', writeJson(machinePolicy, policy), id);
  }

  #policyOf(text: string | null): MachinePolicy {
    const found = text === null ? null : readJson(machinePolicy, text);
    return found?.ok ? found.value : { draining: false, window: null, preference: 0 };
  }

  #renameInRuns(machineId: string, name: string): void {
    const runs = this.#sql.all<{ id: string; name: string }>(
      'SELECT id, name FROM runs WHERE machineId = ? AND machineName <> ?',
      machineId,
      name,
    );
    for (const run of runs) {
      this.#sql.run(
        'UPDATE runs SET machineName = ?, searchText = ? WHERE id = ?',
        name,
        searchable(run.name, run.id, name),
        run.id,
      );
    }
  }

  #read(row: MachineRow): Machine {
    const found = row.inventory === null ? null : readJson(inventory, row.inventory);
    if (found?.ok === false) this.#damage.report('machines', row.id, row.name, found.why, row);
    const kind: SiteKind = siteKind.safeParse(row.siteKind).data ?? 'ssh';
    return {
      id: row.id,
      siteId: row.siteId,
      siteName: row.siteName,
      siteKind: kind,
      name: row.name,
      inventory: found?.ok ? found.value : null,
      seenAt: row.seenAt,
      connectionState: this.connection(row.id),
      runningRuns: row.runningRuns,
      queuedRuns: row.queuedRuns,
      draining: this.#policyOf(row.policy).draining,
    };
  }
}
