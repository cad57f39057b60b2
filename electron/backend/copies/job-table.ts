import { z } from 'zod';
import type { Store } from '#backend/store/index.ts';
import { type CopyJob, copyJob } from '#shared/domain/copy.ts';

export interface KeptJob {
  job: CopyJob;
  requestId: string;
  /** Paths of this computer that its bytes came from at first. */
  sources: string[];
}

const content = z.object({ job: copyJob, sources: z.array(z.string()) });
interface Row {
  requestId: string;
  content: string;
}
/** So many are remembered. */
const mostKept = 1_000;

/** The copies that users asked for, in the database. */
export class JobTable {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  transaction(work: () => void): void {
    this.#store.transaction(work);
  }

  save({ job, requestId, sources }: KeptJob): void {
    const { sql } = this.#store;
    sql.run(
      'INSERT OR REPLACE INTO copies (id, requestId, state, startedAt, content) VALUES (?, ?, ?, ?, ?)',
      job.id,
      requestId,
      job.state,
      Math.round(job.startedAt),
      JSON.stringify({ job, sources }),
    );
    sql.run(
      "DELETE FROM copies WHERE state <> 'running' AND id NOT IN (SELECT id FROM copies ORDER BY startedAt DESC LIMIT ?)",
      mostKept,
    );
  }

  get(id: string): KeptJob | undefined {
    return this.#read('WHERE id = ?', id)[0];
  }

  byRequest(requestId: string): KeptJob | undefined {
    return this.#read('WHERE requestId = ?', requestId)[0];
  }

  running(): KeptJob[] {
    return this.#read("WHERE state = 'running'");
  }

  newest(count: number): KeptJob[] {
    return this.#read('ORDER BY startedAt DESC, id LIMIT ?', count);
  }

  /** Where the bytes at a place come from, as far as copies of ours brought them there. */
  broughtTo(machineId: string, place: string): string[] {
    const wanted = place.replace(/\/+$/, '');
    const isPart = (one: string, other: string) => one === other || one.startsWith(`${other}/`);
    const found = this.#read('ORDER BY startedAt DESC').filter(({ job }) => {
      const there = job.to.path.replace(/\/+$/, '');
      return job.to.machineId === machineId && (isPart(there, wanted) || isPart(wanted, there));
    });
    return [...new Set(found.flatMap(({ sources }) => sources))];
  }

  #read(where: string, ...values: (string | number)[]): KeptJob[] {
    const rows = this.#store.sql.all<Row>(`SELECT requestId, content FROM copies ${where}`, ...values);
    return rows.map((row) => ({ requestId: row.requestId, ...content.parse(JSON.parse(row.content)) }));
  }
}
