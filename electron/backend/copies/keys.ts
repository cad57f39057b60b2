import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '#backend/clock.ts';
import type { ExecResult } from '#backend/processes/index.ts';
import type { MachineAccess } from '#backend/sites/index.ts';
import type { Store } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { CopyBox } from './box.ts';
import { linkLost } from './errors.ts';

/** A single-use key that may be on machines: written down before it is made, until it is proven gone. */
export interface KeyRecord {
  id: string;
  /** Where its line is to be found, and where its private half is. */
  machineId: string;
  sourceId: string;
}

const content = z.object({ sourceId: z.string(), goneFrom: z.array(z.string()).default([]) });

/** What the app remembers of single-use keys, so that whatever is killed none is left. */
export class KeyJournal {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Keys of sessions that are open now. */
  readonly #inUse = new Set<string>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** To be called before anything of it is made. */
  add({ id, machineId, sourceId }: KeyRecord): void {
    this.#inUse.add(id);
    this.#store.sql.run(
      'INSERT INTO copyKeys (id, machineId, createdAt, content) VALUES (?, ?, ?, ?)',
      id,
      machineId,
      this.#clock.now(),
      JSON.stringify({ sourceId }),
    );
  }

  /** Nobody uses it any more; it may still lie about. */
  release(id: string): void {
    this.#inUse.delete(id);
  }

  /** It is proven gone from this machine; forgotten when it is gone from both. */
  gone(id: string, machineId: string): void {
    const found = this.#rows().find((row) => row.id === id);
    if (found === undefined) return;
    const goneFrom = [...new Set([...found.goneFrom, machineId])];
    if ([found.machineId, found.sourceId].every((each) => goneFrom.includes(each))) {
      this.#store.sql.run('DELETE FROM copyKeys WHERE id = ?', id);
    } else {
      const left = JSON.stringify({ sourceId: found.sourceId, goneFrom });
      this.#store.sql.run('UPDATE copyKeys SET content = ? WHERE id = ?', left, id);
    }
  }

  /** Keys that something may be left of on a machine, and that no open session uses. */
  leftOn(machineId: string): string[] {
    return this.#rows()
      .filter(
        (row) =>
          !this.#inUse.has(row.id) &&
          (row.machineId === machineId || row.sourceId === machineId) &&
          !row.goneFrom.includes(machineId),
      )
      .map(({ id }) => id);
  }

  #rows() {
    const rows = this.#store.sql.all<{ id: string; machineId: string; content: string }>(
      'SELECT id, machineId, content FROM copyKeys',
    );
    return rows.map((row) => ({
      id: row.id,
      machineId: row.machineId,
      ...content.parse(JSON.parse(row.content)),
    }));
  }
}

/**
 * What a request of a session ended with. A session that has been removed meanwhile (by somebody else, or as its time was over) is a
 * broken link: its id is used up on that machine, another key may be made.
 */
export function checkKey(box: CopyBox, result: ExecResult): void {
  const said = result.stderr.toString('utf8');
  if (/^!gone /m.test(said)) throw linkLost(said);
  box.check(result, 0, '');
}

/** Removes everything of a session from one machine, and proves it. Rejects where that cannot be done now. */
export async function removeKey(box: CopyBox, id: string, signal: AbortSignal): Promise<void> {
  const result = await box.exec(box.command('key', ['remove', id]), { signal, timeoutMs: 120_000 });
  box.check(result, 0, '');
  if (result.stdout.toString('latin1').trim() !== '0') {
    throw new TrainyardError(
      'COPY_KEY_REMAINS',
      `A single-use key of Trainyard's could not be removed from ${box.name}.`,
      {
        params: { machine: box.name },
        details: result.stdout.toString('latin1'),
      },
    );
  }
}

/** So often in a row a machine that stays connected is asked again for what could not be removed. */
const mostTurns = 3;

/**
 * Removes what earlier sessions left, whenever a machine is connected, and what could not be removed then (its disk was full, somebody
 * else at its keys) again after `againMs`. Returns the end of it.
 */
export function sweepKeys(
  journal: KeyJournal,
  {
    access,
    boxOf,
    log,
    againMs = 150_000,
  }: { access: MachineAccess; boxOf(machineId: string): CopyBox; log: Logger; againMs?: number },
): () => Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const going = new Set<Promise<void>>();
  const sweepOnce = async (machineId: string) => {
    for (const id of journal.leftOn(machineId)) {
      try {
        await removeKey(boxOf(machineId), id, signal);
        journal.gone(id, machineId);
      } catch (error) {
        // The next turn or connection tries again, and the machine's own timer does so by itself.
        if (!signal.aborted) log.warn({ err: error, machineId, id }, 'a key of a copy is still there');
      }
    }
  };
  const sweep = async (machineId: string) => {
    for (let turn = 1; ; turn++) {
      await sweepOnce(machineId);
      if (turn === mostTurns || journal.leftOn(machineId).length === 0) return;
      await sleep(againMs, undefined, { signal, ref: false }).catch(() => undefined); // it ends
      if (signal.aborted || !access.isConnected(machineId)) return;
    }
  };
  const begin = (machineId: string) => {
    const work = sweep(machineId).finally(() => going.delete(work));
    going.add(work);
  };
  const off = access.onConnected(begin);
  return async () => {
    off();
    stop.abort();
    await Promise.allSettled(going);
  };
}
