import { z } from 'zod';
import { LineSplitter } from './lines.ts';
import { type Counter, type Printed, readPrinted } from './printed.ts';

export const mostSeries = 64;
const mostCounters = 32;

export interface MetricPoint {
  name: string;
  x: number;
  /** May be NaN or ±Infinity: a diverged training prints those. */
  value: number;
}

const counterState = z.object({ last: z.number(), base: z.number(), total: z.number().nullable() });
const seriesState = z.object({
  /** Where its x comes from, settled by its first point. */
  axis: z.enum(['step', 'count']),
  count: z.number(),
  lastX: z.number(),
  /** As text: JSON has no NaN. */
  last: z.string(),
});

/** All the reader remembers between lines; small, plain JSON, kept with the log offset it belongs to. */
export const metricState = z.object({
  /** Bytes of the log that are done with: the start of the first line not yet read. */
  offset: z.number(),
  /** The bytes at `offset` are the rest of a line whose start is not known: that line is passed over. */
  partial: z.boolean(),
  series: z.record(z.string(), seriesState),
  counters: z.record(z.string(), counterState),
  /** The step of the last line that printed one. */
  x: z.number().nullable(),
  step: z.number().nullable(),
  totalSteps: z.number().nullable(),
  /** How sure `step` is: 0 none, 1 a bar without metrics, 2 an epoch, 3 a bar beside metrics, 4 a named step. */
  sureness: z.number(),
  epochs: z.number().nullable(),
});
export type MetricState = z.infer<typeof metricState>;

export const emptyMetricState = (offset = 0): MetricState => ({
  offset,
  partial: false,
  series: {},
  counters: {},
  x: null,
  step: null,
  totalSteps: null,
  sureness: 0,
  epochs: null,
});

/**
 * Finds printed metrics in a log as its bytes come. Each byte is to be given once, in order, from `state.offset` on; how
 * they are cut into chunks changes nothing. State and points are saved together, so that a restart neither loses nor doubles any.
 */
export class MetricReader {
  readonly #lines = new LineSplitter();
  readonly #state: MetricState;
  #received: number;

  constructor(state: MetricState = emptyMetricState()) {
    this.#state = structuredClone(state);
    this.#received = state.offset;
  }

  /** Where the next byte given has to come from. */
  get position(): number {
    return this.#received;
  }

  push(bytes: Uint8Array): MetricPoint[] {
    const points: MetricPoint[] = [];
    this.#received += bytes.byteLength;
    let rest = bytes;
    if (this.#state.partial) {
      const end = rest.findIndex((byte) => byte === 10 || byte === 13);
      rest = end === -1 ? rest.subarray(rest.byteLength) : rest.subarray(end + 1);
      this.#state.partial = end === -1;
    }
    this.#lines.push(rest, (line) => this.#read(line, points));
    this.#state.offset = this.#received - this.#lines.unfinishedBytes;
    return points;
  }

  /** The log has ended: its last line counts though nothing ends it. */
  finish(): MetricPoint[] {
    const points: MetricPoint[] = [];
    this.#lines.flush((line) => this.#read(line, points));
    this.#state.offset = this.#received;
    return points;
  }

  /** A copy that stays as it is. */
  get state(): MetricState {
    return structuredClone(this.#state);
  }

  #read(line: string, points: MetricPoint[]): void {
    const printed = readPrinted(line);
    const x = this.#place(printed);
    for (const { name, value } of printed.metrics) {
      const point = this.#point(name, value, x);
      if (point !== null) points.push(point);
    }
  }

  /** The x that the line prints; also settles what the run's progress is. */
  #place(printed: Printed): number | null {
    const state = this.#state;
    if (printed.epoch?.total) state.epochs = printed.epoch.total;
    const [x, sureness] = this.#surest(printed);
    if (x === null) return null;
    state.x = x.value;
    if (sureness >= state.sureness) {
      state.sureness = sureness;
      state.step = x.value;
      state.totalSteps = x.total;
    }
    return x.value;
  }

  #surest(printed: Printed): [Counter | null, number] {
    const { step, bar, epoch } = printed;
    if (step !== null) return [this.#count(`step ${step.word}`, step), 4];
    if (bar !== null) {
      return [this.#count(`bar ${bar.total}`, bar), printed.metrics.length > 0 ? 3 : 1];
    }
    // Epochs place a point only in logs that print nothing finer.
    const { sureness } = this.#state;
    if (epoch !== null && printed.metrics.length > 0 && (sureness === 0 || sureness === 2)) {
      return [epoch, 2];
    }
    return [null, 0];
  }

  /**
   * Counters that begin again with each epoch ("Epoch 2/5, step 1/600") go on rising: when one falls, what it had reached
   * is added to it from there on.
   */
  #count(name: string, counter: Counter): Counter {
    const { counters } = this.#state;
    let known = counters[name];
    if (known === undefined) {
      if (Object.keys(counters).length >= mostCounters) return counter;
      known = { last: counter.value, base: 0, total: counter.total };
      counters[name] = known;
    } else if (counter.value < known.last) {
      known.base += Math.max(known.last, known.total ?? 0);
    }
    known.last = counter.value;
    known.total = counter.total ?? known.total;
    const { base, total } = known;
    const { epochs } = this.#state;
    const all = total === null || base === 0 ? total : epochs === null ? null : total * epochs;
    return { value: base + counter.value, total: all };
  }

  #point(name: string, value: number, x: number | null): MetricPoint | null {
    const { series } = this.#state;
    let known = Object.hasOwn(series, name) ? series[name] : undefined;
    const inStep = x ?? this.#state.x;
    if (known === undefined) {
      if (Object.keys(series).length >= mostSeries) return null;
      known = { axis: inStep === null ? 'count' : 'step', count: 0, lastX: -1, last: '' };
      series[name] = known;
    }
    const at = known.axis === 'step' && inStep !== null ? inStep : known.count + 1;
    // A progress bar is drawn again and again with what it showed before.
    const again = known.axis === 'step' && known.lastX === at && known.last === String(value);
    if (again) return null;
    known.count += 1;
    known.lastX = at;
    known.last = String(value);
    return { name, x: at, value };
  }
}
