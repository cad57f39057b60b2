import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Age, Checkbox, ConfirmDialog, ErrorState, Skeleton } from '#renderer/ui/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { demandsOf } from '../one/read-task.ts';
import { addRuns, manyRun } from './many-store.ts';

const shown = 60;

/** Runs that wait or were there before, chosen to be planned: the queued ones first. */
export function EarlierDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const [runs, setRuns] = useState<readonly RunSummary[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const load = async () => {
      const [queued, all] = await Promise.all([
        rpc().runs.list({ states: ['queued'], limit: shown }),
        rpc().runs.list({ sort: 'created', descending: true, limit: shown }),
      ]);
      const ids = new Set(queued.rows.map(({ id }) => id));
      setRuns([...queued.rows, ...all.rows.filter(({ id }) => !ids.has(id))]);
      setChosen(ids);
    };
    load().catch(setError);
  }, []);
  const toggle = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  return (
    <ConfirmDialog
      title={t('plan.earlierTitle')}
      consequence={t('plan.earlierText')}
      actLabel={t('plan.addCount', { count: chosen.size })}
      actDisabled={chosen.size === 0}
      danger={false}
      onClose={onClose}
      act={async () => addRuns(await Promise.all([...chosen].map(fromRun)))}
    >
      {error ? <ErrorState error={error} /> : null}
      {runs === null && !error ? <Skeleton rows={5} /> : null}
      <ul className="earlier">
        {(runs ?? []).map((run) => (
          <li key={run.id}>
            <Checkbox label={run.name} checked={chosen.has(run.id)} onChecked={(on) => toggle(run.id, on)} />
            <span className="quiet">
              {run.state === 'queued' ? t('plan.waits') : <Age at={run.createdAt} />}
            </span>
          </li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}

async function fromRun(runId: string) {
  const run = await rpc().runs.get({ runId });
  const [demand] = await demandsOf(run.yaml);
  if (!demand) throw new Error(`${run.name} has no task`);
  return manyRun({ ...demand, name: run.name }, run.yaml, { priority: run.priority });
}
