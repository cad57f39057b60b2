import { followEvents } from '#renderer/rpc/events.ts';
import type { Client } from '#shared/contract/index.ts';
import type { CopyPathKind } from '#shared/domain/copy.ts';
import type { Label } from '#shared/domain/label.ts';
import type { Migration, MigrationMode, MigrationPlan } from '#shared/domain/migration.ts';
import { newId } from '#shared/domain/new-id.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { ask, isYes } from '../ask.ts';
import { type CliBackend, withBackend } from '../backend.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { findMachine, findRun } from '../names.ts';
import { byteSize, duration, printable, printJson, printLine } from '../output.ts';
import { answerPrompts } from '../prompts.ts';
import { readSecrets } from '../secrets.ts';
import { isOverNow, progressOf, resultOf } from './moves.ts';

export interface MoveOptions {
  to: string;
  mode?: MigrationMode;
  path?: CopyPathKind;
  acceptLoss?: number;
  dryRun?: boolean;
  secret?: string[];
  sensitivity?: Label;
  override?: string;
  detach?: boolean;
  json: boolean;
}

/** `trainyard move RUN --to MACHINE` */
export async function moveRun(given: string, options: MoveOptions): Promise<number> {
  const secrets = await readSecrets(options.secret ?? []);
  let last: Migration | null = null;
  let isOwn = false;
  try {
    return await withBackend(async (backend) => {
      isOwn = backend.own;
      return moveWith(backend, given, secrets, options, (migration) => {
        last = migration;
      });
    });
  } catch (thrown) {
    if (last === null || !(thrown instanceof TrainyardError) || thrown.code !== 'INTERRUPTED') throw thrown;
    return interrupted(last, isOwn, options.json);
  }
}

async function moveWith(
  backend: CliBackend,
  given: string,
  secrets: Record<string, string>,
  options: MoveOptions,
  onChange: (migration: Migration) => void,
): Promise<number> {
  const { client } = backend;
  const run = await findRun(client, given);
  const machine = await findDestination(client, options.to);
  const stopAsking = answerPrompts(await backend.connection(), backend.own);
  try {
    const wish = {
      runId: run.id,
      machineId: machine.id,
      ...(options.mode === undefined ? {} : { mode: options.mode }),
      ...(options.path === undefined ? {} : { path: options.path }),
    };
    if (options.dryRun) return showPlan(await client.migrations.plan(wish), options.json);
    const begun = await client.migrations.start({
      ...wish,
      requestId: newId(),
      secrets,
      ...(options.acceptLoss === undefined ? {} : { acceptedLoss: options.acceptLoss }),
      ...(options.sensitivity === undefined ? {} : { sensitivity: options.sensitivity }),
      ...(options.override === undefined ? {} : { override: { reason: options.override } }),
    });
    onChange(begun);
    // A backend of our own ends with us: it has to see the move through.
    if (options.detach && !backend.own) return report(begun, options.json);
    return report(await followMove(backend, begun.id, onChange), options.json);
  } finally {
    stopAsking();
  }
}

/** `MACHINE`, or `SITE:MACHINE`. */
function findDestination(client: Client, given: string) {
  const colon = given.lastIndexOf(':');
  return findMachine(client, colon > 0 && colon < given.length - 1 ? given.slice(colon + 1) : given);
}

/** The move when it is over; on a terminal a line that tells how far it is. */
async function followMove(
  backend: CliBackend,
  migrationId: string,
  onChange: (migration: Migration) => void,
): Promise<Migration> {
  const connection = await backend.connection();
  const { promise, resolve, reject } = Promise.withResolvers<Migration>();
  const see = (migration: Migration) => {
    if (migration.id !== migrationId) return;
    onChange(migration);
    if (isOverNow(migration)) resolve(migration);
    else if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${printable(progressOf(migration))}`);
  };
  const stop = followEvents(connection, {
    // Whatever was told before we listened, or while the connection was gone.
    onOpen: () => {
      connection.rpc.migrations.get({ migrationId }).then(see, (error: unknown) => {
        if (connection.status().state === 'online') reject(error);
      });
    },
    onEvent: (event) => event.type === 'migration.changed' && see(event.migration),
  });
  try {
    return await promise;
  } finally {
    stop();
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  }
}

const consequences = {
  'nothing-happened': 'nothing has happened to the run',
  'run-goes-on': 'the run goes on where it is',
  'run-restarts-at-source': 'the run is started again where it was, from its newest checkpoint',
} as const;

/** Ctrl-C: the move is not ended by who watches it, unless they say so. */
async function interrupted(last: Migration, isOwn: boolean, json: boolean): Promise<number> {
  const { cancelConsequence, id, runId } = last;
  process.stderr.write('\n');
  if (cancelConsequence !== null && process.stdin.isTTY && process.stderr.isTTY) {
    const question = `Cancel the move? If so, ${consequences[cancelConsequence]}. [yes/no] `;
    const answer = await ask(question).catch(() => 'no');
    if (isYes(answer)) {
      return withBackend(async (backend) => {
        await backend.client.migrations.cancel({ migrationId: id });
        return report(await followMove(backend, id, () => undefined), json);
      });
    }
  }
  const when = isOwn ? 'goes on when Trainyard is started again' : 'goes on in the app';
  process.stderr.write(`The move ${when}. To cancel it: trainyard moves cancel ${runId}\n`);
  return exitCodes.interrupted;
}

function report(migration: Migration, json: boolean): number {
  if (json) printJson(migration);
  else printLine(printable(resultOf(migration)));
  if (migration.phase !== 'rolled-back') return exitCodes.ok;
  return migration.error === null ? exitCodes.failed : exitCodeOf(TrainyardError.fromShape(migration.error));
}

function showPlan(plan: MigrationPlan, json: boolean): number {
  if (json) printJson(plan);
  else for (const line of planLines(plan)) printLine(printable(line));
  return plan.possible ? exitCodes.ok : exitCodes.failed;
}

function planLines(plan: MigrationPlan): string[] {
  const marks = { pass: 'ok  ', warn: 'note', fail: 'FAIL' } as const;
  const checks = plan.checks.map(({ verdict, message, remedy }) =>
    [marks[verdict], message, remedy?.message ?? ''].filter((part) => part !== '').join('  '),
  );
  const ways = plan.paths.map(({ kind, usable, bytesPerSecond, why }) =>
    usable
      ? `way   ${kind}: ${byteSize(bytesPerSecond)}/s${kind === plan.path ? ', taken' : ''}`
      : `way   ${kind}: ${why?.message ?? 'not usable'}`,
  );
  const copies = plan.copies.map(
    ({ what, files, bytes, beforeStop }) =>
      `copy  ${what}: ${files} files, ${byteSize(bytes)}, ${beforeStop ? 'while it trains' : 'after the stop'}`,
  );
  const { estimate } = plan;
  const times =
    estimate === null
      ? []
      : [
          `time  ${span(estimate.totalMs)} in all, ${span(estimate.downtimeMs)} without training`,
          ...(estimate.lostSteps === null ? [] : [`lost  ${estimate.lostSteps} steps`]),
        ];
  return [...checks, `mode  ${plan.mode}`, ...ways, ...copies, ...times];
}

const span = ({ low, high }: { low: number; high: number }): string =>
  duration(low) === duration(high) ? duration(low) : `${duration(low)} to ${duration(high)}`;
