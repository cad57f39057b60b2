import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { type Key, type Translate, useT } from '#renderer/i18n/index.ts';
import { formatDateTime, formatWhen, useTicking } from '#renderer/ui/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import type { RunSummary } from '#shared/domain/run.ts';

export interface Happening {
  id: string;
  at: number;
  runId: string;
  key: Extract<Key, `overview.${string}` | `move.${string}`>;
  params: Record<string, string>;
}

const endings = {
  succeeded: 'overview.succeeded',
  failed: 'overview.failed',
  stopped: 'overview.stopped',
  lost: 'overview.lost',
} as const;

/** What the runs went through, newest first: queued, started, moved, ended. */
export function happenings(
  runs: Iterable<RunSummary>,
  moves: readonly Migration[],
  most: number,
  t: Translate,
): Happening[] {
  const all: Happening[] = [];
  for (const run of runs) {
    const { id, state, startedAt, endedAt, createdAt } = run;
    const rest = {
      runId: id,
      params: { name: run.name, machine: placeName(run.machineId, run.machineName, t) },
    };
    if (endedAt !== null && state in endings)
      all.push({ id: `${id} end`, at: endedAt, key: endings[state as keyof typeof endings], ...rest });
    if (startedAt !== null) all.push({ id: `${id} start`, at: startedAt, key: 'overview.started', ...rest });
    else if (endedAt === null)
      all.push({ id: `${id} queue`, at: createdAt, key: 'overview.queued', ...rest });
  }
  for (const move of moves) {
    const from = placeName(move.from.machineId, move.from.machineName, t);
    const machine = placeName(move.to.machineId, move.to.machineName, t);
    const rest = { runId: move.runId, params: { name: move.runName, machine, from } };
    const { id, phase, startedAt, endedAt } = move;
    if (phase === 'committed' || phase === 'rolled-back') {
      const key = phase === 'committed' ? 'move.committedLately' : 'move.wentBackLately';
      all.push({ id, at: endedAt ?? startedAt, key, ...rest });
    } else all.push({ id, at: startedAt, key: 'move.startedLately', ...rest });
  }
  return all.sort((a, b) => b.at - a.at || a.id.localeCompare(b.id)).slice(0, most);
}

export function Lately({ runs, moves }: { runs: Iterable<RunSummary>; moves: readonly Migration[] }) {
  const t = useT();
  const recent = happenings(runs, moves, 10, t);
  return (
    <section aria-labelledby="lately-title" className="lately">
      <h2 id="lately-title">{t('overview.lately')}</h2>
      {recent.length === 0 ? <p className="quiet">{t('overview.nothingLately')}</p> : null}
      <ol>
        {recent.map(({ id, at, key, runId, params }) => (
          <li key={id}>
            <When at={at} />
            <Link href={paths.run(runId)}>{t(key, params)}</Link>
          </li>
        ))}
      </ol>
    </section>
  );
}

function When({ at }: { at: number }) {
  const text = useTicking((now) => formatWhen(at, now));
  return (
    <time className="quiet num" dateTime={new Date(at).toISOString()} title={formatDateTime(at)}>
      {text}
    </time>
  );
}
