import { api } from '#backend/api/index.ts';
import type { EventBus } from '#backend/events.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { isOver, type Migration } from '#shared/domain/migration.ts';
import type { MachinePolicy, Proposal, RebalancePolicy, RecoverySpec } from '#shared/domain/recovery.ts';
import type { Run, RunSummary } from '#shared/domain/run.ts';
import type { Backup, KeepPolicy } from '#shared/domain/run-backup.ts';
import { fixtureId } from './fixture-data.ts';
import {
  fixtureBackups,
  fixtureCheckpoints,
  fixtureCopies,
  fixtureEvacuation,
  fixtureProposals,
  fixtureRecoveryEvents,
  foundCheckpoints,
  noRoom,
} from './fixture-kept-data.ts';
import {
  committedMove,
  consequenceOf,
  fixtureLeft,
  fixtureMove,
  fixturePlan,
  rolledBackMove,
} from './fixture-moves-data.ts';

interface Yard {
  now: number;
  events: EventBus;
  machines: readonly Machine[];
  runs: Map<string, RunSummary>;
  detail(run: RunSummary): Run;
}

export interface FixtureMoves {
  /** Whether a plan is answered at once; a test that looks at "looking…" holds it back. */
  hold: { plans: Promise<void> | null };
  /** Every move that was asked for, as it was asked. */
  asked: { runId: string; machineId: string; mode?: string; acceptedLoss?: number; override?: unknown }[];
  all(): Migration[];
  /** Says that a move is another now; its run's summary follows. */
  say(move: Migration): void;
}

const notFound = (what: string) => new TrainyardError('NOT_FOUND', `There is no such ${what} (any more).`);
const GiB = 1024 ** 3;

/** What the backend's rooms for moving, keeping and recovering would answer, from memory. */
export function fixtureMoves({ now, events, machines, runs, detail }: Yard) {
  const at = (index: number): Machine => {
    const machine = machines[index] ?? machines[0];
    if (!machine) throw notFound('machine');
    return machine;
  };
  const runAt = (index: number): RunSummary => find(fixtureId('r', index));
  function find(id: string): RunSummary {
    const run = runs.get(id);
    if (!run) throw new TrainyardError('RUN_UNKNOWN', 'There is no such run (any more).');
    return run;
  }
  const machineOf = (id: string): Machine => {
    const machine = machines.find((each) => each.id === id);
    if (!machine) throw notFound('machine');
    return machine;
  };
  const small = runs.size < 4 || machines.length < 6;
  const moves = new Map<string, Migration>();
  const keep = (move: Migration) => {
    moves.set(move.id, move);
    const run = runs.get(move.runId);
    if (!run) return;
    const moving = isOver(move.phase)
      ? null
      : { migrationId: move.id, phase: move.phase, toMachineName: move.to.machineName };
    const there = move.phase === 'committed' && move.id !== fixtureId('v', 2);
    runs.set(run.id, {
      ...run,
      moving,
      ...(there ? { machineId: move.to.machineId, machineName: move.to.machineName } : {}),
    });
  };
  if (!small) {
    keep(committedMove(2, runAt(0), at(3), now));
    keep(rolledBackMove(3, runAt(0), at(5), now));
    keep(
      fixtureMove(0, runAt(1), at(5), 'precopying', now, {
        reason: { kind: 'evacuate', who: 'mei', why: null },
        progress: {
          doneBytes: 27.9 * GiB,
          totalBytes: 46 * GiB,
          doneFiles: 13_120,
          totalFiles: 22_102,
          bytesPerSecond: 212 * 1024 ** 2,
          remainingMs: 87_000,
        },
      }),
    );
    keep(
      fixtureMove(1, runAt(2), at(1), 'copying', now, {
        checkpoint: { path: 'checkpoint-18414', step: 18_414, bytes: 18.4 * GiB },
        progress: {
          doneBytes: 4.1 * GiB,
          totalBytes: 18.4 * GiB,
          doneFiles: 2,
          totalFiles: 9,
          bytesPerSecond: 0,
          remainingMs: null,
        },
        waitingFor: {
          code: 'MOVE_WAITS_FOR_DESTINATION',
          params: { machine: 'heron' },
          message: 'heron is out of sight: waiting until nothing can train there any more.',
        },
      }),
    );
  }
  const control: FixtureMoves = {
    hold: { plans: null },
    asked: [],
    all: () => [...moves.values()],
    say(move) {
      keep(move);
      events.publish({ type: 'migration.changed', migration: move });
      const run = runs.get(move.runId);
      if (run) events.publish({ type: 'run.changed', run });
    },
  };

  const get = (id: string): Migration => {
    const move = moves.get(id);
    if (!move) throw notFound('move');
    return move;
  };
  let left = small ? [] : fixtureLeft(runAt(0), [at(3), at(5), at(1)]);
  const migrations = api.migrations.router({
    plan: api.migrations.plan.handler(async ({ input }) => {
      await control.hold.plans;
      const path = input.path === 'laptop' ? 'laptop' : 'direct';
      return fixturePlan(find(input.runId), machineOf(input.machineId), input.mode ?? 'request', path);
    }),
    start: api.migrations.start.handler(({ input }) => {
      const { runId, machineId, mode, acceptedLoss, override } = input;
      control.asked.push({
        runId,
        machineId,
        ...(mode ? { mode } : {}),
        ...(acceptedLoss === undefined ? {} : { acceptedLoss }),
        ...(override ? { override } : {}),
      });
      const move = fixtureMove(10 + moves.size, find(runId), machineOf(machineId), 'preparing', Date.now(), {
        mode: mode ?? 'request',
      });
      control.say(move);
      return move;
    }),
    get: api.migrations.get.handler(({ input }) => get(input.migrationId)),
    list: api.migrations.list.handler(({ input }) =>
      [...moves.values()]
        .filter(({ runId }) => !input.runId || runId === input.runId)
        .filter(
          ({ from, to }) => !input.machineId || [from.machineId, to.machineId].includes(input.machineId),
        )
        .filter(({ phase }) => !input.active || !isOver(phase))
        .sort((a, b) => b.startedAt - a.startedAt)
        .slice(0, input.limit),
    ),
    leftovers: api.migrations.leftovers.handler(({ input }) =>
      left.filter(
        ({ machineId, runId }) =>
          (!input.machineId || machineId === input.machineId) && (!input.runId || runId === input.runId),
      ),
    ),
    clean: api.migrations.clean.handler(({ input }) => {
      const wanted = left.filter(({ id }) => input.ids.includes(id));
      left = left.filter((each) => !wanted.includes(each) || each.state === 'kept');
      const results = { removable: 'removed', away: 'later', kept: 'kept' } as const;
      return wanted.map((leftover) => ({ leftover, result: results[leftover.state], why: leftover.why }));
    }),
    cancel: api.migrations.cancel.handler(({ input }) => {
      const before = get(input.migrationId);
      const move: Migration = {
        ...before,
        phase: 'rolled-back',
        phases: [...before.phases, { phase: 'rolled-back', at: Date.now() }],
        endedAt: Date.now(),
        cancelConsequence: null,
        progress: null,
        waitingFor: null,
        backEpoch: consequenceOf(before.phase) === 'run-restarts-at-source' ? before.fromEpoch + 2 : null,
      };
      control.say(move);
      return move;
    }),
  });

  const checkpointsOf = (runId: string) => {
    const run = find(runId);
    if (run.state === 'queued' || run.state === 'preparing') return [];
    return fixtureCheckpoints(run, run.id === fixtureId('r', 1) ? 400 : 7, at(3), now);
  };
  const checkpoints = api.checkpoints.router({
    list: api.checkpoints.list.handler(({ input }) => checkpointsOf(input.runId)),
    refresh: api.checkpoints.refresh.handler(({ input }) => checkpointsOf(input.runId)),
    inspect: api.checkpoints.inspect.handler(({ input }) =>
      input.directory.includes('empty') ? [] : foundCheckpoints(now),
    ),
    request: api.checkpoints.request.handler(() => ({ processes: 4 })),
  });

  const copies = new Map(fixtureCopies(at(1), at(2), now).map((copy) => [copy.id, copy]));
  const copyOf = (id: string) => {
    const copy = copies.get(id);
    if (!copy) throw notFound('copy');
    return copy;
  };
  const copiesRouter = api.copies.router({
    paths: api.copies.paths.handler(() => fixturePlan(runAt(0), at(3), 'request', 'direct').paths),
    start: api.copies.start.handler(() => [...copies.values()][0] ?? copyOf('')),
    get: api.copies.get.handler(({ input }) => copyOf(input.copyId)),
    list: api.copies.list.handler(() => (small ? [] : [...copies.values()])),
    cancel: api.copies.cancel.handler(({ input }) => {
      const copy = { ...copyOf(input.copyId), state: 'cancelled' as const, endedAt: Date.now() };
      copies.set(copy.id, copy);
      events.publish({ type: 'copy.changed', copy });
      return copy;
    }),
  });

  const policies = new Map<string, RecoverySpec>();
  const recovery = api.recovery.router({
    get: api.recovery.get.handler(({ input }) => {
      const run = find(input.runId);
      const own = policies.get(input.runId) ?? null;
      const ofTask = detail(run).spec.recovery;
      return {
        policy: own ?? ofTask,
        from: own ? ('user' as const) : ofTask ? ('task' as const) : ('none' as const),
        atBoot: 'cron' as const,
        events: run.id === fixtureId('r', 0) ? fixtureRecoveryEvents(run, now) : [],
      };
    }),
    set: api.recovery.set.handler(({ input }) => {
      if (input.policy) policies.set(input.runId, input.policy);
      else policies.delete(input.runId);
      events.publish({ type: 'recovery.changed', runId: input.runId });
    }),
    declareLost: api.recovery.declareLost.handler(() => ({ runs: 1 })),
    events: api.recovery.events.handler(() => fixtureRecoveryEvents(runAt(0), now)),
  });

  return {
    control,
    routers: {
      migrations,
      checkpoints,
      copies: copiesRouter,
      recovery,
      places: placesRouter(),
      backups: backupsRouter(),
    },
  };

  function placesRouter() {
    const set = new Map<string, MachinePolicy>();
    let rebalance: RebalancePolicy = {
      mode: 'propose',
      rules: { overloaded: true, gpuFailing: true, betterPlace: false, windowClosing: true },
      coolDownMs: 3_600_000,
      loadPerCpu: 1.5,
    };
    let proposals: Proposal[] = small ? [] : fixtureProposals(runAt(0), runAt(7), at(5), now);
    const first = moves.get(fixtureId('v', 0));
    let evacuations = first ? [fixtureEvacuation(at(2), first, runAt(0), now)] : [];
    const answer = (id: string, state: Proposal['state']) => {
      const proposal = proposals.find((each) => each.id === id);
      if (!proposal) throw notFound('proposal');
      const next = { ...proposal, state };
      proposals = proposals.map((each) => (each.id === id ? next : each));
      events.publish({ type: 'places.changed' });
      return next;
    };
    return api.places.router({
      policies: api.places.policies.handler(() => Object.fromEntries(set)),
      setPolicy: api.places.setPolicy.handler(({ input }) => {
        set.set(input.machineId, input.policy);
        events.publish({
          type: 'machine.changed',
          machine: { ...machineOf(input.machineId), draining: input.policy.draining },
        });
        events.publish({ type: 'places.changed' });
        return input.policy;
      }),
      planEvacuation: api.places.planEvacuation.handler(({ input }) => ({
        machineId: input.machineId,
        moves: [...runs.values()]
          .filter(({ machineId, state }) => machineId === input.machineId && state === 'running')
          .map((run, index) =>
            index === 0
              ? {
                  runId: run.id,
                  runName: run.name,
                  toMachineId: at(5).id,
                  toMachineName: at(5).name,
                  mode: 'request' as const,
                  why: null,
                }
              : {
                  runId: run.id,
                  runName: run.name,
                  toMachineId: null,
                  toMachineName: null,
                  mode: null,
                  why: noRoom(),
                },
          ),
      })),
      evacuate: api.places.evacuate.handler(() => ({ migrations: [] })),
      evacuations: api.places.evacuations.handler(() => evacuations),
      cancelEvacuation: api.places.cancelEvacuation.handler(({ input }) => {
        const evacuation = evacuations.find(({ id }) => id === input.evacuationId);
        if (!evacuation) throw notFound('evacuation');
        const next = { ...evacuation, state: 'cancelled' as const, endedAt: Date.now() };
        evacuations = [next];
        events.publish({ type: 'places.changed' });
        return next;
      }),
      rebalance: api.places.rebalance.handler(() => ({ policy: rebalance, proposals })),
      setRebalance: api.places.setRebalance.handler(({ input }) => {
        rebalance = input;
        events.publish({ type: 'places.changed' });
        return rebalance;
      }),
      accept: api.places.accept.handler(({ input }) => answer(input.proposalId, 'accepted')),
      dismiss: api.places.dismiss.handler(({ input }) => answer(input.proposalId, 'dismissed')),
    });
  }

  function backupsRouter() {
    const kept = new Map<string, KeepPolicy>();
    const backups = new Map<string, Backup>();
    if (!small) {
      for (const backup of fixtureBackups(runAt(0), at(3), at(5), now)) backups.set(backup.id, backup);
      kept.set(runAt(0).id, {
        enabled: true,
        machineIds: [at(3).id],
        directory: '',
        checkpoints: 'every',
        everySteps: 500,
        artefacts: ['metrics.jsonl'],
        keep: 5,
      });
    }
    const change = (id: string, patch: Partial<Backup>): Backup => {
      const backup = backups.get(id);
      if (!backup) throw notFound('backup');
      const next = { ...backup, ...patch };
      backups.set(id, next);
      events.publish({ type: 'backups.changed', runId: next.runId });
      return next;
    };
    return api.backups.router({
      policy: api.backups.policy.handler(({ input }) => kept.get(input.runId) ?? null),
      setPolicy: api.backups.setPolicy.handler(({ input }) => {
        if (input.policy) kept.set(input.runId, input.policy);
        else kept.delete(input.runId);
        events.publish({ type: 'backups.changed', runId: input.runId });
        return input.policy;
      }),
      list: api.backups.list.handler(({ input }) =>
        [...backups.values()].filter(({ runId }) => !input.runId || runId === input.runId),
      ),
      start: api.backups.start.handler(({ input }) => {
        const made = fixtureBackups(find(input.runId), at(3), at(5), Date.now())[0];
        if (!made) throw notFound('backup');
        const backup = { ...made, id: fixtureId('b', 100 + backups.size) };
        backups.set(backup.id, backup);
        events.publish({ type: 'backups.changed', runId: input.runId });
        return [backup];
      }),
      verify: api.backups.verify.handler(({ input }) => change(input.backupId, { verifiedAt: Date.now() })),
      cancel: api.backups.cancel.handler(({ input }) => change(input.backupId, { state: 'removed' })),
      restore: api.backups.restore.handler(({ input }) => {
        const backup = backups.get(input.backupId);
        if (!backup) throw notFound('backup');
        return detail(find(backup.runId));
      }),
      remove: api.backups.remove.handler(({ input }) => change(input.backupId, { state: 'removed' })),
    });
  }
}
