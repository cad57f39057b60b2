/** From `at` on so many GPUs are free, until the next step's `at`. The last one has no end. */
interface Step {
  at: number;
  free: number;
}

/** Parts of GPUs are added up: what that loses is no part of one. */
const rounding = 1e-9;

/** The free GPUs of one pool over time, and where something can go among what was put there. Times are epoch ms. */
export class Timetable {
  readonly #steps: Step[];

  /** @param gpus that are there in all. @param busy what is taken from `from` on, and until when. */
  constructor(from: number, gpus: number, busy: readonly { gpus: number; untilAt: number }[]) {
    this.#steps = [{ at: from, free: gpus }];
    for (const taken of busy) {
      if (taken.untilAt > from) this.#add(from, taken.untilAt, -taken.gpus);
    }
  }

  /** The earliest instant from `from` on at which `gpus` are free for `ms` on end; null: never. */
  earliest(gpus: number, ms: number, from: number): number | null {
    const steps = this.#steps;
    let index = this.#stepAt(from);
    let start = from;
    let step = steps[index];
    while (step !== undefined) {
      if (step.free < gpus - rounding) {
        index += 1;
        step = steps[index];
        if (step === undefined) return null;
        start = step.at;
        continue;
      }
      index += 1;
      const next = steps[index];
      if (next === undefined || next.at >= start + ms) return start;
      step = next;
    }
    return null;
  }

  take(gpus: number, startAt: number, endAt: number): void {
    this.#add(startAt, endAt, -gpus);
  }

  giveBack(gpus: number, startAt: number, endAt: number): void {
    this.#add(startAt, endAt, gpus);
  }

  /** GPU milliseconds that are free until `until`; negative steps (more was said to be busy than is there) count as none. */
  freeUntil(until: number): number {
    let sum = 0;
    for (const [index, step] of this.#steps.entries()) {
      if (step.at >= until) break;
      const end = Math.min(until, this.#steps[index + 1]?.at ?? until);
      sum += Math.max(0, step.free) * (end - step.at);
    }
    return sum;
  }

  /** The last step that begins at `instant` or before it; the first where there is none. */
  #stepAt(instant: number): number {
    let low = 0;
    let high = this.#steps.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#steps[middle]?.at ?? 0) <= instant) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #cut(instant: number): number {
    const index = this.#stepAt(instant);
    const step = this.#steps[index];
    if (step === undefined || step.at >= instant) return index;
    this.#steps.splice(index + 1, 0, { at: instant, free: step.free });
    return index + 1;
  }

  #add(startAt: number, endAt: number, gpus: number): void {
    const first = this.#cut(startAt);
    const end = this.#cut(endAt);
    for (let index = first; index < end; index += 1) {
      const step = this.#steps[index];
      if (step !== undefined) step.free += gpus;
    }
    this.#join(end);
    this.#join(first);
  }

  /** Two steps with the same number are one: what was put and taken away again leaves nothing behind. */
  #join(index: number): void {
    const before = this.#steps[index - 1];
    if (before !== undefined && before.free === this.#steps[index]?.free) this.#steps.splice(index, 1);
  }
}
