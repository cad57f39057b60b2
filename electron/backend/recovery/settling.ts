import { because } from '#shared/domain/because.ts';
import { newId } from '#shared/domain/id.ts';
import { quoted } from '#shared/domain/quoted.ts';
import type { RecoverySpec } from '#shared/domain/recovery.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';
import { policyActor, type RecoveryContext } from './context.ts';
import type { Entry } from './journal.ts';
import { claimOf, type Outcome } from './restart.ts';

/** Writes down what became of a loss: the journal, the claim's end, the activity log and what the user is told, together. */
export class Settling {
  readonly #context: RecoveryContext;

  constructor(context: RecoveryContext) {
    this.#context = context;
  }

  /** What a try to carry it out came to. */
  settle(entry: Entry, outcome: Outcome): void {
    const { store } = this.#context;
    const run = store.runs.get(entry.event.runId);
    if (run === undefined) return;
    store.transaction(() => {
      switch (outcome.kind) {
        case 'restarted':
          this.#restarted(entry, run, outcome);
          break;
        case 'over':
          if (outcome.why === 'alive') this.#takeBack(entry, run);
          else this.decline(entry);
          break;
        case 'asks':
          this.#asksForOver(entry, run, outcome);
          break;
        case 'failed':
          this.#failed(entry, run, outcome.error.toShape());
          break;
        case 'later':
          this.#later(entry, outcome.error.toShape());
      }
    });
  }

  /** It is not made good: nobody wants it, or it is no longer lost. */
  decline(entry: Entry): void {
    this.#close(entry, 'declined');
  }

  /** The run is alive, by this attempt: what is still asked about it is over. */
  overtaken(run: Run): void {
    const { journal, store } = this.#context;
    for (const entry of journal.open(run.id)) {
      // What waits to be carried out is looked at when it is due: it may be the box's own restart.
      if (entry.event.outcome !== 'asked') continue;
      store.transaction(() => {
        if (entry.event.epoch < run.epoch) this.decline(entry);
        else this.#takeBack(entry, run);
      });
    }
  }

  giveUp(entry: Entry, run: Run, policy: RecoverySpec, why: 'too-often' | 'hopeless'): void {
    const { store, journal, activity } = this.#context;
    const { diagnosis, epoch, cause } = entry.event;
    const { name, machineName } = run;
    const guess = diagnosis?.guess ?? 'unknown';
    const line = diagnosis?.line || diagnosis?.lastLines.at(-1) || '';
    entry.event = { ...entry.event, outcome: 'gave-up' };
    store.transaction(() => {
      if (!journal.add(entry)) return;
      activity.record({
        actor: policyActor,
        action: 'recovery.giveUp',
        target: run.id,
        result: 'failed',
        details: { name, epoch, cause, why, guess, restarts: entry.memory.inRow },
      });
      const times = why === 'too-often' ? ` ${entry.memory.inRow} times without progress` : '';
      store.notices.add({
        level: 'error',
        code: why === 'too-often' ? 'RECOVERY_GAVE_UP' : 'RECOVERY_HOPELESS',
        params: {
          name,
          machine: machineName,
          ...because('guess', wordOf('GUESS', guess)),
          line: line === '' ? '' : quoted(line).message,
          max: policy.max,
          restarts: entry.memory.inRow,
        },
        message:
          `Run "${name}" on ${machineName} ended${times} and is not restarted any more. Probable cause: ${wordOf('GUESS', guess).message}. ${line}`.trim(),
        runId: run.id,
      });
    });
  }

  /** The policy says to ask. */
  ask(entry: Entry, run: Run, lost: Attempt): void {
    const { store, journal } = this.#context;
    entry.event = { ...entry.event, outcome: 'asked', dueAt: null };
    const { cause, checkpoint } = entry.event;
    const step = checkpoint?.step ?? null;
    store.transaction(() => {
      if (!journal.add(entry)) return;
      this.#propose(
        entry,
        run,
        { machineId: lost.machineId, machineName: lost.machineName },
        {
          code: step === null ? 'RECOVERY_ASKS' : 'RECOVERY_ASKS_FROM_STEP',
          params: {
            name: run.name,
            machine: lost.machineName,
            ...because('cause', wordOf('CAUSE', cause)),
            ...(step === null ? {} : { step }),
          },
          message: `Run "${run.name}" on ${lost.machineName} was lost (${cause}). Restart it${step === null ? '' : ` from step ${step}`}?`,
        },
      );
      journal.save(entry);
    });
  }

  /** The box was quicker than we were: its restart, as if it were ours. */
  begunAtBoot(run: Run, lost: Attempt, newEpoch: number): void {
    const { store, clock, journal } = this.#context;
    const entry: Entry = {
      event: {
        id: newId(),
        runId: run.id,
        at: clock.now(),
        cause: 'reboot',
        epoch: lost.epoch,
        outcome: 'waiting',
        dueAt: null,
        toMachineId: null,
        toMachineName: null,
        newEpoch: null,
        checkpoint: null,
        diagnosis: null,
        error: null,
      },
      memory: {
        inRow: 0,
        best: { step: null, checkpoint: null },
        errorPlace: null,
        exitCode: null,
        starting: null,
        tries: 0,
        acceptedBy: null,
        startsOver: false,
        proposalId: null,
      },
    };
    store.transaction(() => {
      if (!journal.add(entry)) return;
      const { machineId, machineName } = lost;
      this.#restarted(entry, run, { machineId, machineName, epoch: newEpoch, byBox: true });
    });
  }

  #restarted(
    entry: Entry,
    run: Run,
    outcome: { epoch: number; machineId: string; machineName: string; byBox: boolean },
  ): void {
    const { activity, store } = this.#context;
    const { epoch, machineId, machineName, byBox } = outcome;
    const { cause, checkpoint } = entry.event;
    entry.event = {
      ...entry.event,
      newEpoch: epoch,
      toMachineId: machineId,
      toMachineName: machineName,
      error: null,
    };
    entry.memory = { ...entry.memory, starting: null, tries: 0 };
    this.#close(entry, 'restarted');
    const { name } = run;
    const step = checkpoint?.step ?? null;
    activity.record({
      actor: policyActor,
      action: 'recovery.restart',
      target: run.id,
      details: {
        name,
        cause,
        epoch: entry.event.epoch,
        newEpoch: epoch,
        machine: machineName,
        checkpoint: checkpoint?.path ?? null,
        step,
        byBox,
        acceptedBy: entry.memory.acceptedBy,
      },
    });
    const from = step === null ? '' : ` from step ${step}`;
    store.notices.add({
      level: 'info',
      code: step === null ? 'RECOVERY_RESTARTED' : 'RECOVERY_RESTARTED_FROM_STEP',
      params: {
        name,
        machine: machineName,
        ...because('cause', wordOf('CAUSE', cause)),
        ...(step === null ? {} : { step }),
      },
      message: `Run "${name}" was lost (${cause}) and goes on on ${machineName}${from}.`,
      runId: run.id,
    });
  }

  /** Nothing is left to go on from: starting over loses all of it, and is the user's to say. */
  #asksForOver(
    entry: Entry,
    run: Run,
    outcome: { machineId: string; machineName: string; lostStep: number | null },
  ): void {
    const { journal, handover } = this.#context;
    const { machineId, machineName, lostStep } = outcome;
    const step = lostStep ?? 0;
    this.#propose(
      entry,
      run,
      { machineId, machineName },
      {
        code: 'RECOVERY_STARTS_OVER',
        params: { name: run.name, machine: machineName, host: run.machineName, step },
        message: `All checkpoints of run "${run.name}" were on ${run.machineName}, which is lost; no verified backup of them lies elsewhere. Starting it again on ${machineName} loses its ${step} steps.`,
      },
    );
    entry.event = { ...entry.event, outcome: 'asked', dueAt: null };
    journal.save(entry);
    handover.release(run.id, claimOf(entry));
  }

  #failed(entry: Entry, run: Run, error: Entry['event']['error'] & object): void {
    const { activity, store } = this.#context;
    entry.event = { ...entry.event, error };
    entry.memory = { ...entry.memory, starting: null };
    this.#close(entry, 'failed');
    activity.record({
      actor: policyActor,
      action: 'recovery.restart',
      target: run.id,
      result: 'failed',
      details: { name: run.name, cause: entry.event.cause, epoch: entry.event.epoch, code: error.code },
    });
    store.notices.add({
      level: 'error',
      code: 'RECOVERY_FAILED',
      params: { name: run.name, ...because('why', error) },
      message: `Run "${run.name}" could not be restarted: ${error.message}`,
      runId: run.id,
    });
  }

  /** It waits on. The claim is kept only where a start may have reached its box: else the user may act meanwhile. */
  #later(entry: Entry, error: Entry['event']['error'] & object): void {
    const { journal, handover } = this.#context;
    const before = entry.event.error;
    entry.memory = { ...entry.memory, tries: entry.memory.tries + 1 };
    if (before?.code !== error.code || before.message !== error.message || entry.memory.tries % 10 === 0) {
      entry.event = { ...entry.event, error };
    }
    journal.save(entry);
    if (entry.memory.starting === null) handover.release(entry.event.runId, claimOf(entry));
  }

  /** It was never lost: a host that had been given up is back with it. Should it be lost later, that is another loss. */
  #takeBack(entry: Entry, run: Run): void {
    const { journal, policies } = this.#context;
    this.#close(entry, 'declined');
    journal.remove(entry.event.id);
    for (const { machineId, epoch } of run.attempts)
      if (epoch === entry.event.epoch) policies.clearGivenUp(run.id, machineId);
  }

  #propose(
    entry: Entry,
    run: Run,
    to: { machineId: string; machineName: string },
    reason: { code: string; params: Record<string, string | number>; message: string },
  ): void {
    const { proposals, store } = this.#context;
    const proposal = proposals.open({
      kind: 'restart',
      runId: run.id,
      runName: run.name,
      fromMachineId: run.machineId,
      fromMachineName: run.machineName,
      toMachineId: to.machineId,
      toMachineName: to.machineName,
      rule: 'recovery',
      reason,
    });
    entry.memory = { ...entry.memory, proposalId: proposal.id };
    store.notices.add({ level: 'warning', ...reason, runId: run.id });
  }

  #close(entry: Entry, outcome: 'restarted' | 'failed' | 'declined'): void {
    const { journal, handover, proposals } = this.#context;
    entry.event = { ...entry.event, outcome };
    journal.save(entry);
    handover.release(entry.event.runId, claimOf(entry));
    if (entry.memory.proposalId !== null) proposals.expire(entry.memory.proposalId);
  }
}
