import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { hasEnded } from '#shared/domain/run.ts';
import { processesOf } from '#test/lab/accounts.ts';
import {
  checkHistory,
  checkLog,
  type HistoryRules,
  type Invariant,
  type LedgerEvent,
  newestSaved,
  readLedger,
  type Violation,
} from '#test/lab/invariants.ts';
import { until } from '#test/until.ts';
import type { Asked, Operations } from './operations.ts';
import { type MovingBox, type MovingYard, readIfThere } from './yard.ts';

type Moves = Awaited<ReturnType<Operations['state']>>['moves'];
export interface CheckOptions {
  lossAt: HistoryRules['lossAt'];
  /** torchrun puts each process's name before what it prints. */
  logsAreExact?: boolean;
  /** Other runs are being moved meanwhile: what copies leave behind is looked at when all is over (`checkBoxes`). */
  others?: boolean;
}

/** Stops the run where it is and looks at everything that a move may leave behind. The laptop must be up, all boxes in sight. */
export async function checkRun(
  yard: MovingYard,
  laptop: Asked,
  runId: string,
  options: CheckOptions,
): Promise<Violation[]> {
  const before = await laptop.state(runId);
  const run = await endRun(laptop, runId);
  const events = ledgersOf(yard, runId);
  const found: Violation[] = [];
  const add = (invariant: Invariant, what: string) => found.push({ invariant, what: `${runId}: ${what}` });

  found.push(...checkHistory(events, { lossAt: options.lossAt, origin: originOf(before.moves) }));
  for (const move of before.moves)
    if (move.phase !== 'committed' && move.phase !== 'rolled-back')
      add('ends by itself', `a move is ${move.phase}`);
  if (before.claimedBy !== null) add('claims released', `claimed by ${before.claimedBy}`);
  if (before.reservations > 0) add('claims released', 'places are put aside');
  for (const each of before.armed) add('nothing left on a box', `a stop is armed for attempt ${each}`);
  found.push(...checkNewest(yard, runId, events));
  if (options.logsAreExact !== false)
    for (const { epoch, machineId } of run.attempts)
      found.push(...(await checkLogs(yard.box(machineId), laptop, runId, epoch)));
  for (const box of yard.boxes)
    for (const each of await processesLeft(box, isOfRun(runId)))
      add('nothing left on a box', `${box.name}: ${each}`);
  if (options.others !== true) found.push(...(await checkBoxes(yard)));
  return found;
}

/** What copies may leave on any box; they are given a while to clear up. No move may be under way. */
export async function checkBoxes(yard: MovingYard): Promise<Violation[]> {
  const find = () => yard.boxes.flatMap(leftOfCopies);
  await until('nothing is left of copies', () => find().length === 0, {
    deadlineMs: 30_000,
    everyMs: 50,
  }).catch(() => undefined);
  return find();
}

function leftOfCopies(box: MovingBox): Violation[] {
  const sessions = path.join(box.home, '.trainyard/copies');
  const directories = existsSync(sessions) ? readdirSync(sessions) : [];
  const left = [
    ...ours(box, isOfCopy),
    ...directories.filter((name) => !name.startsWith('.')).map((name) => `copies/${name}`),
  ].map((what): Violation => ({ invariant: 'nothing left on a box', what: `${box.name}: ${what}` }));
  if (/trainyard-copy/.test(readIfThere(path.join(box.home, '.ssh/authorized_keys'))))
    left.push({ invariant: 'no key left', what: `a line in authorized_keys of ${box.name}` });
  return left;
}

/** What all trainers of the run have written down, on whatever box. */
export const ledgersOf = (yard: MovingYard, runId: string): LedgerEvent[] =>
  yard.boxes.flatMap(({ ledger }) => ledgerAt(ledger).filter(({ run }) => run === runId));

/** What has been read of a ledger so far: it only grows, and is asked for again and again. */
const readBefore = new Map<string, { bytes: number; events: LedgerEvent[] }>();

function ledgerAt(file: string): readonly LedgerEvent[] {
  if (!existsSync(file)) return [];
  const known = readBefore.get(file) ?? { bytes: 0, events: [] };
  const descriptor = openSync(file, 'r');
  try {
    const fresh = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - known.bytes));
    const length = readSync(descriptor, fresh, 0, fresh.length, known.bytes);
    // A line that is being written is read the next time.
    const whole = fresh.subarray(0, length).lastIndexOf(10) + 1;
    known.events.push(...readLedger(fresh.subarray(0, whole).toString('utf8')));
    readBefore.set(file, { bytes: known.bytes + whole, events: known.events });
  } finally {
    closeSync(descriptor);
  }
  return known.events;
}

async function endRun(laptop: Asked, runId: string) {
  if (!hasEnded((await laptop.run(runId)).state)) await laptop.stop(runId);
  return until('the run has ended', async () => {
    const run = await laptop.run(runId);
    return hasEnded(run.state) ? run : null;
  });
}

/** Which attempt each has gone on from, by the journal of moves. */
export function originOf(moves: Moves): HistoryRules['origin'] {
  return (epoch) => {
    const move = moves.find(({ toEpoch, backEpoch }) => toEpoch === epoch || backEpoch === epoch);
    if (move === undefined) return { epoch: epoch - 1, seen: true };
    // It goes on from what the destination had saved.
    if (move.backEpoch === epoch && move.broughtBack !== null && move.toEpoch !== null)
      return { epoch: move.toEpoch, seen: true };
    return { epoch: move.fromEpoch, seen: move.backEpoch === epoch || move.sourceEnded !== 'timer' };
  };
}

/** The newest that was completely saved lies on some box, whole. */
function checkNewest(yard: MovingYard, runId: string, events: readonly LedgerEvent[]): Violation[] {
  const step = newestSaved(events);
  if (step === null) return [];
  const written = events.find((each) => each.event === 'saving' && each.step === step);
  const name = written?.name ?? '';
  const whole = yard.boxes.some((box) => {
    const file = path.join(runDirectory(box, runId), 'code/checkpoints', name);
    if (!existsSync(file)) return false;
    // Of a trainer with PyTorch the hash is of the state, not of the file.
    if (!name.endsWith('.bin')) return true;
    return createHash('sha256').update(readFileSync(file)).digest('hex') === written?.sha;
  });
  return whole ? [] : [{ invariant: 'no checkpoint lost', what: `${runId}: ${name} is on no box` }];
}

export const runDirectory = (box: MovingBox, runId: string): string =>
  path.join(box.home, '.trainyard/runs', runId);

async function checkLogs(box: MovingBox, laptop: Asked, runId: string, epoch: number): Promise<Violation[]> {
  const mirror = `${box.ledger}.${runId}.${epoch}.out`;
  if (!existsSync(mirror)) return [];
  const written = readFileSync(mirror);
  const name = `${runId}/${epoch}`;
  const there = path.join(runDirectory(box, runId), `attempts/${epoch}/log`);
  const onBox = existsSync(there) ? readFileSync(there) : Buffer.alloc(0);
  let here = Buffer.alloc(0);
  // What the app has is read from the box as it comes.
  await until('the log is here', async () => {
    here = Buffer.from(await laptop.readLog(runId, epoch));
    return here.length >= written.length;
  }).catch(() => undefined);
  return [
    ...checkLog(`log of ${name} on ${box.name}`, onBox, written),
    ...checkLog(`log of ${name} here`, here, written),
  ];
}

type Asks = (command: string, environment: string) => boolean;
const isOfRun =
  (runId: string): Asks =>
  (command, environment) =>
    command.includes(runId) || environment.includes(`TRAINYARD_RUN_ID=${runId}`);
const isOfCopy: Asks = (command) => /copy-key\.sh|copy-receive|trainyard-copy/.test(command);

/** Processes of ours that nothing needs any more; they are given a while to end. */
async function processesLeft(box: MovingBox, isOurs: Asks): Promise<string[]> {
  let left: string[] = [];
  await until(
    'nothing is left',
    () => {
      left = ours(box, isOurs);
      return left.length === 0;
    },
    { deadlineMs: 30_000, everyMs: 50 },
  ).catch(() => undefined);
  return left;
}

function ours(box: MovingBox, isOurs: Asks): string[] {
  return processesOf(statSync(box.home).uid).flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      return isOurs(command, environment) ? [`${pid} ${command.slice(0, 200)}`] : [];
    } catch {
      return []; // gone meanwhile
    }
  });
}
