import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ErrorShape, TrainyardError } from '#shared/domain/error.ts';
import type { Migration, MigrationPhase } from '#shared/domain/migration.ts';
import { isOver, migrationPhases } from '#shared/domain/migration.ts';
import { until } from '#test/until.ts';
import type { LaptopOptions } from './laptop.ts';
import type { RemoteOperations as Operations } from './laptop-process.ts';
import type { Asked } from './operations.ts';

type Said =
  | { kind: 'ready' }
  | { kind: 'answer'; id: number; result: unknown }
  | { kind: 'failure'; id: number; error: ErrorShape }
  | { kind: 'moved'; id: string; runId: string; phase: MigrationPhase };
type Answer<Name extends keyof Operations> = Awaited<ReturnType<Operations[Name]>>;

const program = path.join(import.meta.dirname, 'laptop-process.ts');

/** A laptop that can be killed and started again over the same data. Calls to a dead one are rejected. */
export class RemoteLaptop {
  readonly #options: Omit<LaptopOptions, 'onStep'>;
  readonly #listeners = new Set<(move: { id: string; runId: string; phase: MigrationPhase }) => void>();
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #child: ChildProcess | null = null;
  #isUp = false;
  #lastCall = 0;

  constructor(options: Omit<LaptopOptions, 'onStep'>) {
    this.#options = options;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Rejects where it is killed before it is up. */
  async start(): Promise<void> {
    if (this.#child !== null) return;
    const child = fork(program, [JSON.stringify(this.#options)], {
      serialization: 'advanced',
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    this.#child = child;
    const ready = Promise.withResolvers<void>();
    child.on('message', (said: Said) => {
      if (said.kind === 'ready') {
        this.#isUp = true;
        ready.resolve();
      } else this.#hear(said);
    });
    child.on('error', () => undefined); // its end is what counts
    child.on('exit', () => {
      if (this.#child === child) {
        this.#child = null;
        this.#isUp = false;
      }
      ready.reject(new Error('the laptop died before it was up'));
      for (const call of this.#pending.values())
        call.reject(new TrainyardError('LAPTOP_DEAD', 'The laptop is dead.'));
      this.#pending.clear();
    });
    await ready.promise;
  }

  #hear(said: Exclude<Said, { kind: 'ready' }>): void {
    if (said.kind === 'moved') {
      for (const listener of [...this.#listeners]) listener(said);
      return;
    }
    const call = this.#pending.get(said.id);
    this.#pending.delete(said.id);
    if (said.kind === 'answer') call?.resolve(said.result);
    else call?.reject(TrainyardError.fromShape(said.error));
  }

  async call<Name extends keyof Operations>(
    name: Name,
    ...args: Parameters<Operations[Name]>
  ): Promise<Answer<Name>> {
    const child = this.#child;
    if (child === null || !this.#isUp) throw new TrainyardError('LAPTOP_DEAD', 'The laptop is dead.');
    const id = ++this.#lastCall;
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(id, answer);
    child.send({ id, name, args }, () => undefined);
    return (await answer.promise) as Answer<Name>;
  }

  get asked(): Asked {
    return {
      state: (...args) => this.call('state', ...args),
      run: (...args) => this.call('run', ...args),
      stop: (...args) => this.call('stop', ...args),
      readLog: (...args) => this.call('readLog', ...args),
    };
  }

  onMoved(listener: (move: { id: string; runId: string; phase: MigrationPhase }) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when it has died; kills it where it does not by itself. */
  async died({ itself = false } = {}): Promise<void> {
    if (!itself) this.#child?.kill('SIGKILL');
    await until('the laptop is dead', () => this.#child === null);
  }

  /** Resolves when it has fallen asleep: its process stands still, and time goes on. */
  async asleep(): Promise<void> {
    const stat = () => readFileSync(`/proc/${this.#child?.pid}/stat`, 'latin1');
    await until('the laptop is asleep', () => /\) T /.test(stat()), { deadlineMs: 180_000 });
  }
  wake(): void {
    this.#child?.kill('SIGCONT');
  }

  /** The move once it is in this phase or beyond. The laptop may die and be started again meanwhile. */
  reached(migrationId: string, phase: MigrationPhase): Promise<Migration> {
    const wanted = migrationPhases.indexOf(phase);
    return this.#awaited(
      migrationId,
      phase,
      (move) => isOver(move.phase) || migrationPhases.indexOf(move.phase) >= wanted,
    );
  }

  ended(migrationId: string, deadlineMs = 180_000): Promise<Migration> {
    return this.#awaited(migrationId, 'over', ({ phase }) => isOver(phase), deadlineMs);
  }

  async #awaited(
    id: string,
    what: string,
    isSo: (move: Migration) => boolean,
    deadlineMs = 180_000,
  ): Promise<Migration> {
    let last: Migration | null = null;
    try {
      return await until(
        `the move is ${what}`,
        async () => {
          if (!this.isUp) return null;
          last = await this.call('migration', id);
          return isSo(last) ? last : null;
        },
        { deadlineMs, everyMs: 40 },
      );
    } catch (error) {
      throw new Error(`it is not ${what} but ${JSON.stringify(last)}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    this.wake();
    await this.call('close').catch(() => undefined);
    child.kill('SIGKILL');
    await gone;
  }
}
