/** One line of `npm run bench`. */
export interface BenchRow {
  name: string;
  measure: string;
  unit: string;
  /** Medians of several runs, ours and the peer's in the same run; null where there is no peer. */
  ours: number;
  peer: number | null;
  /** How many times better than the peer: peer ÷ ours where lower is better, else ours ÷ peer. */
  ratio: number | null;
  /** What is to be reached: a ratio where there is a peer, else a limit for `ours`. */
  reach: number;
  lowerIsBetter: boolean;
  pass: boolean;
}

export interface Bench {
  name: string;
  /** What it measures and against what, for the list. */
  about: string;
  /** Why it cannot run on this machine, or null. */
  missing(): string | null;
  run(): Promise<BenchRow[]>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new RangeError('the median of nothing');
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** A row from the samples of both sides, measured in turns. `reach` is a ratio. */
export function against(
  about: Pick<BenchRow, 'name' | 'measure' | 'unit' | 'reach' | 'lowerIsBetter'>,
  ours: readonly number[],
  peer: readonly number[],
): BenchRow {
  const mine = median(ours);
  const theirs = median(peer);
  const ratio = about.lowerIsBetter ? theirs / mine : mine / theirs;
  return {
    ...about,
    ours: rounded(mine),
    peer: rounded(theirs),
    ratio: rounded(ratio),
    pass: ratio >= about.reach,
  };
}

/** A row with a fixed limit for the median of our samples. */
export function within(
  about: Pick<BenchRow, 'name' | 'measure' | 'unit' | 'reach' | 'lowerIsBetter'>,
  ours: readonly number[],
): BenchRow {
  const mine = median(ours);
  return {
    ...about,
    ours: rounded(mine),
    peer: null,
    ratio: null,
    pass: about.lowerIsBetter ? mine <= about.reach : mine >= about.reach,
  };
}
