import { TrainyardError } from '#shared/domain/error.ts';
import type { Actor } from '#shared/domain/role.ts';
import { type Attempt, hasEnded, type Run } from '#shared/domain/run.ts';
import type { Label, Override } from '#shared/domain/sensitivity.ts';
import type { RunsContext } from './context.ts';
import {
  epochUnknown,
  machineDraining,
  noSuchAccelerator,
  notEnded,
  runClaimed,
  secretsNeeded,
} from './errors.ts';
import { queuedAttempt } from './launch.ts';
import type { LogShelf } from './logs/shelf.ts';
import type { MachineRuns } from './machine.ts';
import { whyNever } from './queue/plan.ts';
import { takenFrom } from './snapshots.ts';
import { shownName } from './specification.ts';

export interface ControlOptions {
  context: RunsContext;
  shelf: LogShelf;
  machine(machineId: string): MachineRuns;
}

export interface RestartRequest {
  machineId?: string | undefined;
  secrets: Record<string, string>;
  secretCredentials?: Record<string, string> | undefined;
  sensitivity?: Label | undefined;
  override?: Override | undefined;
}

/** What users do to runs that are there. Each answers once it is in the database; boxes are told as soon as they are seen. */
export class Control {
  readonly #options: ControlOptions;
  readonly #context: RunsContext;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#context = options.context;
  }

  /** Of an ended run it changes nothing. */
  stop(runId: string, graceSeconds: number | undefined, actor: Actor): Run {
    const grace = graceSeconds ?? this.#context.store.settings.get().stopGraceSeconds;
    return this.#end(runId, 'stop', grace, actor);
  }

  kill(runId: string, actor: Actor): Run {
    return this.#end(runId, 'kill', 0, actor);
  }

  /**
   * A new attempt with the same code. One that is alive is stopped first; the new one waits until it is proven gone.
   * Throws RUN_SECRETS_NEEDED where secrets are in neither memory nor the vault, VAULT_LOCKED where it has to be opened;
   * SENSITIVITY_VIOLATION, OVERRIDE_NEEDS_OWNER; RUN_CLAIMED, MACHINE_DRAINING.
   */
  restart(runId: string, request: RestartRequest, actor: Actor): Run {
    const { store, notes, records, secrets, activity, clock } = this.#context;
    const run = store.runs.require(runId);
    this.#refuseClaimed(run);
    const before = this.#newest(run);
    const machine = store.machines.require(request.machineId ?? before.machineId);
    if (machine.draining) throw machineDraining(machine.name);
    const never = whyNever(machine.inventory?.accelerators ?? null, run.spec.resources.accelerators);
    if (never !== null) throw noSuchAccelerator(machine.name, never);
    const note = notes.get('launch', runId, before.epoch);
    const epoch = before.epoch + 1;
    const { sensitivity, override } = request;
    const admitted = this.#context.policy?.admit({
      action: 'run.restart',
      run,
      epoch,
      machineId: machine.id,
      sources: takenFrom(this.#context, run, note?.baseDirectory ?? null),
      actor,
      sensitivity,
      override,
    });
    const credentials = { ...note?.credentials, ...request.secretCredentials };
    const secretNames = [
      ...new Set([
        ...(note?.secretNames ?? []),
        ...Object.keys(credentials),
        ...Object.keys(request.secrets),
      ]),
    ];
    // A credential named now stands for the value that memory has from before.
    secrets.keep(runId, secrets.fromVault(request.secretCredentials ?? {}, { id: runId, name: run.name }));
    secrets.keep(runId, request.secrets);
    const known = secrets.take(runId, secretNames, credentials, run.name);
    if (!known.ok) throw known.why.code === 'RUN_SECRETS_LOST' ? secretsNeeded(known.missing) : known.why;
    if (!hasEnded(before.state)) this.stop(runId, undefined, actor);
    const next = queuedAttempt(runId, epoch, machine, clock.now());
    store.transaction(() => {
      const summary = store.runs.addAttempt(next);
      admitted?.();
      notes.set('launch', runId, next.epoch, {
        sent: false,
        token: null,
        baseDirectory: note?.baseDirectory ?? null,
        secretNames,
        credentials,
      });
      this.#record(activity, actor, 'run.restart', run, { epoch: next.epoch, machine: machine.name });
      store.afterCommit(() => {
        records.publish(summary);
        records.publishMachine(machine.id);
      });
    });
    this.#context.onStep?.('accepted');
    this.#options.machine(machine.id).wake({ background: false });
    return store.runs.require(runId);
  }

  rename(runId: string, name: string, actor: Actor): Run {
    const shown = shownName(name) || runId;
    return this.#change(runId, 'run.rename', { name: shown }, actor, () =>
      this.#context.store.runs.rename(runId, shown),
    );
  }

  setPriority(runId: string, priority: number, actor: Actor): Run {
    const run = this.#change(runId, 'run.priority', { priority }, actor, () =>
      this.#context.store.runs.setPriority(runId, priority),
    );
    this.#options.machine(run.machineId).turns.take();
    return this.#context.store.runs.require(runId);
  }

  /** Throws RUN_CLAIMED. */
  archive(runId: string, archived: boolean, actor: Actor): Run {
    this.#refuseClaimed(this.#context.store.runs.require(runId));
    return this.#change(runId, archived ? 'run.archive' : 'run.unarchive', {}, actor, () =>
      this.#context.store.runs.setArchived(runId, archived),
    );
  }

  async previewDelete(
    runId: string,
    signal?: AbortSignal,
  ): Promise<{ boxBytes: number | null; boxReachable: boolean; logBytes: number }> {
    const run = this.#context.store.runs.require(runId);
    const logBytes = this.#options.shelf.keptBytes(runId);
    const connected = this.#options.machine(run.machineId).connected;
    if (connected === null) return { boxBytes: null, boxReachable: false, logBytes };
    try {
      return { boxBytes: await connected.box.usage(runId, signal), boxReachable: true, logBytes };
    } catch (error) {
      if (TrainyardError.from(error).code === 'RUN_UNKNOWN_ON_BOX')
        return { boxBytes: 0, boxReachable: true, logBytes };
      if (connected.signal.aborted) return { boxBytes: null, boxReachable: false, logBytes };
      throw error;
    }
  }

  /**
   * Removes the run here at once, and its directory on the boxes as soon as they are seen; until then they cannot bring
   * it back. Throws RUN_NOT_ENDED, RUN_CLAIMED.
   */
  async delete(runId: string, keepOnBox: boolean, actor: Actor): Promise<void> {
    const { store, notes, records, secrets, activity, clock } = this.#context;
    const run = store.runs.require(runId);
    this.#refuseClaimed(run);
    if (run.attempts.some(({ state }) => !hasEnded(state))) throw notEnded(run.name);
    const machines = [...new Set(run.attempts.map(({ machineId }) => machineId))];
    store.transaction(() => {
      for (const machineId of machines) {
        notes.forget({ runId, machineId, removeOnBox: !keepOnBox }, clock.now());
      }
      store.runs.remove(runId);
      this.#record(activity, actor, 'run.delete', run, { keepOnBox });
      store.afterCommit(() => records.publishRemoved(runId));
    });
    secrets.drop(runId);
    this.#options.shelf.remove(runId);
    if (keepOnBox) return;
    await Promise.all(machines.map((machineId) => this.#options.machine(machineId).removeForgotten()));
  }

  #end(runId: string, what: 'stop' | 'kill', graceSeconds: number, actor: Actor): Run {
    const { store, notes, records, activity, clock } = this.#context;
    const run = store.runs.require(runId);
    const attempt = this.#newest(run);
    // An earlier attempt may still be ending while the newest waits for it: the word holds for both.
    for (const each of run.attempts.filter(({ state }) => !hasEnded(state))) {
      const { epoch } = each;
      const sent = notes.get('launch', runId, epoch)?.sent ?? true;
      const told = notes.get('intent', runId, epoch);
      if (told !== null && (told.what === 'kill' || what === 'stop') && each !== attempt) continue;
      const at = clock.now();
      store.transaction(() => {
        if (sent) {
          notes.set('intent', runId, epoch, { what, who: actor.name, at, graceSeconds, delivered: false });
        }
        const evidence = { kind: 'user', at, who: actor.name, what } as const;
        records.save(
          runId,
          epoch,
          sent ? { state: 'stopping', evidence } : { state: 'stopped', endedAt: at, evidence },
        );
        this.#record(activity, actor, `run.${what}`, run, {
          epoch,
          ...(what === 'stop' ? { graceSeconds } : {}),
        });
      });
      const machine = this.#options.machine(each.machineId);
      // On its way: aborting it ends in asking the box, which then hears of the stop.
      if (machine.turns.isPreparing(runId, epoch)) machine.turns.abort(runId, epoch);
      else if (sent) machine.deliver(runId, epoch);
      machine.turns.take();
    }
    if (this.#context.claims.of(runId) !== null) this.#context.listeners.userStop(runId, attempt.epoch);
    return store.runs.require(runId);
  }

  #refuseClaimed({ id, name }: Run): void {
    if (this.#context.claims.of(id) !== null) throw runClaimed(name);
  }

  #change(
    runId: string,
    action: string,
    details: Record<string, unknown>,
    actor: Actor,
    change: () => Parameters<RunsContext['records']['publish']>[0],
  ): Run {
    const { store, records, activity } = this.#context;
    return store.transaction(() => {
      const before = store.runs.require(runId);
      const summary = change();
      this.#record(activity, actor, action, before, details);
      store.afterCommit(() => records.publish(summary));
      return store.runs.require(runId);
    });
  }

  #newest(run: Run): Attempt {
    const attempt = run.attempts.at(-1);
    if (attempt === undefined) throw epochUnknown(run.epoch);
    return attempt;
  }

  #record(
    activity: RunsContext['activity'],
    actor: Actor,
    action: string,
    run: Run,
    details: Record<string, unknown>,
  ): void {
    activity.record({
      actor,
      action,
      target: run.id,
      result: 'done',
      details: { name: run.name, ...details },
    });
  }
}
