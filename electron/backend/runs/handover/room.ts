import { TrainyardError } from '#shared/domain/error.ts';
import type { Accelerator } from '#shared/domain/machine.ts';
import type { Actor } from '#shared/domain/role.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import { type Attempt, hasEnded, type Run } from '#shared/domain/run.ts';
import type { Label, Override } from '#shared/domain/sensitivity.ts';
import type { AcceleratorRequest } from '#shared/domain/spec.ts';
import type { BoxAttempt, BoxBootPlan } from '../box/interface.ts';
import type { RunsContext } from '../context.ts';
import { epochUnknown, machineFull, noSuchAccelerator, runClaimed, runUnreadable } from '../errors.ts';
import type { Beginning, Resume, RunHandover } from '../handover.ts';
import type { LogShelf } from '../logs/shelf.ts';
import type { MachineRuns } from '../machine.ts';
import { type SnapshotTaker, takenFrom } from '../snapshots.ts';
import { launchOf } from '../start.ts';
import type { Connected } from '../turns.ts';
import { begin } from './begin.ts';
import { type Brought, bring, objectionTo } from './bring.ts';
import { paceOf } from './pace.ts';
import type { SeenListener } from './seen.ts';

export interface HandoverOptions {
  context: RunsContext;
  snapshots: SnapshotTaker;
  shelf: LogShelf;
  machine(machineId: string): MachineRuns;
}

/** What moves, recoveries and restores may do to runs; what each call does is said in the interface. */
export class Handover implements RunHandover {
  readonly #options: HandoverOptions;
  readonly #context: RunsContext;

  constructor(options: HandoverOptions) {
    this.#options = options;
    this.#context = options.context;
  }

  claim(runId: string, by: string): void {
    const { name } = this.#context.store.runs.requireSummary(runId);
    if (!this.#context.claims.take(runId, by, this.#context.clock.now())) throw runClaimed(name);
  }

  release(runId: string, by: string): void {
    const { claims, notes, records, store } = this.#context;
    store.transaction(() => {
      const claim = claims.release(runId, by);
      if (claim === null) return;
      notes.remove('admission', runId, 0);
      if (claim.ended !== null) records.noticeHeldBack(runId, claim.ended);
    });
    const run = store.runs.summary(runId);
    if (run !== undefined) this.#options.machine(run.machineId).turns.take();
  }

  claimedBy(runId: string): string | null {
    return this.#context.claims.of(runId)?.by ?? null;
  }

  onUserStop(listener: (runId: string, epoch: number) => void): () => void {
    return this.#context.listeners.onUserStop(listener);
  }

  reserve(runId: string, machineId: string, by: string): Accelerator[] {
    const { store, reservations } = this.#context;
    const run = store.runs.require(runId);
    const machine = store.machines.require(machineId);
    const all = machine.inventory?.accelerators ?? [];
    const before = reservations.get(runId, machineId, by);
    const wanted = before?.accelerators ?? heldOn(run, machineId);
    const chosen =
      wanted.length > 0
        ? all.filter(({ uuid }) => wanted.some((each) => each.uuid === uuid))
        : this.#choose(run, machine.name, machineId);
    const accelerators = chosen.map(({ index, uuid }) => ({ index, uuid }));
    reservations.add(runId, { machineId, by, accelerators });
    return chosen;
  }

  room(runId: string, machineId: string): Accelerator[] {
    const { store } = this.#context;
    return this.#choose(store.runs.require(runId), store.machines.require(machineId).name, machineId);
  }

  unreserve(runId: string, machineId: string, by: string): void {
    this.#context.reservations.remove(runId, machineId, by);
    this.#options.machine(machineId).turns.take();
  }

  admit(
    runId: string,
    machineId: string,
    actor: Actor,
    asked: { sensitivity?: Label | undefined; override?: Override | undefined },
  ): void {
    const { store, notes, policy } = this.#context;
    const run = store.runs.require(runId);
    const { sensitivity, override } = asked;
    policy?.admit({
      action: 'run.restart',
      run,
      epoch: run.epoch + 1,
      machineId,
      sources: this.#sources(run),
      actor,
      sensitivity,
      override,
    });
    notes.set('admission', runId, 0, { machineId, actor, sensitivity, override });
  }

  objection(runId: string, machineId: string, sensitivity?: Label): TrainyardError | null {
    return objectionTo(this.#context, this.get(runId), machineId, sensitivity);
  }

  missingSecrets(runId: string): string[] {
    const { store, secrets } = this.#context;
    const run = store.runs.require(runId);
    const { names, credentials } = this.#secretsOf(run);
    const known = secrets.take(runId, names, credentials, run.name);
    return known.ok ? [] : known.missing;
  }

  keepSecrets(runId: string, values: Record<string, string>): void {
    this.#context.secrets.keep(runId, values);
  }

  connected(machineId: string): Connected | null {
    return this.#options.machine(machineId).connected;
  }

  async connect(machineId: string, signal: AbortSignal): Promise<Connected> {
    this.#context.store.machines.require(machineId);
    return this.#options.machine(machineId).whenConnected(signal);
  }

  async prepare(
    runId: string,
    machineId: string,
    options: { signal: AbortSignal; onProgress?: (done: number, total: number) => void },
  ): Promise<Brought> {
    const connected = await this.connect(machineId, options.signal);
    const run = this.get(runId);
    return bring(this.#context, this.#options.snapshots, run, machineId, connected, options);
  }

  async begin(beginning: Beginning): Promise<Attempt> {
    const { runId, epoch, machineId, signal } = beginning;
    const connected = await this.connect(machineId, signal);
    const machine = this.#options.machine(machineId);
    const { snapshots } = this.#options;
    const ask = () => machine.ask([runId], signal).then(() => undefined);
    const attempt = await begin({ context: this.#context, snapshots, beginning, connected, ask });
    machine.noteLaunched(runId, epoch);
    return attempt;
  }

  async bootLaunch(
    runId: string,
    epoch: number,
    resume: Resume | null,
  ): Promise<Pick<BoxBootPlan, 'launch' | 'secretNames'>> {
    const run = this.get(runId);
    const attempt = this.#attempt(runId, epoch);
    const note = this.#context.notes.get('launch', runId, epoch);
    if (note === null) throw epochUnknown(epoch);
    const launch = await launchOf(this.#context, { run, attempt, note: { ...note, resume }, secrets: {} });
    return { launch, secretNames: note.secretNames };
  }

  async end(runId: string, epoch: number, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const attempt = this.#attempt(runId, epoch);
    const { box } = await this.connect(attempt.machineId, signal);
    try {
      await box.stop(runId, epoch, graceSeconds, 'move', signal);
    } catch (error) {
      const failure = TrainyardError.from(error);
      if (failure.code !== 'RUN_UNKNOWN_ON_BOX') throw error;
      this.#neverThere(attempt, failure);
      return;
    }
    await this.#options.machine(attempt.machineId).ask([runId], signal);
  }

  async look(
    runId: string,
    epoch: number,
    signal: AbortSignal,
  ): Promise<{ attempt: Attempt; box: BoxAttempt } | null> {
    const { machineId } = this.#attempt(runId, epoch);
    await this.connect(machineId, signal);
    const report = await this.#options.machine(machineId).ask([runId], signal);
    const box = report.attempts.find((each) => each.runId === runId && each.epoch === epoch);
    if (box !== undefined) return { attempt: this.#attempt(runId, epoch), box };
    // What cannot be read may well be alive.
    const damaged = report.damaged.find((each) => each.runId === runId);
    if (damaged !== undefined) throw runUnreadable(this.get(runId).name, damaged.why);
    return null;
  }

  onSeen(runId: string, listener: SeenListener): () => void {
    return this.#context.listeners.onSeen(runId, listener);
  }

  lastStep(runId: string, epoch: number): number | null {
    const open = this.#options.shelf.opened(runId, epoch);
    return open === undefined ? (this.#context.notes.get('metrics', runId, epoch)?.step ?? null) : open.step;
  }

  follow(runId: string, epoch: number, signal: AbortSignal): void {
    this.#options.machine(this.#attempt(runId, epoch).machineId).follow(runId, epoch, signal);
  }

  pace(runId: string, epoch: number): { stepMs: number | null; startMs: number | null } {
    const { notes } = this.#context;
    this.#options.shelf.save(runId);
    const note = notes.get('pace', runId, epoch);
    const { startedAt } = this.#attempt(runId, epoch);
    return paceOf(note, startedAt, notes.get('launch', runId, epoch)?.resume?.step ?? 0);
  }

  markMoved(runId: string, epoch: number, toMachineName: string): void {
    const { clock } = this.#context;
    this.#finish(runId, epoch, 'stopped', { kind: 'moved', at: clock.now(), toMachineName });
  }

  markLost(runId: string, epoch: number, who: string): void {
    const { clock } = this.#context;
    this.#finish(runId, epoch, 'lost', { kind: 'host-lost', at: clock.now(), who });
  }

  stopAsked(runId: string, epoch: number): boolean {
    if (this.#context.notes.get('intent', runId, epoch) !== null) return true;
    return this.#context.store.runs.attempt(runId, epoch)?.evidence.kind === 'user';
  }

  get(runId: string): Run {
    return this.#context.store.runs.require(runId);
  }

  #attempt(runId: string, epoch: number): Attempt {
    const { store } = this.#context;
    store.runs.requireSummary(runId);
    const attempt = store.runs.attempt(runId, epoch);
    if (attempt === undefined) throw epochUnknown(epoch);
    return attempt;
  }

  #finish(runId: string, epoch: number, state: Attempt['state'], evidence: Attempt['evidence']): void {
    const { records, clock } = this.#context;
    const { endedAt } = this.#attempt(runId, epoch);
    records.save(runId, epoch, { state, evidence, endedAt: endedAt ?? clock.now() });
  }

  /** Its launch never got to the box. */
  #neverThere({ runId, epoch, state }: Attempt, why: TrainyardError): void {
    if (hasEnded(state)) return;
    const { records, clock } = this.#context;
    const at = clock.now();
    const evidence = { kind: 'launch-failed', at, error: why.toShape() } as const;
    records.save(runId, epoch, { state: 'failed', endedAt: at, evidence });
  }

  #sources(run: Run): string[] {
    const note = this.#context.notes.get('launch', run.id, run.epoch);
    return takenFrom(this.#context, run, note?.baseDirectory ?? null);
  }

  #secretsOf(run: Run): { names: string[]; credentials: Record<string, string> } {
    const note = this.#context.notes.get('launch', run.id, run.epoch);
    return { names: note?.secretNames ?? run.spec.secretNames, credentials: note?.credentials ?? {} };
  }

  /** As the queue would choose; a trainer that is `elastic` takes fewer where there are not as many. */
  #choose(run: Run, machineName: string, machineId: string): Accelerator[] {
    const { turns } = this.#options.machine(machineId);
    let refusal: TrainyardError | null = null;
    for (const requests of alternatives(run)) {
      const verdict = turns.wouldStart(run, requests);
      if (verdict.kind === 'start') return verdict.accelerators;
      refusal ??=
        verdict.kind === 'never'
          ? noSuchAccelerator(machineName, verdict.reason)
          : machineFull(machineName, verdict.reason);
    }
    throw refusal ?? machineFull(machineName, sayRoom('ROOM_NOTHING_FREE'));
  }
}

/** What it holds there while it is alive: those are the ones to go back to. */
const heldOn = (run: Run, machineId: string): Attempt['accelerators'] =>
  run.attempts.find((each) => each.machineId === machineId && !hasEnded(each.state))?.accelerators ?? [];

/** What is asked for, then with `elastic` ever fewer. */
function alternatives({ spec }: Run): AcceleratorRequest[][] {
  const asked = spec.resources.accelerators;
  const most = Math.max(0, ...asked.map(({ count }) => Math.ceil(count)));
  if (spec.checkpoint?.elastic !== true || most <= 1) return [asked];
  const fewer = Array.from({ length: most - 1 }, (_, index) => most - 1 - index);
  return [asked, ...fewer.map((count) => asked.map(({ name }) => ({ name, count })))];
}
