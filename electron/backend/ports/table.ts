import { z } from 'zod';
import type { Store } from '#backend/store/index.ts';
import { portNumber, serviceGuess } from '#shared/domain/forward.ts';
import { idSchema } from '#shared/domain/id.ts';

const content = z.object({
  runId: idSchema.nullable(),
  remoteHost: z.string().min(1).max(255),
  remotePort: portNumber,
  localPort: portNumber,
  label: z.string().max(100),
  guess: serviceGuess.nullable(),
});

/** A forwarded port as it is kept over restarts: what it counted is not. */
export type KeptForward = z.infer<typeof content> & {
  id: string;
  requestId: string;
  machineId: string;
  createdAt: number;
};

interface Row {
  id: string;
  requestId: string;
  machineId: string;
  createdAt: number;
  content: string;
}

export class ForwardTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  transaction(work: () => void): void {
    this.#store.transaction(work);
  }

  save({ id, requestId, machineId, createdAt, ...rest }: KeptForward): void {
    this.#store.sql.run(
      'INSERT OR REPLACE INTO forwards (id, requestId, machineId, createdAt, content) VALUES (?, ?, ?, ?, ?)',
      id,
      requestId,
      machineId,
      Math.round(createdAt),
      JSON.stringify(content.parse(rest)),
    );
  }

  remove(id: string): void {
    this.#store.sql.run('DELETE FROM forwards WHERE id = ?', id);
  }

  /** Oldest first; what another version has written and this one cannot read is removed. */
  all(): KeptForward[] {
    const rows = this.#store.sql.all<Row>('SELECT * FROM forwards ORDER BY createdAt, id');
    return rows.flatMap(({ content: text, ...row }) => {
      const read = content.safeParse(readable(text));
      if (read.success) return [{ ...row, ...read.data }];
      this.remove(row.id);
      return [];
    });
  }
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // damaged: removed as what cannot be read
  }
}
