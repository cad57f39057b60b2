import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { type Key, useT } from '#renderer/i18n/index.ts';
import { formatDateTime, formatWhen, useTicking } from '#renderer/ui/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';

export interface Happening {
  id: string;
  at: number;
  key: Extract<Key, `overview.${string}`>;
  run: RunSummary;
}

const endings = {
  succeeded: 'overview.succeeded',
  failed: 'overview.failed',
  stopped: 'overview.stopped',
  lost: 'overview.lost',
} as const;

/** What the runs went through, newest first: queued, started, ended. */
export function happenings(runs: Iterable<RunSummary>, most: number): Happening[] {
  const all: Happening[] = [];
  for (const run of runs) {
    const { id, state, startedAt, endedAt, createdAt } = run;
    if (endedAt !== null && state in endings)
      all.push({ id: `${id} end`, at: endedAt, key: endings[state as keyof typeof endings], run });
    if (startedAt !== null) all.push({ id: `${id} start`, at: startedAt, key: 'overview.started', run });
    else if (endedAt === null) all.push({ id: `${id} queue`, at: createdAt, key: 'overview.queued', run });
  }
  return all.sort((a, b) => b.at - a.at || a.id.localeCompare(b.id)).slice(0, most);
}

export function Lately({ runs }: { runs: Iterable<RunSummary> }) {
  const t = useT();
  const recent = happenings(runs, 10);
  return (
    <section aria-labelledby="lately-title" className="lately">
      <h2 id="lately-title">{t('overview.lately')}</h2>
      {recent.length === 0 ? <p className="quiet">{t('overview.nothingLately')}</p> : null}
      <ol>
        {recent.map(({ id, at, key, run }) => (
          <li key={id}>
            <When at={at} />
            <Link href={paths.run(run.id)}>{t(key, { name: run.name, machine: run.machineName })}</Link>
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
