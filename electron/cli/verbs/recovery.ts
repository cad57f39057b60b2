import { type RecoveryEvent, type RecoverySpec, recoveryCause } from '#shared/domain/recovery.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findMachine, findRun } from '../names.ts';
import { ago, duration, printable, printJson, printLine, printTable } from '../output.ts';

export interface RecoveryOptions {
  on?: string[];
  max?: number;
  backoff?: number;
  exitCodes?: number[];
  to?: string;
  ask?: boolean;
  off?: boolean;
  task?: boolean;
  json: boolean;
}

const usual: RecoverySpec = {
  on: ['preemption', 'crash', 'reboot', 'host-lost'],
  max: 3,
  backoffMs: 30_000,
  exitCodes: [],
  to: 'same',
  ask: false,
};

/** `trainyard recovery RUN`: changes what is given, and tells. */
export async function recovery(given: string, options: RecoveryOptions): Promise<number> {
  const found = await withBackend(async ({ client }) => {
    const { id: runId, name } = await findRun(client, given);
    const before = await client.recovery.get({ runId });
    const policy = changed(before.policy, options);
    if (policy === 'as it is') return { name, ...before };
    await client.recovery.set({ runId, policy });
    return { name, ...(await client.recovery.get({ runId })) };
  });
  if (options.json) printJson(found);
  else {
    printLine(printable(`${found.name}: ${inWords(found.policy, found.from)}`));
    if (found.policy?.on.includes('reboot')) printLine(`by the box itself after a reboot: ${found.atBoot}`);
    printEvents(found.events);
  }
  return exitCodes.ok;
}

/** `trainyard machines lost MACHINE --yes` */
export async function declareLost(given: string, isCertain: boolean, json: boolean): Promise<number> {
  const result = await withBackend(async ({ client }) => {
    const { id: machineId, name } = await findMachine(client, given);
    if (!isCertain) {
      throw new TrainyardError(
        'USAGE',
        `This ends the runs on ${name} by your word, and may start them elsewhere. If it is gone for certain, say so with --yes.`,
        { params: { machine: name } },
      );
    }
    return { name, ...(await client.recovery.declareLost({ machineId })) };
  });
  if (json) printJson(result);
  else printLine(printable(`${result.name} counts as lost, with ${result.runs} of its runs.`));
  return exitCodes.ok;
}

function changed(before: RecoverySpec | null, options: RecoveryOptions): RecoverySpec | null | 'as it is' {
  const { on, max, backoff, exitCodes: codes, to, ask, off, task } = options;
  if (task) return null;
  const nothing = [on, max, backoff, codes, to, ask, off].every((each) => each === undefined);
  if (nothing) return 'as it is';
  const base = before ?? usual;
  const wanted = off ? [] : (on ?? (base.on.length > 0 ? base.on : usual.on));
  return {
    on: wanted.map((cause) => {
      const known = recoveryCause.safeParse(cause);
      if (known.success) return known.data;
      throw new TrainyardError(
        'USAGE',
        `"${printable(cause)}" is none of preemption, crash, reboot, host-lost.`,
      );
    }),
    max: max ?? base.max,
    backoffMs: backoff ?? base.backoffMs,
    exitCodes: codes ?? base.exitCodes,
    to:
      to === undefined
        ? base.to
        : to === 'same' || to === 'any'
          ? to
          : to.split(',').map((name) => name.trim()),
    ask: ask ?? base.ask,
  };
}

function inWords(policy: RecoverySpec | null, from: 'task' | 'user' | 'none'): string {
  if (policy === null) return 'nothing is done when it is lost';
  const whose = from === 'user' ? 'as you said' : 'as its task says';
  if (policy.on.length === 0) return `nothing is done when it is lost (${whose})`;
  const where = typeof policy.to === 'string' ? policy.to : policy.to.join(', ');
  const codes = policy.exitCodes.length === 0 ? '' : `, exit codes ${policy.exitCodes.join(', ')}`;
  return `${policy.on.join(', ')}${codes}: ${policy.ask ? 'asks' : 'restarts'} (to: ${where}), up to ${policy.max} in a row, first after ${duration(policy.backoffMs)} (${whose})`;
}

function printEvents(events: readonly RecoveryEvent[]): void {
  if (events.length === 0) return;
  const now = Date.now();
  printTable(
    ['when', 'attempt', 'cause', 'what', 'where', 'from', 'why'],
    events.map((event) => [
      ago(event.at, now),
      event.newEpoch === null ? String(event.epoch) : `${event.epoch} → ${event.newEpoch}`,
      event.cause,
      event.outcome,
      event.toMachineName ?? '–',
      event.checkpoint === null ? '–' : (event.checkpoint.path.split('/').at(-1) ?? ''),
      [event.diagnosis?.guess, event.diagnosis?.line, event.error?.message].filter(Boolean).join(': '),
    ]),
  );
}
