import type { Logger } from 'pino';
import type { Clock } from '#backend/clock.ts';
import type { EventBus } from '#backend/events.ts';
import type { Point, Store } from '#backend/store/index.ts';
import type { Notes } from '../notes.ts';
import type { Records } from '../records.ts';
import { emptyMetricState, type MetricPoint, MetricReader } from './reader.ts';

const saveEveryMs = 1000;
/** The pace of steps is saved at most this often. */
const paceEveryMs = 10_000;
/** So many points wait in memory at most. */
const mostPending = 5000;
/** Shown in lists: losses first, then what else says how good it is. */
const shownFirst = [/loss/i, /acc|f1|auc|map|bleu|reward|score|iou/i];

export interface MetricsKeeperDependencies {
  store: Store;
  notes: Notes;
  records: Records;
  events: EventBus;
  clock: Clock;
  log: Logger;
}

/** Reads the metrics of one attempt's log as its bytes come, and saves them in batches together with how far it has read. */
export class MetricsKeeper {
  readonly #deps: MetricsKeeperDependencies;
  readonly #runId: string;
  readonly #epoch: number;
  #reader: MetricReader;
  #pending: MetricPoint[] = [];
  #lastValues = new Map<string, number>();
  #saving: AbortController | null = null;
  #dirty = false;
  #paceSavedAt = Number.NEGATIVE_INFINITY;

  constructor(deps: MetricsKeeperDependencies, runId: string, epoch: number) {
    this.#deps = deps;
    this.#runId = runId;
    this.#epoch = epoch;
    const state = deps.notes.get('metrics', runId, epoch);
    this.#reader = new MetricReader(state ?? emptyMetricState());
    for (const [name, { last }] of Object.entries(state?.series ?? {}))
      this.#lastValues.set(name, Number(last));
  }

  /** The log offset of the next byte it needs. */
  get position(): number {
    return this.#reader.position;
  }

  /** The step printed last; null before the first. */
  get step(): number | null {
    return this.#reader.state.step;
  }

  /** Log bytes that stand at `offset`; those it has had already are passed over. A gap is jumped. */
  push(offset: number, bytes: Uint8Array): void {
    if (offset > this.position)
      this.#reader = new MetricReader({ ...this.#reader.state, offset, partial: true });
    const known = this.position - offset;
    if (known >= bytes.byteLength) return;
    this.#take(this.#reader.push(bytes.subarray(known)));
  }

  /** The log has ended here. */
  finish(): void {
    this.#take(this.#reader.finish());
    this.save();
  }

  /** The log on the box is another one than before: it is read from its start. */
  restart(): void {
    this.#reader = new MetricReader({ ...this.#reader.state, offset: 0, partial: false });
    this.#dirty = true;
  }

  /** Everything read so far is on the disk when this returns. */
  save(): void {
    this.#saving?.abort();
    this.#saving = null;
    if (!this.#dirty) return;
    const { store, notes, events } = this.#deps;
    const points = bySeries(this.#pending);
    const state = this.#reader.state;
    store.transaction(() => {
      // Deleted in the meantime: nothing to save.
      if (store.runs.attempt(this.#runId, this.#epoch) === undefined) return;
      const batches = [...points].map(([name, list]) => ({
        runId: this.#runId,
        epoch: this.#epoch,
        name,
        points: list,
      }));
      store.metrics.append(batches);
      notes.set('metrics', this.#runId, this.#epoch, state);
      store.logs.setScanned(this.#runId, this.#epoch, state.offset);
      if (state.step !== null) this.#savePace(state.step);
      if (this.#pending.length > 0 || state.step !== null) {
        this.#deps.records.progress(this.#runId, this.#epoch, {
          lastMetrics: this.#shown(),
          step: state.step,
          totalSteps: state.totalSteps,
        });
      }
    });
    this.#pending = [];
    this.#dirty = false;
    for (const [name, list] of points) {
      const finite = list
        .filter(([, value]) => Number.isFinite(value))
        .map(([x, value]): [number, number] => [x, value]);
      if (finite.length > 0)
        events.publish({ type: 'metrics.added', runId: this.#runId, name, points: finite });
    }
  }

  #savePace(step: number): void {
    const { notes, clock } = this.#deps;
    if (clock.elapsed() - this.#paceSavedAt < paceEveryMs) return;
    this.#paceSavedAt = clock.elapsed();
    const last = { at: clock.now(), step };
    const first = notes.get('pace', this.#runId, this.#epoch)?.first ?? last;
    notes.set('pace', this.#runId, this.#epoch, { first, last });
  }

  #take(points: MetricPoint[]): void {
    for (const point of points) {
      this.#pending.push(point);
      this.#lastValues.set(point.name, point.value);
    }
    this.#dirty = true;
    if (this.#pending.length >= mostPending) this.#saveOrSay();
    else if (this.#saving === null) this.#saveSoon();
  }

  #saveSoon(): void {
    const saving = new AbortController();
    this.#saving = saving;
    this.#deps.clock.sleep(saveEveryMs, saving.signal).then(
      () => {
        if (this.#saving === saving) this.#saveOrSay();
      },
      () => undefined,
    );
  }

  /** From a timer nobody hears an error: what could not be saved is kept, and saved with what comes next. */
  #saveOrSay(): void {
    try {
      this.save();
    } catch (error) {
      this.#deps.log.error({ err: error, runId: this.#runId }, 'metrics could not be saved');
    }
  }

  #shown(): { name: string; value: number }[] {
    const rank = (name: string) => {
      const found = shownFirst.findIndex((pattern) => pattern.test(name));
      return found === -1 ? shownFirst.length : found;
    };
    return [...this.#lastValues]
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => ({ name, value }))
      .sort((a, b) => rank(a.name) - rank(b.name))
      .slice(0, 3);
  }
}

function bySeries(points: readonly MetricPoint[]): Map<string, Point[]> {
  const series = new Map<string, Point[]>();
  for (const { name, x, value } of points) {
    const list = series.get(name);
    if (list === undefined) series.set(name, [[x, value]]);
    else list.push([x, value]);
  }
  return series;
}
