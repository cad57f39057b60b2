import type { RunDemand } from '#shared/domain/plan.ts';
import { transferMs } from '../egress.ts';
import { expectedLossMs, lossPerInterruption, spotLoss } from '../spot.ts';
import { type Billing, billedMs } from './billing.ts';
import type { OwnLine } from './inputs.ts';

const hourMs = 3_600_000;
const monthMs = 730 * hourMs;
const gibibyte = 2 ** 30;

/** What a place means for time and money. Filled anew for each place of a pass; no object is made per offer. */
export interface Terms {
  /** Of all machines together. */
  microsPerHour: number;
  nodes: number;
  billing: Billing;
  waitMs: number;
  setupMs: number;
  /** To bring data there, the result back, and a checkpoint to another machine of the kind. */
  inGbps: number;
  /** Where it is known; null: it is as usual. */
  lineIn: OwnLine | null;
  lineOut: OwnLine | null;
  outGbps: number;
  checkpointGbps: number;
  egressMicros: number;
  /** Of a disk that is paid for beside the machine; 0: it has one, or none is needed. */
  diskMicrosPerGBMonth: number;
  /** 0: it is not taken away. */
  interruptionsPerHour: number;
  /** At the wall, without what the room takes; NaN: not known. */
  powerKW: number;
  pue: number;
  gramsPerKWh: number;
}

/** One chance of it: expected, or as well and as badly as one in ten. */
export type Chance = 'p10' | 'p50' | 'p90';

export interface Reckoned {
  dataMs: number;
  lostMs: number;
  interruptions: number;
  totalMs: number;
  /** Of each machine, as the provider bills it. */
  billedMs: number;
  computeMicros: number;
  storageMicros: number;
  costMicros: number;
  carbonGrams: number;
}

export const emptyReckoning = (): Reckoned => ({
  dataMs: 0,
  lostMs: 0,
  interruptions: 0,
  totalMs: 0,
  billedMs: 0,
  computeMicros: 0,
  storageMicros: 0,
  costMicros: 0,
  carbonGrams: 0,
});

/** What must lie on a disk, in GB of 10^9 bytes: a checkpoint is written beside the one before. */
export function diskGBOf(demand: RunDemand): number {
  const needed = demand.data.bytes + 2 * demand.checkpointBytes + demand.resultBytes;
  return Math.max(needed, (demand.diskGiB ?? 0) * gibibyte) / 1e9;
}

/** Time and money of one run at a place, from how long it trains there. */
export class Reckoner {
  readonly #dataBytes: number;
  readonly #resultBytes: number;
  readonly #checkpointBytes: number;
  readonly #checkpointEveryMs: number;
  readonly diskGB: number;

  constructor(demand: RunDemand) {
    this.#dataBytes = demand.data.bytes;
    this.#resultBytes = demand.resultBytes;
    this.#checkpointBytes = demand.checkpointBytes;
    this.#checkpointEveryMs = demand.checkpointEveryMs;
    this.diskGB = diskGBOf(demand);
  }

  /** Until another machine has taken over: as long as the first took, and its checkpoint comes along. */
  lostPerInterruption(terms: Terms): number {
    const restartMs = terms.setupMs + transferMs(this.#checkpointBytes, terms.checkpointGbps);
    return lossPerInterruption(this.#checkpointEveryMs, restartMs);
  }

  /** Writes into `out`. */
  reckon(terms: Terms, trainMs: number, chance: Chance, out: Reckoned): void {
    out.dataMs = transferMs(this.#dataBytes, terms.inGbps) + transferMs(this.#resultBytes, terms.outGbps);
    const workMs = terms.setupMs + out.dataMs + trainMs;
    out.lostMs = 0;
    out.interruptions = 0;
    if (terms.interruptionsPerHour > 0) this.#lose(terms, workMs, chance, out);
    const usedMs = Math.ceil(workMs + out.lostMs);
    out.totalMs = Math.ceil(terms.waitMs) + usedMs;
    out.billedMs = billedMs(usedMs, terms.billing);
    out.computeMicros = Math.ceil((terms.microsPerHour * out.billedMs) / hourMs);
    out.storageMicros = Math.ceil((this.diskGB * terms.diskMicrosPerGBMonth * out.billedMs) / monthMs);
    out.costMicros = out.computeMicros + out.storageMicros + terms.egressMicros;
    out.carbonGrams = terms.powerKW * terms.pue * (usedMs / hourMs) * terms.gramsPerKWh;
  }

  #lose(terms: Terms, workMs: number, chance: Chance, out: Reckoned): void {
    const lostPerInterruptionMs = this.lostPerInterruption(terms);
    const perHour = terms.interruptionsPerHour;
    if (chance === 'p50') {
      out.lostMs = expectedLossMs(workMs, perHour, lostPerInterruptionMs);
      out.interruptions = lostPerInterruptionMs > 0 ? out.lostMs / lostPerInterruptionMs : 0;
      return;
    }
    const { lostMs, expectedInterruptions } = spotLoss(workMs, { perHour, lostPerInterruptionMs });
    out.lostMs = lostMs[chance];
    out.interruptions = expectedInterruptions;
  }
}
