import type { LaunchRequest } from '#shared/contract/runs.ts';
import { newId } from '#shared/domain/id.ts';
import type { Actor } from '#shared/domain/role.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import type { RunsContext } from './context.ts';
import { machineDraining, noSuchAccelerator, secretsNeeded, taskInvalid } from './errors.ts';
import { whyNever } from './queue/plan.ts';
import { separateSecrets } from './secrets.ts';
import { checkSources, sourcesOf } from './snapshots.ts';
import { acceleratorsAsked, checkTasks, takeInlineSecrets } from './spec/index.ts';
import { shownName } from './specification.ts';

/**
 * Takes a launch in: checks all that can be known here and now, and saves the run with its first attempt, queued. Sent
 * twice it is one run. Throws TASK_INVALID, TASK_UNSUPPORTED, MACHINE_UNKNOWN, MACHINE_DRAINING, RUN_NO_SUCH_ACCELERATOR,
 * WORKDIR_MISSING, MOUNT_MISSING, RUN_SECRETS_NEEDED; VAULT_LOCKED, CREDENTIAL_UNKNOWN, CREDENTIAL_DAMAGED,
 * CREDENTIAL_NOT_FOR_RUNS where the launch names credentials; SENSITIVITY_VIOLATION, OVERRIDE_NEEDS_OWNER.
 */
export function acceptLaunch(
  context: RunsContext,
  request: LaunchRequest,
  actor: Actor,
): { run: Run; created: boolean } {
  const { store, notes, records, activity, clock, secrets } = context;
  const earlier = store.runs.byRequest(request.requestId);
  if (earlier !== undefined) return { run: earlier, created: false };

  const given = separateSecrets(request.envs);
  const { yaml, secrets: inline } = takeInlineSecrets(request.yaml);
  const checked = checkTasks(yaml, { envs: request.envs });
  const [task] = checked.tasks;
  if (!checked.ok || task === undefined) throw taskInvalid(checked.errors);
  const values = { ...inline, ...given.secret, ...request.secrets };
  const credentials = request.secretCredentials ?? {};
  const missing = task.secretNames.filter(
    (name) => !Object.hasOwn(values, name) && !Object.hasOwn(credentials, name),
  );
  if (missing.length > 0) throw secretsNeeded(missing);
  // What looks like a secret stays out of everything that is saved or sent, though the file calls it an env.
  const spec = { ...task, envs: without(task.envs, Object.keys(given.secret)) };

  const machine = store.machines.require(request.machineId);
  if (machine.draining) throw machineDraining(machine.name);
  const never = whyNever(machine.inventory?.accelerators ?? null, spec.resources.accelerators);
  if (never !== null) throw noSuchAccelerator(machine.name, never);
  checkSources(spec, request.baseDirectory);

  const runId = newId();
  const name = shownName(request.name ?? '') || shownName(spec.name ?? '') || `run-${runId.slice(0, 4)}`;
  const attempt = queuedAttempt(runId, 1, machine, clock.now());
  const { sensitivity, override } = request;
  const admitted = context.policy?.admit({
    action: 'run.launch',
    run: { id: runId, name },
    epoch: 1,
    machineId: machine.id,
    sources: sourcesOf(spec, request.baseDirectory),
    actor,
    sensitivity,
    override,
  });
  // Before it is saved: whoever finds the run finds its secrets.
  secrets.keep(runId, { ...secrets.fromVault(credentials, { id: runId, name }), ...values });
  const result = store.transaction(() => {
    const inserted = store.runs.insert({
      id: runId,
      requestId: request.requestId,
      name,
      priority: request.priority,
      createdAt: attempt.createdAt,
      acceleratorsAsked: acceleratorsAsked(spec),
      yaml,
      spec,
      snapshot: null,
      attempts: [attempt],
    });
    if (!inserted.created) return inserted;
    notes.set('launch', runId, 1, {
      sent: false,
      token: null,
      baseDirectory: request.baseDirectory,
      secretNames: [...new Set([...Object.keys(values), ...Object.keys(credentials)])],
      credentials: without(credentials, Object.keys(values)),
    });
    admitted?.();
    activity.record({
      actor,
      action: 'run.launch',
      target: runId,
      result: 'done',
      details: { name, machine: machine.name, accelerators: acceleratorsAsked(spec) },
    });
    store.afterCommit(() => {
      records.publish(inserted.run);
      records.publishMachine(machine.id);
    });
    return inserted;
  });
  if (!result.created) secrets.drop(runId);
  context.onStep?.('accepted');
  return result;
}

export function queuedAttempt(
  runId: string,
  epoch: number,
  machine: { id: string; name: string },
  now: number,
): Attempt {
  const why = sayRoom('ROOM_TURN_LOOKED_UP');
  return {
    runId,
    epoch,
    machineId: machine.id,
    machineName: machine.name,
    state: 'queued',
    evidence: { kind: 'queued', at: now, position: 1, reason: why.message, why },
    createdAt: now,
    startedAt: null,
    endedAt: null,
    seenAt: null,
    exitCode: null,
    accelerators: [],
    logBytes: 0,
    directory: null,
    pid: null,
  };
}

const without = (envs: Record<string, string>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(envs).filter(([name]) => !names.includes(name)));
