import { quote } from './processes/index.ts';
import type { RunsService } from './runs/index.ts';
import type { Store } from './store/index.ts';
import type { RunPlace } from './terminals/index.ts';

/** By these the box finds a run's processes: a terminal beside it is none of them. */
const ofTheRunItself = /^TRAINYARD_/;

/**
 * Where a run is on its machine, and its environment as its launch sets it, without secrets: for a terminal beside it.
 * Throws RUN_UNKNOWN.
 */
export function runPlaces(
  store: Store,
  runs: Pick<RunsService, 'handover'>,
): (runId: string) => Promise<RunPlace> {
  return async (runId) => {
    const run = store.runs.require(runId);
    const attempt = run.attempts.at(-1);
    if (attempt === undefined) return { machineId: '', directory: null, environment: '', pid: null };
    const { directory, machineId, epoch, state, pid } = attempt;
    const launch = await launchOf(runs, runId, epoch);
    return {
      machineId,
      directory: directory === null ? null : `${directory}/${launch.workdir}`,
      environment: launch.lines,
      pid: state === 'running' || state === 'preparing' ? pid : null,
    };
  };
}

/** Of a run that another computer has launched only its place is known. */
async function launchOf(
  { handover }: Pick<RunsService, 'handover'>,
  runId: string,
  epoch: number,
): Promise<{ workdir: string; lines: string }> {
  const known = await handover.bootLaunch(runId, epoch, null).catch(() => null);
  if (known === null) return { workdir: 'code', lines: '' };
  const { launch, secretNames } = known;
  const lines = Object.entries(launch.env)
    .filter(([name]) => !ofTheRunItself.test(name) && !secretNames.includes(name))
    .map(([name, value]) => `export ${name}=${quote(value)}`);
  return { workdir: launch.workdir, lines: lines.join('\n') };
}
