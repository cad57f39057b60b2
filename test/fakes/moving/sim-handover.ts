import type { MovingHands } from '#backend/migrations/index.ts';
import type { BoxAttempt, BoxRuns } from '#backend/runs/box/index.ts';
import type { Beginning, Connected } from '#backend/runs/handover.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { type Attempt, hasEnded, type Run } from '#shared/domain/run.ts';
import type { Life } from './life.ts';
import { refusal, type SimBox } from './sim-box.ts';
import type { SimLaptop } from './sim-laptop.ts';
import { newAttempt, type SimWorld } from './sim-world.ts';

type Seen = (attempt: Attempt, box: BoxAttempt) => void;

/** The runs' room of one laptop, over boxes in memory. */
export class SimHandover implements MovingHands {
  readonly #laptop: SimLaptop;
  readonly #world: SimWorld;
  readonly #life: Life;
  readonly #seen = new Set<Seen>();
  readonly #stops = new Set<(runId: string, epoch: number) => void>();
  readonly #steps = new Map<number, number>();

  constructor(laptop: SimLaptop, life: Life) {
    this.#laptop = laptop;
    this.#world = laptop.world;
    this.#life = life;
  }

  claim(runId: string, by: string): void {
    this.#life.sync('claim', () => {
      const holder = this.claimedBy(runId);
      if (holder !== null && holder !== by) throw new TrainyardError('RUN_CLAIMED', 'It is claimed.');
      this.#laptop.note(`claim ${by}`);
    });
  }
  release(_runId: string, by: string): void {
    this.#life.sync('release', () => this.#laptop.unnote(`claim ${by}`));
  }
  claimedBy(_runId: string): string | null {
    return (
      this.#laptop
        .notes()
        .find((note) => note.startsWith('claim '))
        ?.slice(6) ?? null
    );
  }
  onUserStop(listener: (runId: string, epoch: number) => void): () => void {
    this.#stops.add(listener);
    return () => this.#stops.delete(listener);
  }
  reserve(_runId: string, machineId: string, by: string) {
    this.#life.sync('reserve', () => this.#laptop.note(`reserved ${machineId} ${by}`));
    return [];
  }
  unreserve(_runId: string, machineId: string, by: string): void {
    this.#life.sync('unreserve', () => this.#laptop.unnote(`reserved ${machineId} ${by}`));
  }
  admit(): void {}
  missingSecrets(): string[] {
    return [];
  }
  keepSecrets(): void {}
  connected(machineId: string): Connected | null {
    const box = this.#world.box(machineId);
    return box.visible ? this.#connectedTo(box, new AbortController().signal) : null;
  }

  async connect(machineId: string, signal: AbortSignal): Promise<Connected> {
    const box = this.#world.box(machineId);
    await this.#life.call('connect', [box], () => undefined, { signal, takesMs: 0 });
    return this.#connectedTo(box, signal);
  }

  #connectedTo(box: SimBox, signal: AbortSignal): Connected {
    return {
      programs: { exec: async () => undefined },
      box: this.#boxRuns(box),
      signal,
    } as unknown as Connected;
  }

  async prepare(runId: string, machineId: string, { signal }: { signal: AbortSignal }) {
    const box = this.#world.box(machineId);
    await this.#life.call(
      'prepare',
      [box],
      () => {
        box.hasCopy = true;
      },
      { signal, takesMs: 2_000 },
    );
    const runDirectory = `/home/u/.trainyard/runs/${runId}`;
    return {
      runDirectory,
      codeDirectory: `${runDirectory}/code`,
      madeBySetup: new Set<string>(),
      code: 'there' as const,
    };
  }

  async begin({ runId, epoch, machineId, resume, reason, signal }: Beginning): Promise<Attempt> {
    const { store } = this.#laptop;
    const box = this.#world.box(machineId);
    if (this.#life.dead) return new Promise(() => {});
    signal.throwIfAborted();
    const existing = store.runs.attempt(runId, epoch);
    if (existing === undefined) {
      this.#life.sync('addAttempt', () =>
        store.runs.addAttempt({
          ...newAttempt(runId, epoch, { id: machineId, name: machineId }, this.#now),
          directory: null,
        }),
      );
    } else if (existing.machineId !== machineId) throw refusal('RUN_ATTEMPT_STALE');
    else if (existing.evidence.kind === 'launch-failed') throw refusal('RUN_LAUNCH_FAILED');
    const path = resume === null ? null : (resume.path.split('/').at(-1) ?? null);
    try {
      await this.#life.call(
        'launch',
        [box],
        () => this.#world.launch(machineId, epoch, path, reason === 'migration'),
        {
          signal,
          takesMs: 300,
        },
      );
    } catch (error) {
      const failure = TrainyardError.from(error);
      if (!signal.aborted && !failure.retryable && failure.code !== 'RUN_ALREADY_LIVE') {
        this.#save(epoch, {
          state: 'failed',
          evidence: { kind: 'launch-failed', at: this.#now, error: failure.toShape() },
        });
      }
      throw error;
    }
    this.#save(epoch, { state: 'running', directory: '/there' });
    return store.runs.attempt(runId, epoch) as Attempt;
  }

  async end(_runId: string, epoch: number, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const box = this.#boxOf(epoch);
    await this.#life.call('stop', [box], () => box.stop(epoch, graceSeconds * 1000), { signal });
  }

  async look(runId: string, epoch: number, signal: AbortSignal) {
    const box = this.#boxOf(epoch);
    const status = await this.#life.call('look', [box], () => box.status(epoch, runId), { signal });
    if (status === null) return null;
    this.#hear(status);
    const attempt = this.#laptop.store.runs.attempt(runId, epoch);
    return attempt === undefined ? null : { attempt, box: status };
  }
  onSeen(_runId: string, listener: Seen): () => void {
    this.#seen.add(listener);
    return () => this.#seen.delete(listener);
  }

  lastStep(_runId: string, epoch: number): number | null {
    const attempt = this.#laptop.store.runs.attempt(this.#world.runId, epoch);
    if (attempt === undefined) return null;
    const box = this.#world.box(attempt.machineId);
    const there = box.attempts.get(epoch);
    if (there === undefined || !box.trainer.printsSteps) return null;
    if (box.visible) this.#steps.set(epoch, box.stepOf(there));
    return this.#steps.get(epoch) ?? null;
  }
  follow(): void {}
  markMoved(_runId: string, epoch: number, toMachineName: string): void {
    this.#life.sync('markMoved', () =>
      this.#save(epoch, { state: 'stopped', evidence: { kind: 'moved', at: this.#now, toMachineName } }),
    );
  }
  get(runId: string): Run {
    return this.#laptop.store.runs.require(runId);
  }

  /** The user stops the run: the word goes to whatever is alive. */
  userStop(): void {
    const { runId } = this.#world;
    for (const listener of [...this.#stops]) listener(runId, this.get(runId).epoch);
    for (const box of this.#world.boxes.values()) for (const { epoch } of box.alive()) box.stop(epoch, 5_000);
  }

  /** The boxes tell of changes by themselves. */
  hearAll(): void {
    for (const box of this.#world.boxes.values()) {
      if (!box.visible) continue;
      for (const epoch of box.attempts.keys()) {
        const status = box.status(epoch, this.#world.runId);
        if (status !== null) this.#hear(status);
      }
    }
  }

  #hear(status: BoxAttempt): void {
    if (this.#life.dead) return;
    const attempt = this.#laptop.store.runs.attempt(this.#world.runId, status.epoch);
    if (attempt === undefined) return;
    const ended = status.phase === 'ended' || status.phase === 'lost';
    if (ended && !hasEnded(attempt.state)) this.#save(status.epoch, { state: 'stopped' });
    for (const listener of [...this.#seen]) listener(attempt, status);
  }

  #save(epoch: number, change: Partial<Attempt>): void {
    if (!this.#life.dead) this.#laptop.store.runs.updateAttempt(this.#world.runId, epoch, change);
  }

  #boxOf(epoch: number): SimBox {
    const attempt = this.#laptop.store.runs.attempt(this.#world.runId, epoch);
    if (attempt === undefined) throw refusal('RUN_ATTEMPT_UNKNOWN');
    return this.#world.box(attempt.machineId);
  }
  get #now(): number {
    return this.#world.clock.now();
  }

  #boxRuns(box: SimBox): BoxRuns {
    const { runId } = this.#world;
    const call = <T>(name: string, signal: AbortSignal | undefined, effect: () => T) =>
      this.#life.call(name, [box], effect, { signal });
    const part: Partial<BoxRuns> = {
      install: (signal) => call('install', signal, () => ({ root: '/home/u/.trainyard', warning: null })),
      status: (_ids, signal) =>
        call('status', signal, () => ({
          bootId: 'boot',
          attempts: [...box.attempts.keys()].flatMap((epoch) => box.status(epoch, runId) ?? []),
          damaged: [],
        })),
      arm: (_id, epoch, { token, seconds }, signal) =>
        call('arm', signal, () => box.arm(epoch, token, seconds * 1000)),
      disarm: (_id, epoch, token, signal) => call('disarm', signal, () => box.disarm(epoch, token)),
      entomb: (_id, epoch, to, signal) => call('entomb', signal, () => box.entomb(epoch, to)),
      stop: (_id, epoch, grace, _by, signal) => call('stop', signal, () => box.stop(epoch, grace * 1000)),
      requestCheckpoint: (_id, epoch, _how, signal) =>
        call('request', signal, () => box.requestCheckpoint(epoch)),
      readLog: (_id, _epoch, _offset, _length, signal) =>
        call('readLog', signal, () => Buffer.from('last words\n')),
      remove: (_id, signal) => call('remove', signal, () => box.remove()),
    };
    return part as BoxRuns;
  }
}
