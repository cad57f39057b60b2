import { TrainyardError } from '#shared/domain/error.ts';
import type { RecoverySpec } from '#shared/domain/recovery.ts';
import { type Attempt, hasEnded, type Run, type RunSummary } from '#shared/domain/run.ts';
import type { RecoveryContext } from './context.ts';
import { newestCheckpoint } from './evidence.ts';

/** A new checkpoint is told to the box at most this often. */
const toldEveryMs = 60_000;
const retryMs = 60_000;

interface Told {
  epoch: number;
  at: number;
  /** A checkpoint came since: the box is to be told of it. */
  isOld: boolean;
}

/**
 * Keeps each box able to start its runs again after a reboot with this computer closed: where the policy has `reboot`, the
 * box has a plan from the launch (or a move) on, with the newest checkpoint to go on from; at the end it is taken away.
 */
export class AtBoot {
  readonly #context: RecoveryContext;
  readonly #told = new Map<string, Told>();
  readonly #busy = new Set<string>();

  constructor(context: RecoveryContext) {
    this.#context = context;
  }

  /** A run has changed: tells its box where there is something to tell. */
  async hear({ id, state, epoch, machineId }: RunSummary): Promise<void> {
    const { access, clock, policies } = this.#context;
    if (this.#busy.has(id) || !access.isConnected(machineId)) return;
    const told = this.#told.get(id);
    if (hasEnded(state)) {
      this.#told.delete(id);
      // A run that was lost with its machine is what the plan is for.
      if (state === 'lost' || policies.boot(id) === null || policies.boot(id)?.state === 'off') return;
    } else {
      if (state !== 'running') return;
      const isNew = told === undefined || told.epoch !== epoch;
      const isDue = told?.isOld === true && clock.now() - told.at >= toldEveryMs;
      if (!isNew && !isDue) return;
    }
    await this.#tell(id);
  }

  /** Its checkpoints have changed. */
  checkpointsChanged(runId: string): void {
    const told = this.#told.get(runId);
    if (told !== undefined) told.isOld = true;
  }

  /** Its policy has changed. */
  async policyChanged(runId: string): Promise<void> {
    this.#told.delete(runId);
    const run = this.#context.store.runs.summary(runId);
    if (run !== undefined && !hasEnded(run.state) && this.#context.access.isConnected(run.machineId))
      await this.#tell(runId);
  }

  async #tell(runId: string): Promise<void> {
    const { store, clock, log, ending } = this.#context;
    const run = store.runs.get(runId);
    const attempt = run?.attempts.at(-1);
    if (run === undefined || attempt === undefined || this.#busy.has(runId)) return;
    this.#busy.add(runId);
    try {
      await this.#say(run, attempt, ending);
      this.#told.set(runId, { epoch: attempt.epoch, at: clock.now(), isOld: false });
    } catch (thrown) {
      const { code, details } = TrainyardError.from(thrown);
      log.debug({ runId, code, details }, 'a box could not be told about starting a run at its boot');
      // Tried again a while later, with the next heartbeat.
      this.#told.set(runId, { epoch: attempt.epoch, at: clock.now() - toldEveryMs + retryMs, isOld: true });
    } finally {
      this.#busy.delete(runId);
    }
  }

  async #say(run: Run, attempt: Attempt, signal: AbortSignal): Promise<void> {
    const { handover, policies, events } = this.#context;
    const { policy } = policies.of(run.id);
    const wanted = policy !== null && !hasEnded(attempt.state) && isWanted(policy, attempt.machineName);
    const before = policies.boot(run.id);
    if (!wanted && (before === null || before.state === 'off')) return;
    const { box } = await handover.connect(attempt.machineId, signal);
    const { epoch } = attempt;
    let state: 'cron' | 'systemd' | 'impossible' | 'off' = 'off';
    if (wanted) {
      const newest = await newestCheckpoint(this.#context, run, attempt, signal);
      const resume = newest === null ? null : { path: newest.path, step: newest.found.step };
      const { launch, secretNames } = await handover.bootLaunch(run.id, epoch, resume);
      const plan = { launch, secretNames, max: Math.max(1, policy.max) };
      state = (await box.startAtBoot(run.id, epoch, plan, signal)).by;
    } else {
      await box.startAtBoot(run.id, epoch, null, signal);
    }
    if (before?.state === state && before.epoch === epoch) return;
    policies.setBoot(run.id, { epoch, state });
    events.publish({ type: 'recovery.changed', runId: run.id });
  }
}

/** The box can only start it on itself, without asking anybody. */
const isWanted = ({ on, to, ask, max }: RecoverySpec, machineName: string): boolean =>
  on.includes('reboot') && !ask && max > 0 && (to === 'same' || to === 'any' || to.includes(machineName));
