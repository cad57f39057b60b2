import type { ByteSource } from '#backend/bytes/index.ts';
import { runUnknown } from '#backend/store/index.ts';
import type { LaunchRequest, RunFilter } from '#shared/contract/runs.ts';
import type { MetricSeries } from '#shared/domain/metric.ts';
import type { Actor } from '#shared/domain/role.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import { hasEnded, type Run } from '#shared/domain/run.ts';
import type { CheckedTasks } from '#shared/domain/spec.ts';
import type { BoxFile, LogMatch, LogQuery } from './box/interface.ts';
import type { RunsContext, RunsDependencies } from './context.ts';
import { Control, type RestartRequest } from './control.ts';
import { logOutOfSight, secretsLost, taskInvalid } from './errors.ts';
import { Claims } from './handover/claims.ts';
import { Reservations } from './handover/reservations.ts';
import { Handover } from './handover/room.ts';
import { Listeners } from './handover/seen.ts';
import type { RunHandover } from './handover.ts';
import { acceptLaunch } from './launch.ts';
import { searchCopy } from './logs/search.ts';
import { LogShelf } from './logs/shelf.ts';
import { viewLog } from './logs/source.ts';
import { MachineRuns } from './machine.ts';
import { Notes } from './notes.ts';
import { Records } from './records.ts';
import { Secrets } from './secrets.ts';
import { SnapshotTaker, sourcesOf } from './snapshots.ts';
import { checkTasks, takeInlineSecrets } from './spec/index.ts';
import { readTemplates, type Template } from './templates.ts';

/** Runs: launching, watching, ending and finding them again. What each call does is said in the contract. */
export class RunsService {
  /** For those who move, recover and restore runs. */
  readonly handover: RunHandover;
  readonly #context: RunsContext;
  readonly #shelf: LogShelf;
  readonly #snapshots: SnapshotTaker;
  readonly #control: Control;
  readonly #machines = new Map<string, MachineRuns>();
  readonly #endings: (() => void)[] = [];

  readonly #connectionStates = new Map<string, string>();

  constructor(dependencies: RunsDependencies) {
    const { store, events } = dependencies;
    const notes = new Notes(store.sql);
    const claims = new Claims(notes);
    const context: RunsContext = {
      ...dependencies,
      records: new Records(store, events, (runId, epoch) => claims.holdBack(runId, epoch)),
      notes,
      claims,
      reservations: new Reservations(notes),
      listeners: new Listeners(),
      secrets: new Secrets(dependencies.credentials ?? null),
    };
    this.#context = context;
    this.#shelf = new LogShelf(context);
    this.#snapshots = new SnapshotTaker(context);
    this.#control = new Control({ context, shelf: this.#shelf, machine: (id) => this.#machine(id) });
    this.handover = new Handover({
      context,
      snapshots: this.#snapshots,
      shelf: this.#shelf,
      machine: (id) => this.#machine(id),
    });
    context.records.onEnded((attempt) => {
      const { runId, epoch, logBytes, machineId } = attempt;
      this.#shelf.opened(runId, epoch)?.hear(logBytes, false);
      this.#machine(machineId).turns.noteEnded(attempt);
      // Also on another machine a next attempt may have waited for this end.
      const next = store.runs.summary(runId);
      this.#machine(machineId).turns.take();
      if (next !== undefined && next.machineId !== machineId) this.#machine(next.machineId).turns.take();
    });
  }

  /** Takes up what an earlier process left: whatever was on its way goes on or is put right. Call once. */
  start(): void {
    const { access, store, events } = this.#context;
    this.#endings.push(
      access.onConnected((machineId, calm) => this.#machine(machineId).connect(calm)),
      access.onDisconnected((machineId) => this.#machine(machineId).disconnect()),
      events.subscribe((event) => {
        if (event.type !== 'machine.changed') return;
        // A new look at a machine may have found a free accelerator.
        this.#machines.get(event.machine.id)?.turns.take();
        this.#noteConnection(event.machine.id, event.machine.connectionState);
      }),
    );
    this.#shelf.removeStrays();
    // Asked for before anything is taken anew, so that nothing new is lost by it.
    this.#context.code.keepOnly(this.#context.notes.snapshotsInUse()).catch((error: unknown) => {
      this.#context.log.warn({ err: error }, 'code that no run needs could not be removed');
    });
    this.#putInOrder();
    for (const machineId of store.machines.ids()) {
      if (access.isConnected(machineId)) this.#machine(machineId).connect();
    }
    for (const { machineId } of store.runs.liveAttempts())
      this.#machine(machineId).wake({ background: true });
  }

  /** A machine that goes out of sight, or comes back, changes how each of its runs is shown, though the run is the same. */
  #noteConnection(machineId: string, state: string): void {
    if (this.#connectionStates.get(machineId) === state) return;
    this.#connectionStates.set(machineId, state);
    const { records, store } = this.#context;
    for (const { runId } of store.runs.liveAttempts(machineId)) {
      const summary = store.runs.summary(runId);
      if (summary !== undefined) records.publish(summary);
    }
  }

  async close(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    this.#snapshots.close();
    await Promise.all([...this.#machines.values()].map((machine) => machine.close()));
    this.#shelf.close();
  }

  check(yaml: string, envs: Record<string, string>): CheckedTasks {
    return checkTasks(yaml, { envs });
  }

  /** What a launch of it would take along from this computer: absolute paths. Throws TASK_INVALID, TASK_UNSUPPORTED. */
  sources(yaml: string, envs: Record<string, string>, baseDirectory: string | null): string[] {
    const checked = checkTasks(takeInlineSecrets(yaml).yaml, { envs });
    const [task] = checked.tasks;
    if (!checked.ok || task === undefined) throw taskInvalid(checked.errors);
    return sourcesOf(task, baseDirectory);
  }

  templates(): Promise<Template[]> {
    return readTemplates(this.#context.templatesDirectory);
  }

  list(filter: RunFilter) {
    return this.#context.store.runs.list(filter);
  }

  counts() {
    return this.#context.store.runs.counts();
  }

  get(runId: string): Run {
    return this.#context.store.runs.require(runId);
  }

  launch(request: LaunchRequest, actor: Actor): Run {
    const { run, created } = acceptLaunch(this.#context, request, actor);
    if (created) {
      this.#snapshots.begin(run, request.baseDirectory);
      this.#machine(run.machineId).wake({ background: false });
    }
    return this.get(run.id);
  }

  stop(runId: string, graceSeconds: number | undefined, actor: Actor): Run {
    return this.#control.stop(runId, graceSeconds, actor);
  }

  kill(runId: string, actor: Actor): Run {
    return this.#control.kill(runId, actor);
  }

  restart(runId: string, request: RestartRequest, actor: Actor): Run {
    return this.#control.restart(runId, request, actor);
  }

  rename(runId: string, name: string, actor: Actor): Run {
    return this.#control.rename(runId, name, actor);
  }

  setPriority(runId: string, priority: number, actor: Actor): Run {
    return this.#control.setPriority(runId, priority, actor);
  }

  archive(runId: string, archived: boolean, actor: Actor): Run {
    return this.#control.archive(runId, archived, actor);
  }

  previewDelete(runId: string, signal?: AbortSignal) {
    return this.#control.previewDelete(runId, signal);
  }

  delete(runId: string, keepOnBox: boolean, actor: Actor): Promise<void> {
    return this.#control.delete(runId, keepOnBox, actor);
  }

  metrics(runId: string, maxPoints: number): MetricSeries[] {
    this.#context.store.runs.requireSummary(runId);
    this.#shelf.save(runId);
    return this.#context.store.metrics.read(runId, maxPoints);
  }

  async files(runId: string, path: string, signal?: AbortSignal): Promise<BoxFile[]> {
    const box = await this.#box(runId, signal);
    return box.listFiles(runId, path, signal);
  }

  async readFile(
    runId: string,
    path: string,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<{ text: string | null; sizeBytes: number; truncated: boolean }> {
    const box = await this.#box(runId, signal);
    const { bytes, sizeBytes } = await box.readFile(runId, path, maxBytes, signal);
    return { text: asText(bytes), sizeBytes, truncated: sizeBytes > bytes.length };
  }

  logInfo(
    runId: string,
    epoch?: number,
  ): { epoch: number; bytes: number; live: boolean; reachable: boolean } {
    const log = this.#log(runId, epoch);
    return { epoch: log.epoch, bytes: log.bytes, live: log.live, reachable: log.reachable };
  }

  /** Bytes of a log; fewer than asked for at its end. Rejects with LOG_OUT_OF_SIGHT where its box has them and is not seen. */
  async readLog(
    runId: string,
    epoch: number | undefined,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): Promise<{ offset: number; bytes: Buffer; total: number }> {
    const log = this.#log(runId, epoch);
    const parts: Buffer[] = [];
    let at = offset;
    while (at < offset + length && at < log.bytes) {
      const part = await log.read(at, offset + length - at, signal);
      if (part.length === 0) break;
      parts.push(part);
      at += part.length;
    }
    if (at === offset && offset < log.bytes && !log.reachable) {
      throw logOutOfSight(this.#context.store.runs.requireSummary(runId).machineName);
    }
    return { offset, bytes: Buffer.concat(parts), total: log.bytes };
  }

  /** On the box where it is seen, else in what is kept here. */
  async *searchLog(
    runId: string,
    epoch: number | undefined,
    query: LogQuery,
    signal: AbortSignal,
  ): AsyncGenerator<LogMatch> {
    const log = this.#log(runId, epoch);
    const machineId = this.#attemptMachine(runId, log.epoch);
    const connected = this.#machine(machineId).connected;
    if (connected === null) yield* searchCopy(log, query, signal);
    else {
      const both = AbortSignal.any([signal, connected.signal]);
      yield* connected.box.searchLog(runId, log.epoch, query, both);
    }
  }

  /** Logs as streams, at each viewer's own pace. */
  readonly bytes: ByteSource<'log'> = (request, { signal, sendNow }) => {
    const log = this.#log(request.runId, request.epoch);
    if (request.follow && log.live) {
      this.#machine(this.#attemptMachine(request.runId, log.epoch)).look(request.runId, log.epoch);
    }
    const outOfSight = () => {
      const run = this.#context.store.runs.summary(request.runId);
      return run === undefined ? runUnknown(request.runId) : logOutOfSight(run.machineName);
    };
    return viewLog(log, request, outOfSight, signal, sendNow);
  };

  #machine(machineId: string): MachineRuns {
    const known = this.#machines.get(machineId);
    if (known !== undefined) return known;
    const made = new MachineRuns(this.#context, this.#snapshots, this.#shelf, machineId);
    this.#machines.set(machineId, made);
    return made;
  }

  /** The attempt's log, with the box to ask where its machine is connected. */
  #log(runId: string, epoch?: number) {
    const log = this.#shelf.get(runId, epoch);
    const connected = this.#machine(this.#attemptMachine(runId, log.epoch)).connected;
    log.setBox(connected?.box ?? null);
    return log;
  }

  #attemptMachine(runId: string, epoch: number): string {
    const { runs } = this.#context.store;
    return runs.attempt(runId, epoch)?.machineId ?? runs.requireSummary(runId).machineId;
  }

  /** The box of the run's newest attempt, connecting it where it is not. */
  async #box(runId: string, signal?: AbortSignal) {
    const { machineId } = this.#context.store.runs.requireSummary(runId);
    const connected = this.#machine(machineId).connected;
    if (connected !== null) return connected.box;
    const programs = await this.#context.access.programs(machineId, signal === undefined ? {} : { signal });
    return this.#context.boxRuns(programs);
  }

  /**
   * After a crash: what had its turn but was not sent waits again; what needs secrets that are gone with the process's
   * memory ends and says so, unless it may have reached its box: then the box is asked first.
   */
  #putInOrder(): void {
    const { store, notes, records, clock } = this.#context;
    for (const attempt of store.runs.liveAttempts()) {
      const { runId, epoch, state } = attempt;
      const note = notes.get('launch', runId, epoch);
      if (note === null || note.sent) continue;
      const lost = note.secretNames.filter((name) => !Object.hasOwn(note.credentials, name));
      if (lost.length > 0) {
        const error = secretsLost(lost).toShape();
        records.save(runId, epoch, {
          state: 'failed',
          endedAt: clock.now(),
          evidence: { kind: 'launch-failed', at: clock.now(), error },
        });
        continue;
      }
      if (state !== 'queued') {
        const why = sayRoom('ROOM_APP_RESTARTED');
        const evidence = {
          kind: 'queued',
          at: clock.now(),
          position: 1,
          reason: why.message,
          why,
        } as const;
        records.save(runId, epoch, { state: 'queued', accelerators: [], evidence });
      }
      const run = store.runs.get(runId);
      if (run !== undefined && !hasEnded(run.state)) this.#snapshots.begin(run, note.baseDirectory);
    }
  }
}

/** Text where it is text: UTF-8 without NUL; a character cut at the end is left out. */
function asText(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  const text = new TextDecoder('utf-8').decode(bytes);
  const damaged = [...text.matchAll(/\ufffd/g)].length;
  return damaged > 4 && damaged > text.length / 100 ? null : text.replace(/\ufffd{1,3}$/, '');
}

export const createRuns = (dependencies: RunsDependencies): RunsService => new RunsService(dependencies);
