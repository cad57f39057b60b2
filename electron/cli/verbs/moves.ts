import type { Client } from '#shared/contract/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { findRun } from '../names.ts';
import { ago, byteSize, duration, printable, printJson, printLine, printTable } from '../output.ts';

/** `trainyard moves list [RUN]` */
export async function listMoves(
  given: string | undefined,
  active: boolean,
  json: boolean,
): Promise<undefined> {
  await withBackend(async ({ client }) => {
    const run = given === undefined ? null : await findRun(client, given);
    const moves = await client.migrations.list({
      limit: 200,
      ...(run === null ? {} : { runId: run.id }),
      ...(active ? { active } : {}),
    });
    if (json) return printJson(moves);
    const now = Date.now();
    const rows = moves.map((move) => [
      move.id,
      move.runName,
      `${move.from.machineName} → ${move.to.machineName}`,
      move.phase,
      ago(move.startedAt, now),
      move.downtime === null ? '–' : seconds(move.downtime.totalMs),
      move.error?.message ?? move.waitingFor?.message ?? '',
    ]);
    printTable(['move', 'run', 'from → to', 'phase', 'begun', 'downtime', 'why'], rows);
  });
  return undefined;
}

/** `trainyard moves show MOVE` */
export async function showMove(migrationId: string, json: boolean): Promise<undefined> {
  await withBackend(async ({ client }) => {
    const move = await client.migrations.get({ migrationId });
    if (json) printJson(move);
    else printLine(printable(isOverNow(move) ? resultOf(move) : progressOf(move)));
  });
  return undefined;
}

/** `trainyard moves cancel RUN` */
export async function cancelMove(given: string, json: boolean): Promise<undefined> {
  await withBackend(async ({ client }) => {
    const move = await activeOf(client, given);
    const cancelled = await client.migrations.cancel({ migrationId: move.id });
    if (json) printJson(cancelled);
    else printLine(printable(`${move.runName}: the move to ${move.to.machineName} goes back`));
  });
  return undefined;
}

async function activeOf(client: Client, given: string): Promise<Migration> {
  const run = await findRun(client, given);
  const [move] = await client.migrations.list({ runId: run.id, active: true, limit: 1 });
  if (move !== undefined) return move;
  throw new TrainyardError('MOVE_UNKNOWN', `No move of "${printable(run.name)}" is under way.`, {
    params: { name: run.name },
  });
}

/** Without zod, which the command line's quick calls do not load. */
export const isOverNow = ({ phase }: Migration): boolean => phase === 'committed' || phase === 'rolled-back';

/** One line: the phase, and how far it is. */
export function progressOf({ phase, progress, waitingFor, to }: Migration): string {
  const parts = [`to ${to.machineName}: ${phase}`];
  if (progress !== null) {
    const { doneBytes, totalBytes, bytesPerSecond, remainingMs } = progress;
    parts.push(`${byteSize(doneBytes)} of ${byteSize(totalBytes)}`, `${byteSize(bytesPerSecond)}/s`);
    if (remainingMs !== null) parts.push(`${duration(remainingMs)} left`);
  }
  if (waitingFor !== null) parts.push(waitingFor.message);
  return parts.join('  ');
}

/** What came of it. */
export function resultOf(move: Migration): string {
  const { runName, from, to, phase, error, broughtBack } = move;
  if (phase === 'rolled-back') {
    const step =
      broughtBack === null ? '' : `, from step ${broughtBack.step} that it had saved on ${to.machineName}`;
    const back =
      move.backEpoch === null
        ? ''
        : ` It trains on ${from.machineName} again, as attempt ${move.backEpoch}${step}.`;
    return `${runName}: not moved to ${to.machineName}. ${error?.message ?? ''}${error?.code === 'MOVE_NOT_BACK' ? '' : back}`;
  }
  if (phase !== 'committed') return `${move.id}  ${runName}: ${progressOf(move)}`;
  const parts = [`${runName}: moved from ${from.machineName} to ${to.machineName}`];
  const { checkpoint, lostSteps, copiedBytes } = move;
  if (checkpoint !== null)
    parts.push(checkpoint.step === null ? `from ${checkpoint.path}` : `from step ${checkpoint.step}`);
  if (move.downtime !== null) parts.push(downtimeOf(move.downtime));
  if (lostSteps !== null) parts.push(`${lostSteps} steps lost`);
  parts.push(
    `${byteSize(copiedBytes.beforeStop)} copied ahead, ${byteSize(copiedBytes.afterStop)} after the stop`,
  );
  for (const { machineName, path, bytes } of move.kept)
    parts.push(`kept on ${machineName}: ${path} (${byteSize(bytes)})`);
  return parts.join('; ');
}

function downtimeOf({
  totalMs,
  saveMs,
  stopMs,
  copyMs,
  verifyMs,
  startMs,
}: NonNullable<Migration['downtime']>): string {
  const named = { save: saveMs, stop: stopMs, copy: copyMs, verify: verifyMs, start: startMs };
  const split = Object.entries(named).flatMap(([name, ms]) =>
    ms === null ? [] : [`${name} ${seconds(ms)}`],
  );
  return `stood still for ${seconds(totalMs)} (${split.join(', ')})`;
}

const seconds = (ms: number): string => (ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms));
