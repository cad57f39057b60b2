import { z } from 'zod';
import type { Store } from '#backend/store/index.ts';
import { type Terminal, terminal } from '#shared/domain/terminal.ts';

/** A terminal as it is kept: what it shows is kept nowhere, nor is its title, which its programs have chosen. */
export interface KeptTerminal {
  terminal: Terminal;
  requestId: string;
  /** Where it was asked to be opened; null: the home, or the directory of its run. */
  openedIn: string | null;
}

const content = z.object({ terminal, openedIn: z.string().nullable() });

export class TerminalTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  transaction(work: () => void): void {
    this.#store.transaction(work);
  }

  save({ terminal, requestId, openedIn }: KeptTerminal): void {
    const kept = { terminal: { ...terminal, title: '', titleAsked: false }, openedIn };
    this.#store.sql.run(
      'INSERT OR REPLACE INTO terminals (id, requestId, machineId, createdAt, content) VALUES (?, ?, ?, ?, ?)',
      terminal.id,
      requestId,
      terminal.machineId,
      Math.round(terminal.createdAt),
      JSON.stringify(kept),
    );
  }

  remove(terminalId: string): void {
    this.#store.sql.run('DELETE FROM terminals WHERE id = ?', terminalId);
  }

  /** Oldest first; what another version has written and this one cannot read is removed. */
  all(): KeptTerminal[] {
    const rows = this.#store.sql.all<{ id: string; requestId: string; content: string }>(
      'SELECT id, requestId, content FROM terminals ORDER BY createdAt, id',
    );
    return rows.flatMap(({ id, requestId, content: text }) => {
      const read = content.safeParse(JSON.parse(text));
      if (read.success) return [{ requestId, ...read.data }];
      this.remove(id);
      return [];
    });
  }
}
