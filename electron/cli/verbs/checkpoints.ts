import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { createCheckpointLooks, frameworkOf } from '#backend/checkpoints/index.ts';
import { systemClock } from '#backend/clock.ts';
import { localPrograms } from '#backend/processes/index.ts';
import type { CheckpointFramework, FoundCheckpoint, RunCheckpoint } from '#shared/domain/checkpoint.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { ago, byteSize, printable, printJson, printLine, printTable } from '../output.ts';

export interface CheckpointsOptions {
  framework?: string;
  pattern?: string;
  json: boolean;
}

/** `trainyard checkpoints RUN|DIR|MACHINE:DIR`: 0 whatever it finds there, 3 where there is no such run or directory. */
export async function listCheckpoints(given: string, options: CheckpointsOptions): Promise<number> {
  const framework = options.pattern === undefined ? frameworkOf(options.framework) : 'own';
  const place = placeOf(given);
  if (place.kind === 'local') print(await here(place.path, framework, options.pattern), options.json);
  else if (place.kind === 'machine') print(await there(place, framework), options.json);
  else print(await ofRun(given, options.json), options.json);
  return exitCodes.ok;
}

type Place =
  | { kind: 'local'; path: string }
  | { kind: 'machine'; machine: string; path: string }
  | { kind: 'run' };

/** What has a slash before any colon, or is there, is a path of this computer; `MACHINE:DIR` one of a machine; else a run. */
export function placeOf(given: string): Place {
  if (/^(?:[./~]|[A-Za-z]:[\\/])/.test(given)) return { kind: 'local', path: given };
  const colon = given.indexOf(':');
  const slash = given.indexOf('/');
  if (colon > 0 && (slash < 0 || colon < slash))
    return { kind: 'machine', machine: given.slice(0, colon), path: given.slice(colon + 1) || '~' };
  if (slash >= 0 || statSync(given, { throwIfNoEntry: false })?.isDirectory())
    return { kind: 'local', path: given };
  return { kind: 'run' };
}

/** Without an app and without a backend. One file may be named, too. */
async function here(
  given: string,
  framework: CheckpointFramework | null,
  pattern: string | undefined,
): Promise<FoundCheckpoint[]> {
  const full = path.resolve(given.replace(/^~(?=$|\/)/, homedir()));
  const isFile = statSync(full, { throwIfNoEntry: false })?.isFile() ?? false;
  const programs = localPrograms();
  const stopped = new AbortController();
  const stop = () => stopped.abort(new TrainyardError('INTERRUPTED', 'Interrupted.'));
  process.once('SIGINT', stop);
  try {
    const looks = createCheckpointLooks({ programs: async () => programs, clock: systemClock });
    const found = await looks.inspect('local', isFile ? path.dirname(full) : full, {
      framework,
      own: pattern ?? null,
      signal: stopped.signal,
    });
    return isFile ? found.filter(({ files }) => files.includes(path.basename(full))) : found;
  } finally {
    process.off('SIGINT', stop);
    await programs.close();
  }
}

async function there(
  { machine, path: directory }: { machine: string; path: string },
  framework: CheckpointFramework | null,
): Promise<FoundCheckpoint[]> {
  const [{ withBackend }, { findMachine }] = await Promise.all([
    import('../backend.ts'),
    import('../names.ts'),
  ]);
  return withBackend(async ({ client }) => {
    const { id } = await findMachine(client, machine);
    return client.checkpoints.inspect({
      machineId: id,
      directory,
      ...(framework === null ? {} : { framework }),
    });
  });
}

/** As its machine says now; where that cannot be reached, as remembered, which stderr then tells. */
async function ofRun(given: string, json: boolean): Promise<RunCheckpoint[]> {
  const [{ withBackend }, { findRun }] = await Promise.all([import('../backend.ts'), import('../names.ts')]);
  return withBackend(async ({ client }) => {
    const { id } = await findRun(client, given);
    try {
      return await client.checkpoints.refresh({ runId: id });
    } catch (thrown) {
      const error = TrainyardError.from(thrown);
      if (exitCodeOf(error) !== exitCodes.unreachable) throw error;
      if (!json) process.stderr.write(`trainyard: as last seen. ${printable(error.message)}\n`);
      return client.checkpoints.list({ runId: id });
    }
  });
}

function print(found: readonly (FoundCheckpoint | RunCheckpoint)[], json: boolean): void {
  if (json) {
    printJson(found);
    return;
  }
  if (found.length === 0) {
    printLine('No checkpoints there.');
    return;
  }
  const now = Date.now();
  // Of a directory it is not known what else lies where.
  const areOfARun = found.some((one) => 'copies' in one);
  printTable(
    ['step', 'complete', 'size', 'age', 'framework', 'path', ...(areOfARun ? ['copies'] : []), 'why'],
    found.map((one) => [
      one.step === null ? '–' : String(one.step),
      'gone' in one && one.gone ? 'gone' : one.complete ? 'yes' : 'no',
      byteSize(one.bytes),
      ago(one.modifiedAt, now),
      one.framework,
      one.path,
      ...(areOfARun ? ['copies' in one ? placesOf(one) : ''] : []),
      one.why.message,
    ]),
  );
}

/** Where copies lie: "heron, ibis (backup)". */
const placesOf = ({ copies }: RunCheckpoint): string =>
  copies
    .map(({ kind, machineName }) => (kind === 'run' ? machineName : `${machineName} (${kind})`))
    .join(', ') || '–';
