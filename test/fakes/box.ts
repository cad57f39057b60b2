import { PassThrough, type Readable } from 'node:stream';
import type {
  BoxArming,
  BoxAttempt,
  BoxBootPlan,
  BoxBootStart,
  BoxFile,
  BoxLaunch,
  BoxLaunched,
  BoxPhase,
  BoxPlaces,
  BoxReport,
  BoxRuns,
  BoxWarm,
  LogMatch,
  LogQuery,
} from '#backend/runs/box/interface.ts';
import { boxTold } from '#shared/domain/box-sentences.ts';
import { TrainyardError } from '#shared/domain/error.ts';

interface Kept {
  launch: BoxLaunch;
  phase: BoxPhase;
  bootId: string;
  heartbeat: number;
  exit: BoxAttempt['exit'];
  log: Buffer;
  pid: number;
  armed: BoxArming | null;
  /** Tokens that were taken off: a renewal that comes late does not arm it again. */
  usedTokens: Set<string>;
}

/**
 * A box in memory that behaves as the real one must: it owns its runs, refuses stale epochs, never runs one twice, and
 * goes on when nobody looks. Several `connection()`s may be open at once; each can be cut.
 */
export class FakeBox {
  readonly runs = new Map<string, Map<number, Kept>>();
  bootId = 'boot-1';
  /** Every launch that took place: the proof that none did twice. */
  readonly launched: { runId: string; epoch: number }[] = [];
  /** Called before (`done` false) and after each call takes effect: throwing loses the request or the answer. */
  onCall: (name: string, done: boolean) => void | Promise<void> = () => {};
  readonly #changed = new Set<() => void>();
  #pid = 1000;

  attempt(runId: string, epoch: number): Kept {
    const kept = this.runs.get(runId)?.get(epoch);
    if (kept === undefined)
      throw new TrainyardError('RUN_UNKNOWN_ON_BOX', `The box has no attempt ${epoch} of this run.`);
    return kept;
  }

  all(): Kept[] {
    return [...this.runs.values()].flatMap((epochs) => [...epochs.values()]);
  }

  /** The trainer prints. */
  print(runId: string, epoch: number, text: string | Uint8Array): void {
    const kept = this.attempt(runId, epoch);
    kept.log = Buffer.concat([kept.log, Buffer.from(text)]);
    this.#tell();
  }

  /** The time of an armed stop comes. */
  fire(runId: string, epoch: number): void {
    if (this.attempt(runId, epoch).armed === null) throw new Error('nothing is armed');
    this.end(runId, epoch, null, 'timer');
  }

  /** The trainer ends. */
  end(runId: string, epoch: number, code: number | null, by: 'itself' | 'user' | 'timer' = 'itself'): void {
    const kept = this.attempt(runId, epoch);
    kept.phase = 'ended';
    kept.exit = { code, signal: code === null ? 'TERM' : null, by };
    this.#tell();
  }

  reboot(): void {
    this.bootId = `boot-${Number(this.bootId.slice(5)) + 1}`;
    for (const kept of this.all()) if (kept.exit === null) kept.phase = 'lost';
    this.#tell();
  }

  /** Set-ups that were done ahead of their launch. */
  readonly warmed: BoxWarm[] = [];
  /** Called in the middle of a set-up. */
  onWarm: (request: BoxWarm) => void = () => {};
  /** Runs that have left, and up to which epoch. */
  /** Runs whose files cannot be read. */
  readonly unreadable = new Set<string>();
  readonly tombs = new Map<string, { epoch: number; to: string }>();
  readonly asked: { runId: string; epoch: number; how: { signal: string } | { command: string } }[] = [];
  readonly #tokens = new Map<string, string>();

  launch(request: BoxLaunch): BoxLaunched {
    const epochs = this.runs.get(request.runId) ?? new Map<number, Kept>();
    const key = `${request.runId}/${request.epoch}`;
    const there = epochs.get(request.epoch);
    if (there !== undefined && request.token !== undefined && this.#tokens.get(key) === request.token) {
      return { directory: directoryOf(request.runId), pid: there.pid, startedAt: Date.now() };
    }
    const tomb = this.tombs.get(request.runId);
    if (tomb !== undefined && tomb.epoch >= request.epoch) {
      throw new TrainyardError('RUN_MOVED', 'This run has gone on elsewhere.', { params: { to: tomb.to } });
    }
    if ([...epochs.keys()].some((epoch) => epoch >= request.epoch)) {
      throw new TrainyardError('RUN_EPOCH_STALE', 'The box has this attempt or a newer one.');
    }
    if ([...epochs.values()].some(isAlive)) {
      throw new TrainyardError('RUN_ALREADY_LIVE', 'An earlier attempt of this run is still alive.');
    }
    const kept: Kept = {
      launch: { ...request, env: {} },
      phase: 'running',
      bootId: this.bootId,
      heartbeat: 1,
      exit: null,
      log: Buffer.alloc(0),
      pid: ++this.#pid,
      armed: null,
      usedTokens: new Set(),
    };
    this.#tokens.set(key, request.token ?? '');
    this.tombs.delete(request.runId);
    epochs.set(request.epoch, kept);
    this.runs.set(request.runId, epochs);
    this.launched.push({ runId: request.runId, epoch: request.epoch });
    this.environments.set(`${request.runId}/${request.epoch}`, request.env);
    this.#tell();
    return { directory: directoryOf(request.runId), pid: kept.pid, startedAt: Date.now() };
  }
  /** What the processes were given: in memory over there too. */
  readonly environments = new Map<string, Record<string, string>>();

  stop(runId: string, epoch: number): void {
    const kept = this.attempt(runId, epoch);
    if (kept.phase === 'ended' || kept.phase === 'lost') return;
    if (this.ignoresTerm.has(runId)) kept.phase = 'stopping';
    else this.end(runId, epoch, null, 'user');
    this.#tell();
  }
  readonly ignoresTerm = new Set<string>();

  report(runIds?: readonly string[]): BoxReport {
    const attempts: BoxAttempt[] = [];
    for (const [runId, epochs] of this.runs) {
      if (runIds !== undefined && !runIds.includes(runId)) continue;
      for (const [epoch, kept] of epochs) {
        const alive = isAlive(kept);
        attempts.push({
          runId,
          epoch,
          phase: kept.phase,
          directory: directoryOf(runId),
          pid: kept.pid,
          heartbeat: kept.heartbeat,
          heartbeatAgeMs: 100,
          supervisorAlive: alive,
          trainerAlive: alive,
          bootId: kept.bootId,
          exit: kept.exit,
          armed:
            kept.armed === null
              ? null
              : {
                  token: kept.armed.token,
                  remainingMs: kept.armed.seconds * 1000,
                  fired: kept.exit?.by === 'timer',
                },
          startedAtBoot: this.#tokens.get(`${runId}/${epoch}`) === 'boot',
          movedTo: (this.tombs.get(runId)?.epoch ?? 0) >= epoch ? (this.tombs.get(runId)?.to ?? null) : null,
          logBytes: kept.log.length,
          logInode: `inode-${runId}-${epoch}`,
          startedAgoMs: 1000,
          endedAgoMs: alive ? null : 10,
          complaint: null,
        });
      }
    }
    const damaged = [...this.unreadable].map((runId) => ({ runId, why: boxTold('Input/output error') }));
    return {
      bootId: this.bootId,
      attempts: attempts.filter(({ runId }) => !this.unreadable.has(runId)),
      damaged,
    };
  }

  /** What the box would do after a reboot; a test has it done by `boot()`. */
  readonly bootPlans = new Map<string, { epoch: number; plan: BoxBootPlan }>();
  startAtBoot(runId: string, epoch: number, plan: BoxBootPlan | null): BoxBootStart {
    if (plan === null || plan.secretNames.length > 0) this.bootPlans.delete(runId);
    else this.bootPlans.set(runId, { epoch: this.attempt(runId, epoch) && epoch, plan });
    if (plan === null) return { by: 'off', why: null, details: null };
    return plan.secretNames.length > 0
      ? { by: 'impossible', why: 'secrets', details: null }
      : { by: 'cron', why: null, details: null };
  }

  /** A reboot after which the box starts by itself what it has been asked to. */
  boot(): void {
    const living = this.all().filter((kept) => isAlive(kept) && kept.armed === null);
    this.reboot();
    for (const { launch } of living) {
      const { runId, epoch } = launch;
      const planned = this.bootPlans.get(runId);
      if (planned === undefined || epoch + 1 > planned.epoch + planned.plan.max) continue;
      this.launch({ ...planned.plan.launch, runId, epoch: epoch + 1, token: 'boot' });
    }
  }

  entomb(runId: string, epoch: number, to: string): void {
    const epochs = this.runs.get(runId);
    if (Math.max(0, ...(epochs?.keys() ?? [])) > epoch) return;
    if ([...(epochs?.values() ?? [])].some(isAlive))
      throw new TrainyardError('RUN_ALREADY_LIVE', 'An attempt of this run is still alive.');
    this.tombs.set(runId, { epoch, to });
    this.#tell();
  }

  onChange(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  #tell(): void {
    for (const listener of [...this.#changed]) listener();
  }
}

const isAlive = (kept: Kept): boolean => kept.phase !== 'ended' && kept.phase !== 'lost';
const directoryOf = (runId: string) => `/home/u/.trainyard/runs/${runId}`;
export const unreachable = () =>
  new TrainyardError('MACHINE_UNREACHABLE', 'The machine cannot be reached.', { retryable: true });

/** One connection to a box, as `createBoxRuns` gives it. `cut()` breaks everything that goes over it. */
export class FakeConnection implements BoxRuns {
  readonly box: FakeBox;
  readonly #cut = new AbortController();
  /** How many streams are open over it: a box allows about ten. */
  channels = 0;

  constructor(box: FakeBox) {
    this.box = box;
  }

  cut(): void {
    this.#cut.abort(unreachable());
  }

  async #call<T>(name: string, signal: AbortSignal | undefined, effect: () => T): Promise<T> {
    await Promise.resolve();
    signal?.throwIfAborted();
    this.#cut.signal.throwIfAborted();
    await this.box.onCall(name, false);
    this.#cut.signal.throwIfAborted();
    const result = effect();
    await this.box.onCall(name, true);
    this.#cut.signal.throwIfAborted();
    return result;
  }

  install(signal?: AbortSignal): Promise<BoxPlaces> {
    return this.#call('install', signal, () => ({ root: '/home/u/.trainyard', warning: null }));
  }
  launch(request: BoxLaunch, signal?: AbortSignal): Promise<BoxLaunched> {
    return this.#call('launch', signal, () => this.box.launch(request));
  }
  status(runIds?: readonly string[], signal?: AbortSignal): Promise<BoxReport> {
    return this.#call('status', signal, () => this.box.report(runIds));
  }
  readSpecification(runId: string, epoch: number, signal?: AbortSignal): Promise<string> {
    return this.#call('readSpecification', signal, () => this.box.attempt(runId, epoch).launch.specification);
  }
  stop(runId: string, epoch: number, _grace: number, _by: string, signal?: AbortSignal): Promise<void> {
    return this.#call('stop', signal, () => this.box.stop(runId, epoch));
  }
  kill(runId: string, epoch: number, _by: string, signal?: AbortSignal): Promise<void> {
    return this.#call('kill', signal, () => {
      if (isAlive(this.box.attempt(runId, epoch))) this.box.end(runId, epoch, null, 'user');
    });
  }
  readLog(
    runId: string,
    epoch: number,
    offset: number,
    length: number,
    signal?: AbortSignal,
  ): Promise<Buffer> {
    return this.#call('readLog', signal, () =>
      Buffer.from(this.box.attempt(runId, epoch).log.subarray(offset, offset + length)),
    );
  }

  async followLog(runId: string, epoch: number, offset: number, signal: AbortSignal): Promise<Readable> {
    await this.#call('followLog', signal, () => this.box.attempt(runId, epoch));
    const stream = new PassThrough();
    const gone = AbortSignal.any([signal, this.#cut.signal]);
    gone.throwIfAborted();
    this.channels++;
    let at = offset;
    const send = () => {
      if (stream.destroyed || stream.writableEnded) return;
      const kept = this.box.attempt(runId, epoch);
      if (kept.log.length > at) {
        stream.write(Buffer.from(kept.log.subarray(at)));
        at = kept.log.length;
      }
      if (!isAlive(kept)) stream.end();
    };
    const stopListening = this.box.onChange(send);
    const onGone = () => stream.destroy(gone.reason as Error);
    gone.addEventListener('abort', onGone, { once: true });
    stream.once('close', () => {
      this.channels--;
      stopListening();
      gone.removeEventListener('abort', onGone);
    });
    send();
    return stream;
  }

  async *searchLog(
    runId: string,
    epoch: number,
    query: LogQuery,
    signal: AbortSignal,
  ): AsyncIterable<LogMatch> {
    const log = await this.#call('searchLog', signal, () => this.box.attempt(runId, epoch).log);
    let offset = 0;
    let lineNumber = 0;
    for (const text of log.toString('latin1').split('\n')) {
      lineNumber++;
      if (text.includes(query.pattern)) yield { offset, lineNumber, text };
      offset += text.length + 1;
    }
  }
  listFiles(runId: string, _path: string, signal?: AbortSignal): Promise<BoxFile[]> {
    return this.#call('listFiles', signal, () => {
      if (!this.box.runs.has(runId))
        throw new TrainyardError('RUN_UNKNOWN_ON_BOX', 'The box has no such run.');
      return [];
    });
  }
  readFile(
    _runId: string,
    _path: string,
    _maxBytes: number,
    signal?: AbortSignal,
  ): Promise<{ bytes: Buffer; sizeBytes: number }> {
    return this.#call('readFile', signal, () => ({ bytes: Buffer.from('text'), sizeBytes: 4 }));
  }
  usage(_runId: string, signal?: AbortSignal): Promise<number> {
    return this.#call('usage', signal, () => 4096);
  }
  remove(runId: string, signal?: AbortSignal): Promise<void> {
    return this.#call('remove', signal, () => {
      if ([...(this.box.runs.get(runId)?.values() ?? [])].some(isAlive)) {
        throw new TrainyardError('RUN_ALREADY_LIVE', 'An attempt of this run is still alive.');
      }
      this.box.runs.delete(runId);
    });
  }

  warm(request: BoxWarm, signal: AbortSignal): Promise<void> {
    return this.#call('warm', signal, () => {
      const done = this.box.warmed.some(
        ({ runId, setupKey }) => runId === request.runId && setupKey === request.setupKey,
      );
      if (done) return;
      this.box.onWarm(request);
      this.box.warmed.push({ ...request, env: {} });
    });
  }
  requestCheckpoint(
    runId: string,
    epoch: number,
    how: { signal: string } | { command: string },
    signal?: AbortSignal,
  ): Promise<number> {
    return this.#call('requestCheckpoint', signal, () => {
      if (!isAlive(this.box.attempt(runId, epoch)))
        throw new TrainyardError('RUN_NOT_ALIVE', 'There is nothing to ask.');
      this.box.asked.push({ runId, epoch, how });
      return 1;
    });
  }
  arm(runId: string, epoch: number, request: BoxArming, signal?: AbortSignal): Promise<void> {
    return this.#call('arm', signal, () => {
      const kept = this.box.attempt(runId, epoch);
      if (!isAlive(kept)) throw new TrainyardError('RUN_NOT_ALIVE', 'There is nothing to stop.');
      const tomb = this.box.tombs.get(runId);
      if (tomb !== undefined && tomb.epoch >= epoch)
        throw new TrainyardError('RUN_MOVED', 'This run has gone on elsewhere.', { params: { to: tomb.to } });
      if (kept.armed !== null && kept.armed.token !== request.token)
        throw new TrainyardError('RUN_ARMED', 'Another move has armed it.');
      if (kept.usedTokens.has(request.token))
        throw new TrainyardError('RUN_ARMED', 'This stop was taken off already.');
      kept.armed = request;
    });
  }
  disarm(runId: string, epoch: number, token: string, signal?: AbortSignal): Promise<void> {
    return this.#call('disarm', signal, () => {
      const kept = this.box.attempt(runId, epoch);
      if (!isAlive(kept)) throw new TrainyardError('RUN_NOT_ALIVE', 'It has stopped already.');
      kept.usedTokens.add(token);
      if (kept.armed !== null && kept.armed.token !== token)
        throw new TrainyardError('RUN_ARMED', 'Another move has armed it.');
      kept.armed = null;
    });
  }
  entomb(runId: string, epoch: number, to: string, signal?: AbortSignal): Promise<void> {
    return this.#call('entomb', signal, () => this.box.entomb(runId, epoch, to));
  }
  startAtBoot(
    runId: string,
    epoch: number,
    plan: BoxBootPlan | null,
    signal?: AbortSignal,
  ): Promise<BoxBootStart> {
    return this.#call('startAtBoot', signal, () => this.box.startAtBoot(runId, epoch, plan));
  }

  async watch(onChange: (report: BoxReport) => void, signal: AbortSignal): Promise<void> {
    await this.#call('watch', signal, () => undefined);
    const gone = AbortSignal.any([signal, this.#cut.signal]);
    gone.throwIfAborted();
    this.channels++;
    await new Promise<void>((resolve, reject) => {
      let last = '';
      const stopListening = this.box.onChange(() => {
        const report = this.box.report();
        const phases = JSON.stringify(
          report.attempts.map(({ runId, epoch, phase }) => [runId, epoch, phase]),
        );
        if (phases !== last) onChange(report);
        last = phases;
      });
      gone.addEventListener(
        'abort',
        () => {
          this.channels--;
          stopListening();
          if (signal.aborted) resolve();
          else reject(gone.reason as Error);
        },
        { once: true },
      );
    });
  }
}
