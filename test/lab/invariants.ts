import { createHash } from 'node:crypto';

/** One line of a trainer's ledger (test/lab/trainers/ledger.py). `at`: µs of the one monotonic clock that all boxes share. */
export interface LedgerEvent {
  run: string;
  epoch: number;
  host: string;
  pid: number;
  at: number;
  event: 'start' | 'step' | 'saving' | 'saved' | 'end' | 'double' | 'crash';
  step?: number;
  loss?: number;
  /** Of the checkpoint: what it was begun from, or what is being written. */
  sha?: string | null;
  name?: string;
  told?: string | null;
  how?: string;
}

export const invariants = [
  'one live trainer',
  'steps go on exactly',
  'no checkpoint lost',
  'no log byte lost',
  'losses of an unmoved run',
  'ends by itself',
  'no key left',
  'nothing left on a box',
  'claims released',
] as const;
export type Invariant = (typeof invariants)[number];
export interface Violation {
  invariant: Invariant;
  what: string;
}

/** The whole lines of a ledger. A writer that was killed has left whole lines: each is one write. */
export const readLedger = (text: string): LedgerEvent[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LedgerEvent);

export interface HistoryRules {
  /** The loss that a run never moved has at this step; null: not known. */
  lossAt(step: number): number | null;
  /**
   * The attempt that this one goes on from: the one before, but after a way back the one before the destination's. `seen`: the
   * machine where that one was could be seen, so its newest checkpoint must be what this one begins from.
   */
  origin(epoch: number): { epoch: number; seen: boolean };
}

/** A run that went on from attempt to attempt, each machine in sight. */
export const oneAfterTheOther = (epoch: number): { epoch: number; seen: boolean } => ({
  epoch: epoch - 1,
  seen: true,
});

/** What the ledgers of one run must be, whatever was done to it. Pure; every break of a rule is told. */
export function checkHistory(events: readonly LedgerEvent[], rules: HistoryRules): Violation[] {
  const sorted = [...events].sort((one, other) => one.at - other.at);
  const attempts = [...Map.groupBy(sorted, ({ epoch, pid, host }) => `${epoch}/${pid}@${host}`).entries()];
  return [
    ...overlaps(attempts),
    ...sorted
      .filter(({ event }) => event === 'double')
      .map((one) =>
        broken('one live trainer', `attempt ${one.epoch} on ${one.host} found another one alive`),
      ),
    ...twice(attempts),
    ...attempts.flatMap(([, own]) => checkAttempt(own, sorted, rules)),
  ];
}

type Attempts = [string, LedgerEvent[]][];
const broken = (invariant: Invariant, what: string): Violation => ({ invariant, what });

function overlaps(attempts: Attempts): Violation[] {
  let last: { name: string; until: number } | null = null;
  const found: Violation[] = [];
  for (const [name, own] of attempts) {
    const [from, until] = [own[0]?.at ?? 0, own.at(-1)?.at ?? 0];
    if (last !== null && from <= last.until)
      found.push(broken('one live trainer', `${name} began while ${last.name} trained`));
    if (last === null || until > last.until) last = { name, until };
  }
  return found;
}

/** An epoch is one process, on one host. */
function twice(attempts: Attempts): Violation[] {
  const byEpoch = Map.groupBy(attempts, ([, own]) => own[0]?.epoch ?? 0);
  return [...byEpoch].flatMap(([epoch, all]) =>
    all.length < 2
      ? []
      : [
          broken(
            'one live trainer',
            `attempt ${epoch} was started ${all.length} times: ${all.map(([name]) => name).join(', ')}`,
          ),
        ],
  );
}

function checkAttempt(
  own: readonly LedgerEvent[],
  all: readonly LedgerEvent[],
  rules: HistoryRules,
): Violation[] {
  const start = own.find(({ event }) => event === 'start');
  if (start === undefined) return [];
  const name = `attempt ${start.epoch} on ${start.host}`;
  const before = all.filter(({ epoch }) => epoch < start.epoch);
  const found = checkStart(name, start, before, rules);
  let expected = (start.step ?? 0) + 1;
  for (const { event, step = 0, loss } of own) {
    if (event !== 'step') continue;
    if (step !== expected)
      found.push(broken('steps go on exactly', `${name} did step ${step} where ${expected} came next`));
    expected = step + 1;
    const wanted = rules.lossAt(step);
    if (wanted !== null && loss !== wanted)
      found.push(broken('losses of an unmoved run', `${name}, step ${step}: ${loss} instead of ${wanted}`));
  }
  return found;
}

function checkStart(
  name: string,
  start: LedgerEvent,
  before: readonly LedgerEvent[],
  rules: HistoryRules,
): Violation[] {
  const from = start.step ?? 0;
  const lineage = lineageOf(start.epoch, rules);
  const newest = newestSaved(before.filter(({ epoch }) => lineage.has(epoch)));
  const found: Violation[] = [];
  const { seen } = rules.origin(start.epoch);
  if (newest !== null && from < newest && (seen || from === 0))
    found.push(
      broken('no checkpoint lost', `${name} went on from step ${from} though step ${newest} was saved`),
    );
  if (from === 0) return found;
  const written = before.some(
    ({ event, epoch, step, sha }) =>
      event === 'saving' && lineage.has(epoch) && step === from && sha === start.sha,
  );
  if (!written)
    found.push(
      broken(
        'steps go on exactly',
        `${name} went on from step ${from}, which none before it has saved like that`,
      ),
    );
  const told = start.told ? /(\d+)(?:\.\w+)?$/.exec(start.told)?.[1] : undefined;
  if (told !== undefined && Number(told) !== from)
    found.push(broken('steps go on exactly', `${name} was told step ${told} and found ${from}`));
  return found;
}

function lineageOf(epoch: number, { origin }: HistoryRules): Set<number> {
  const lineage = new Set<number>();
  for (let at = origin(epoch).epoch; at > 0 && !lineage.has(at); at = origin(at).epoch) lineage.add(at);
  return lineage;
}

/** The newest step that any trainer has completely saved. */
export function newestSaved(events: readonly LedgerEvent[]): number | null {
  const steps = events.flatMap(({ event, step }) => (event === 'saved' && step !== undefined ? [step] : []));
  return steps.length === 0 ? null : Math.max(...steps);
}

/**
 * What a box has of an attempt's log, against the trainer's own copy of what it wrote. A trainer that was killed between the
 * two writes has one line more in its log.
 */
export function checkLog(name: string, log: Buffer, written: Buffer): Violation[] {
  const rest = log.subarray(written.length);
  const isWhole = log.subarray(0, written.length).equals(written) && log.length >= written.length;
  if (isWhole && (rest.length === 0 || rest.indexOf(10) === rest.length - 1)) return [];
  return [broken('no log byte lost', `${name}: ${log.length} bytes where ${written.length} were written`)];
}

/** The losses of test/lab/trainers/plain.py: a chain, so each depends on all before. */
export function plainLosses(seed: number): (step: number) => number {
  const losses = [0];
  let state = String(seed);
  return (step) => {
    while (losses.length <= step) {
      state = createHash('sha256').update(`${state} ${seed} ${losses.length}`).digest('hex').slice(0, 16);
      losses.push(Number(BigInt(`0x${state}`)) / 2 ** 64);
    }
    return losses[step] ?? Number.NaN;
  };
}
