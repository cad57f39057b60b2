import type { BoxAttempt } from '#backend/runs/box/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import { policyActor, type RecoveryContext } from './context.ts';
import { hostConnected, hostIsThisComputer } from './errors.ts';

/** A host that still answers is not lost: it is tried once, so long. */
const lastTryMs = 20_000;
const killAfterMs = 120_000;
const retryMs = 10_000;

/**
 * Hosts that the user has given up. Only the user's word makes a run's machine count as gone: not being seen, for however
 * long, never does. Should such a host be seen again, what has gone on elsewhere is stopped there.
 */
export class LostHosts {
  readonly #context: RecoveryContext;

  constructor(context: RecoveryContext) {
    this.#context = context;
  }

  /**
   * Ends the attempts on that machine by the user's word; what their policies make of that follows. Runs that are being moved
   * are the move's. Rejects with RECOVERY_HOST_CONNECTED where it answers, RECOVERY_HOST_HERE for this computer.
   */
  async declare(machineId: string, actor: Actor): Promise<number> {
    const { store, handover, activity, policies } = this.#context;
    const machine = store.machines.require(machineId);
    if (machineId === thisComputerId) throw hostIsThisComputer();
    if (await this.#answers(machineId)) throw hostConnected(machine.name);
    return store.transaction(() => {
      const lost = store.runs.liveAttempts(machineId).filter(({ runId, state }) => {
        const run = store.runs.summary(runId);
        return state !== 'queued' && run !== undefined && run.moving === null;
      });
      for (const { runId, epoch } of lost) {
        policies.setGivenUp(runId, machineId, epoch);
        handover.markLost(runId, epoch, actor.name);
      }
      activity.record({
        actor,
        action: 'recovery.declareLost',
        target: machineId,
        details: { machine: machine.name, runs: lost.map(({ runId }) => runId) },
      });
      return lost.length;
    });
  }

  /** A machine is connected: what was given up there and trains on elsewhere must not train there too. */
  async seen(machineId: string): Promise<void> {
    const { ending, log, clock, access } = this.#context;
    while (!ending.aborted && access.isConnected(machineId)) {
      const runs = this.#stale(machineId);
      if (runs.length === 0) return;
      try {
        await this.#stopStale(machineId, runs, ending);
        return;
      } catch (thrown) {
        const { code, message, details } = TrainyardError.from(thrown);
        log.warn(
          { machineId, code, message, details },
          'a machine that was given up could not be put in order',
        );
        await clock.sleep(retryMs, ending).catch(() => undefined);
      }
    }
  }

  async #answers(machineId: string): Promise<boolean> {
    const { access, handover, clock, ending } = this.#context;
    if (access.isConnected(machineId)) return true;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, ending]);
    const late = clock.sleep(lastTryMs, signal).then(
      () => false,
      () => false,
    );
    const tried = handover.connect(machineId, signal).then(
      () => true,
      () => false,
    );
    const answers = await Promise.race([tried, late]);
    over.abort();
    return answers;
  }

  /** Runs given up there that have a newer attempt elsewhere. Where there is none the box's word counts again: nothing is stale. */
  #stale(machineId: string): { runId: string; newest: string }[] {
    const { store, policies } = this.#context;
    return policies.givenUpOn(machineId).flatMap(({ runId, epoch }) => {
      const run = store.runs.summary(runId);
      const isElsewhere = run !== undefined && run.epoch > epoch && run.machineId !== machineId;
      return isElsewhere ? [{ runId, newest: run.machineName }] : [];
    });
  }

  async #stopStale(
    machineId: string,
    runs: readonly { runId: string; newest: string }[],
    signal: AbortSignal,
  ): Promise<void> {
    const { handover, store, policies } = this.#context;
    const { box } = await handover.connect(machineId, signal);
    const report = await box.status(
      runs.map(({ runId }) => runId),
      signal,
    );
    const grace = store.settings.get().stopGraceSeconds;
    for (const { runId, newest } of runs) {
      const there = report.attempts.filter((each) => each.runId === runId);
      for (const attempt of there.filter(isAlive)) {
        await box.stop(runId, attempt.epoch, grace, policyActor.name, signal);
        this.#tell(machineId, runId, attempt.epoch, newest);
        await this.#untilDead(machineId, runId, attempt.epoch, signal);
      }
      // A box that starts runs after its boot may have gone beyond the attempt that was given up; now it starts none of it.
      const last = Math.max(0, ...there.map(({ epoch }) => epoch));
      if (last > 0) await box.entomb(runId, last, newest, signal);
      policies.clearGivenUp(runId, machineId);
    }
  }

  async #untilDead(machineId: string, runId: string, epoch: number, signal: AbortSignal): Promise<void> {
    const { handover, clock } = this.#context;
    const since = clock.elapsed();
    for (;;) {
      const { box } = await handover.connect(machineId, signal);
      const { attempts } = await box.status([runId], signal);
      const attempt = attempts.find((each) => each.epoch === epoch);
      if (attempt === undefined || !isAlive(attempt)) return;
      if (clock.elapsed() - since > killAfterMs) await box.kill(runId, epoch, policyActor.name, signal);
      await clock.sleep(1000, signal);
    }
  }

  #tell(machineId: string, runId: string, epoch: number, newest: string): void {
    const { store, activity } = this.#context;
    const machine = store.machines.get(machineId)?.name ?? machineId;
    const name = store.runs.summary(runId)?.name ?? runId;
    store.transaction(() => {
      activity.record({
        actor: policyActor,
        action: 'recovery.stopStale',
        target: runId,
        details: { name, epoch, machine, newest },
      });
      store.notices.add({
        level: 'warning',
        code: 'RECOVERY_STALE_STOPPED',
        params: { name, machine, newest },
        message: `${machine}, which was given up, is back: run "${name}" was still training there and was stopped. It goes on on ${newest}.`,
        runId,
      });
    });
  }
}

const isAlive = ({ phase, trainerAlive }: BoxAttempt): boolean =>
  trainerAlive || phase === 'setup' || phase === 'running' || phase === 'stopping';
