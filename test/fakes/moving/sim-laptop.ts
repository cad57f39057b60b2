import pino from 'pino';
import { EventBus } from '#backend/events.ts';
import { MigrationsService, type Pace } from '#backend/migrations/index.ts';
import type { Store } from '#backend/store/index.ts';
import type { Migration, MigrationPlan } from '#shared/domain/migration.ts';
import { type Fault, Life } from './life.ts';
import { SimCopies } from './sim-copies.ts';
import { SimHandover } from './sim-handover.ts';
import { SimLooks } from './sim-looks.ts';
import type { SimWorld } from './sim-world.ts';

/** One laptop: its database and what its runs' room keeps in it; and the process that works with them now. */
export class SimLaptop {
  readonly world: SimWorld;
  readonly store: Store;
  readonly activity: { action: string; result?: string | undefined }[] = [];
  readonly events = new EventBus();
  readonly steps: string[] = [];
  /** What happens to the next call of that name. */
  fate: (name: string) => { fault: Fault; delayMs: number } = () => ({ fault: 'none', delayMs: 0 });
  /** Dies right after the journal has taken in this step. */
  dieAfter: string | null = null;
  /** After each line of the journal. */
  onStep: (step: string) => void = () => {};
  deaths = 0;
  pace: Partial<Pace> = {};
  life: Life;
  moves: MigrationsService;
  handover: SimHandover;

  constructor(world: SimWorld, store: Store) {
    this.world = world;
    this.store = store;
    ({ life: this.life, moves: this.moves, handover: this.handover } = this.#start());
  }

  /** A new process on the same database. Keys that the last one left are removed by the copies' room. */
  restart(): void {
    this.life.dead = true;
    this.deaths += 1;
    this.world.keys = 0;
    ({ life: this.life, moves: this.moves, handover: this.handover } = this.#start());
    this.moves.resume();
  }

  #start(): { life: Life; moves: MigrationsService; handover: SimHandover } {
    const { world } = this;
    const life = new Life(world.clock, (name) => this.fate(name));
    const handover = new SimHandover(this, life);
    const moves = new MigrationsService({
      store: life.guard(this.store),
      events: this.events,
      activity: { record: (entry) => void life.sync('activity', () => this.activity.push(entry)) },
      clock: life.clock,
      log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
      handover,
      copies: new SimCopies(world, life),
      looks: new SimLooks(world, life),
      plan: async ({ mode }) => possiblePlan(world.runId, mode ?? 'request'),
      pace: this.pace,
      onStep: (step) => {
        this.steps.push(step);
        this.onStep(step);
        if (this.dieAfter !== step) return;
        this.dieAfter = null;
        life.die();
        throw new Error('killed');
      },
    });
    return { life, moves, handover };
  }

  move(): Migration | undefined {
    const [row] = this.store.sql.all<{ content: string }>(
      'SELECT content FROM migrations WHERE runId = ? ORDER BY startedAt DESC LIMIT 1',
      this.world.runId,
    );
    return row === undefined ? undefined : (JSON.parse(row.content) as { migration: Migration }).migration;
  }
  /** Cheaper than the whole of it. */
  phase(): Migration['phase'] | undefined {
    const text = 'SELECT phase FROM migrations WHERE runId = ? ORDER BY startedAt DESC LIMIT 1';
    return this.store.sql.get<{ phase: Migration['phase'] }>(text, this.world.runId)?.phase;
  }

  /** Claims and reservations, in the database: they outlive the process, and a transaction that fails takes them back. */
  notes(): string[] {
    return this.store.sql
      .all<{ kind: string }>(
        "SELECT kind FROM runNotes WHERE runId = ? AND kind LIKE 'sim %'",
        this.world.runId,
      )
      .map(({ kind }) => kind.slice(4));
  }
  note(kind: string): void {
    this.store.sql.run(
      "INSERT OR IGNORE INTO runNotes (runId, epoch, kind, content) VALUES (?, 0, ?, '')",
      this.world.runId,
      `sim ${kind}`,
    );
  }
  unnote(kind: string): void {
    this.store.sql.run('DELETE FROM runNotes WHERE runId = ? AND kind = ?', this.world.runId, `sim ${kind}`);
  }

  hasChores(): boolean {
    const [row] = this.store.sql.all<{ n: number }>(
      'SELECT sum(chores) AS n FROM migrations WHERE runId = ?',
      this.world.runId,
    );
    return (row?.n ?? 0) > 0;
  }
}

const possiblePlan = (runId: string, mode: Migration['mode']): MigrationPlan => ({
  runId,
  toMachineId: 'bbbbbbbbbbbb',
  mode,
  modes: [],
  checks: [],
  possible: true,
  paths: [],
  path: 'direct',
  copies: [],
  estimate: null,
});
