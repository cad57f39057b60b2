import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import { readJson, type Sql, type Store, writeJson } from '#backend/store/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { newId } from '#shared/domain/id.ts';
import { type Proposal, proposal } from '#shared/domain/recovery.ts';

/** Answered ones are kept so long: they say which run was moved when, and what was not wanted. */
const keptMs = 60 * 24 * 3_600_000;

interface Row {
  content: string;
}

/** The table `proposals`: what policies would like to have done, and what was answered. */
export class Proposals {
  readonly #store: Store;
  readonly #sql: Sql;
  readonly #events: EventBus;
  readonly #clock: Clock;

  constructor({ store, events, clock }: { store: Store; events: EventBus; clock: Clock }) {
    this.#store = store;
    this.#sql = store.sql;
    this.#events = events;
    this.#clock = clock;
  }

  open(given: Omit<Proposal, 'id' | 'at' | 'state' | 'migrationId'>): Proposal {
    const made: Proposal = {
      ...given,
      id: newId(),
      at: this.#clock.now(),
      state: 'open',
      migrationId: null,
    };
    this.#store.transaction(() => {
      this.#sql.run('DELETE FROM proposals WHERE state <> ? AND at < ?', 'open', made.at - keptMs);
      this.save(made);
    });
    return made;
  }

  save(changed: Proposal): void {
    this.#store.transaction(() => {
      this.#sql.run(
        `INSERT INTO proposals (id, at, state, runId, content) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, content = excluded.content`,
        changed.id,
        Math.round(changed.at),
        changed.state,
        changed.runId,
        writeJson(proposal, changed),
      );
      this.#store.afterCommit(() => this.#events.publish({ type: 'places.changed' }));
    });
  }

  /** It is no longer true. Nothing happens where it was answered already. */
  expire(id: string): void {
    const known = this.get(id);
    if (known?.state === 'open') this.save({ ...known, state: 'expired' });
  }

  get(id: string): Proposal | null {
    return this.#read('SELECT content FROM proposals WHERE id = ?', id)[0] ?? null;
  }

  /** The proposal, or PROPOSAL_UNKNOWN. */
  require(id: string): Proposal {
    const known = this.get(id);
    if (known !== null) return known;
    throw new TrainyardError('PROPOSAL_UNKNOWN', 'This proposal is not there any more.', {
      params: { proposalId: id },
    });
  }

  /** Open ones, oldest first. */
  allOpen(): Proposal[] {
    return this.#read("SELECT content FROM proposals WHERE state = 'open' ORDER BY at, id");
  }

  /** Open ones and the last of those that were answered, newest first. */
  shown(limit = 100): Proposal[] {
    return this.#read(
      "SELECT content FROM proposals ORDER BY state = 'open' DESC, at DESC, id LIMIT ?",
      limit,
    );
  }

  /** Moves that were accepted, by somebody or by the policy, since then. */
  acceptedSince(at: number): Proposal[] {
    return this.#read("SELECT content FROM proposals WHERE state = 'accepted' AND at >= ? ORDER BY at", at);
  }

  dismissedSince(at: number): Proposal[] {
    return this.#read("SELECT content FROM proposals WHERE state = 'dismissed' AND at >= ? ORDER BY at", at);
  }

  #read(text: string, ...values: (string | number)[]): Proposal[] {
    return this.#sql.all<Row>(text, ...values).flatMap((row) => {
      const found = readJson(proposal, row.content);
      return found.ok ? [found.value] : [];
    });
  }
}
