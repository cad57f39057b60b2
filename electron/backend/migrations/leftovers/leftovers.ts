import { TrainyardError } from '#shared/domain/error.ts';
import type { Cleaned, Leftover } from '#shared/domain/leftover.ts';
import type { Actor } from '#shared/domain/role.ts';
import type { MovesContext } from '../context.ts';
import type { Chore, MoveRecord } from '../record.ts';
import { askLeft, type BoxLeft } from './box-left.ts';
import { busyThere, heldThere, notAnswered, whyItStays } from './judge.ts';

export interface LeftoversDependencies
  extends Pick<MovesContext, 'journal' | 'handover' | 'looks' | 'store' | 'activity' | 'clock'> {
  scripts: { left: string; key: string };
  /** Has this done on a machine as soon as it is seen, over restarts of the app. */
  later(migrationId: string, chore: Chore): void;
}

export interface LeftoverFilter {
  runId?: string | undefined;
  machineId?: string | undefined;
  /** Machines that are not connected are, for this; else what the journal knows of them is told as `away`. */
  connect?: boolean | undefined;
}

/** A directory that a move has left, as the journal knows it. */
interface Candidate {
  record: MoveRecord;
  machineId: string;
  machineName: string;
  what: 'directory' | 'copy';
}

/** How many machines are looked at at once. */
const together = 8;
const callMs = 30_000;

/** What moves have left on machines: looked for, and removed where nothing is lost with it. */
export class Leftovers {
  readonly #room: LeftoversDependencies;

  constructor(room: LeftoversDependencies) {
    this.#room = room;
  }

  /** By machine. */
  async find(filter: LeftoverFilter, signal: AbortSignal): Promise<Leftover[]> {
    const candidates = this.#candidates(filter);
    const machines = new Map(candidates.map(({ machineId, machineName }) => [machineId, machineName]));
    for (const { migration } of this.#moves(filter)) {
      for (const { machineId, machineName } of [migration.from, migration.to])
        if (filter.machineId === undefined || filter.machineId === machineId)
          machines.set(machineId, machineName);
    }
    const all = [...machines];
    const found: Leftover[] = [];
    for (let at = 0; at < all.length; at += together) {
      const some = all.slice(at, at + together);
      const each = await Promise.all(
        some.map(([machineId, machineName]) =>
          this.#onMachine({ machineId, machineName }, candidates, filter, signal),
        ),
      );
      found.push(...each.flat());
    }
    return found;
  }

  /** Looks once more and removes those of them that may be. What lies on a machine that is away is removed when that is seen. */
  async clean(
    { ids, connect = false }: { ids: readonly string[]; connect?: boolean },
    actor: Actor,
    signal: AbortSignal,
  ): Promise<Cleaned[]> {
    const wanted = new Set(ids);
    const found = (await this.find({ connect }, signal)).filter(({ id }) => wanted.has(id));
    const { activity } = this.#room;
    if (found.length === 0) {
      activity.record({
        actor,
        action: 'migration.clean',
        target: 'moves',
        result: 'refused',
        details: { ids },
      });
      throw new TrainyardError('MOVE_LEFT_GONE', 'None of it is there any more.');
    }
    const all: Cleaned[] = [];
    for (const each of found) {
      const done = await this.#cleanOne(each, signal);
      const { machineName, path, bytes, what, runId } = each;
      activity.record({
        actor,
        action: 'migration.clean',
        target: runId ?? each.machineId,
        result: done.result === 'kept' ? 'refused' : 'done',
        details: { machine: machineName, what, path, bytes, result: done.result, code: done.why?.code ?? '' },
      });
      all.push(done);
    }
    return all;
  }

  async #cleanOne(one: Leftover, signal: AbortSignal): Promise<Cleaned> {
    if (one.state === 'kept') return { leftover: one, result: 'kept', why: one.why };
    const { handover } = this.#room;
    const record = this.#candidates({}).find((each) => idOf(each) === one.id)?.record;
    if (one.state === 'away' && record !== undefined) return this.#afterwards(one, record);
    const within = AbortSignal.any([signal, AbortSignal.timeout(600_000)]);
    try {
      const { box, programs } = await handover.connect(one.machineId, within);
      const { scripts } = this.#room;
      if (one.what === 'staging' || one.what === 'key') {
        const isStage = one.what === 'staging';
        const args = isStage ? ['drop', one.path] : ['remove', one.path];
        const script = isStage ? scripts.left : scripts.key;
        const { stdout, exitCode } = await programs.exec(
          { script, args },
          { signal: within, timeoutMs: 600_000 },
        );
        const answer = stdout.toString('latin1').trim();
        if (answer === 'refused busy') return { leftover: one, result: 'kept', why: busyThere };
        if (exitCode !== 0 || answer !== (isStage ? 'ok' : '0'))
          return { leftover: one, result: 'kept', why: notAnswered(new Error(answer || `exit ${exitCode}`)) };
      } else if (one.runId !== null) {
        await box.remove(one.runId, within, one.what === 'copy' ? 'all' : 'work');
      }
      return { leftover: one, result: 'removed', why: null };
    } catch (error) {
      if (signal.aborted) throw error;
      if (record !== undefined && TrainyardError.from(error).retryable) return this.#afterwards(one, record);
      return { leftover: one, result: 'kept', why: notAnswered(error) };
    }
  }

  #afterwards(one: Leftover, { migration }: MoveRecord): Cleaned {
    const kind = one.what === 'copy' ? 'remove-copy' : 'remove-work';
    this.#room.later(migration.id, { kind, machineId: one.machineId });
    return { leftover: one, result: 'later', why: null };
  }

  async #onMachine(
    machine: { machineId: string; machineName: string },
    candidates: readonly Candidate[],
    filter: LeftoverFilter,
    signal: AbortSignal,
  ): Promise<Leftover[]> {
    const { handover, scripts } = this.#room;
    const here = candidates.filter(({ machineId }) => machineId === machine.machineId);
    const within = AbortSignal.any([signal, AbortSignal.timeout(4 * callMs)]);
    let left: BoxLeft;
    try {
      const connected =
        handover.connected(machine.machineId) ??
        (filter.connect === true
          ? await handover.connect(machine.machineId, AbortSignal.any([signal, AbortSignal.timeout(callMs)]))
          : null);
      if (connected === null) return here.map((each) => leftoverOf(each, null, 'away', null));
      left = await askLeft(connected.programs, scripts.left, this.#elsewhere(machine.machineId), within);
    } catch (error) {
      if (signal.aborted) throw error;
      return here.map((each) => leftoverOf(each, null, 'away', notAnswered(error)));
    }
    const directories = await Promise.all(
      here.flatMap((each): Promise<Leftover>[] => {
        const bytes = left.runs.get(each.record.migration.runId);
        if (bytes === undefined) return [];
        const isBusy = left.stages.some(
          ({ busy, path }) => busy && path.includes(`/runs/${each.record.migration.runId}/`),
        );
        return [
          isBusy
            ? Promise.resolve(leftoverOf(each, bytes, 'kept', busyThere))
            : this.#judged(each, bytes, within),
        ];
      }),
    );
    return filter.runId === undefined
      ? [...directories, ...stagesOf(machine, left), ...keysOf(machine, left)]
      : directories;
  }

  async #judged(candidate: Candidate, bytes: number, signal: AbortSignal): Promise<Leftover> {
    const run = this.#room.handover.get(candidate.record.migration.runId);
    const why = await whyItStays(this.#room, run, candidate.machineId, signal).catch(notAnswered);
    return leftoverOf(candidate, bytes, why === null ? 'removable' : 'kept', why);
  }

  #moves({ runId, machineId }: LeftoverFilter): MoveRecord[] {
    return this.#room.journal.list({ runId, machineId, active: false, limit: 10_000 });
  }

  /** Directories of runs where they are no more, each once; those of runs that the app does not know any more went with them. */
  #candidates(filter: LeftoverFilter): Candidate[] {
    const { store } = this.#room;
    const all = new Map<string, Candidate>();
    for (const record of this.#moves(filter)) {
      const { runId, from, to } = record.migration;
      const run = store.runs.summary(runId);
      if (run === undefined) continue;
      for (const { machineId, machineName } of [from, to]) {
        if (machineId === run.machineId || (filter.machineId ?? machineId) !== machineId) continue;
        const had = store.runs.attempts(runId).some((each) => each.machineId === machineId);
        const candidate = { record, machineId, machineName, what: had ? 'directory' : 'copy' } as const;
        if (!all.has(idOf(candidate))) all.set(idOf(candidate), candidate);
      }
    }
    return [...all.values()];
  }

  /** Directories of checkpoints that lie outside the run's own, to which moves have copied on this machine. */
  #elsewhere(machineId: string): string[] {
    const { looks, store } = this.#room;
    const all = this.#moves({ machineId }).flatMap(({ migration }) => {
      const spec = store.runs.summary(migration.runId) && this.#room.handover.get(migration.runId).spec;
      const directory = spec ? looks.directoryOf(spec, '/-') : null;
      return directory === null || directory.startsWith('/-/') ? [] : [directory];
    });
    return [...new Set(all)];
  }
}

const idOf = ({ record, machineId, what }: Candidate): string =>
  `${what} ${record.migration.runId} ${machineId}`;

function leftoverOf(
  candidate: Candidate,
  bytes: number | null,
  state: Leftover['state'],
  why: Leftover['why'],
): Leftover {
  const { record, machineId, machineName, what } = candidate;
  const { runId, runName } = record.migration;
  const path = `~/.trainyard/runs/${runId}${what === 'copy' ? '' : '/code'}`;
  return { id: idOf(candidate), machineId, machineName, what, runId, runName, path, bytes, state, why };
}

type Machine = { machineId: string; machineName: string };

const stagesOf = (machine: Machine, { stages }: BoxLeft): Leftover[] =>
  stages.map(({ path, bytes, busy }) => ({
    ...machine,
    id: `staging ${machine.machineId} ${path}`.slice(0, 1000),
    what: 'staging',
    runId: null,
    runName: null,
    path,
    bytes,
    state: busy ? 'kept' : 'removable',
    why: busy ? busyThere : null,
  }));

const keysOf = (machine: Machine, { sessions }: BoxLeft): Leftover[] =>
  sessions.map(({ id, busy }) => ({
    ...machine,
    id: `key ${machine.machineId} ${id}`,
    what: 'key',
    runId: null,
    runName: null,
    path: id,
    bytes: 0,
    state: busy ? 'kept' : 'removable',
    why: busy ? heldThere : null,
  }));
