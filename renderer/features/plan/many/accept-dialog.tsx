import { useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, Dialog, formatInteger } from '#renderer/ui/index.ts';
import type { Reason } from '#shared/domain/figure.ts';
import { newId } from '#shared/domain/new-id.ts';
import { savePlan } from '../saved/save-plan.tsx';
import { sentence } from '../words.ts';
import { type ManyRun, manyContent, useMany } from './many-store.ts';

interface Accepted {
  runId: string;
  yaml: string;
  machineId: string;
  priority: number;
}
interface Sorted {
  queued: readonly Accepted[];
  rented: number;
  unplaced: number;
  withoutTask: number;
}
type Result = { runId: string; queued: string | null; why: Reason | null };

/** Says what will happen to these runs, queues them on the machines that the plan chose, and tells what came of each. */
export function AcceptDialog({ chosen, onClose }: { chosen: ReadonlySet<string>; onClose(): void }) {
  const t = useT();
  const runs = useMany((state) => state.runs);
  const [results, setResults] = useState<readonly Result[] | null>(null);
  // Once it is done, what came of it is shown in the dialog's place.
  const accepted = useRef(false);
  const picked = chosen.size === 0 ? runs : runs.filter(({ id }) => chosen.has(id));
  const sorted = sortOut(picked);
  const { rented, unplaced, withoutTask } = sorted;
  if (results) return <Results results={results} runs={runs} onClose={onClose} />;
  return (
    <ConfirmDialog
      title={t('plan.acceptTitle', { count: sorted.queued.length })}
      consequence={t('plan.acceptText')}
      actLabel={t('plan.acceptIt')}
      actDisabled={sorted.queued.length === 0}
      danger={false}
      onClose={() => {
        if (!accepted.current) onClose();
      }}
      act={async () => {
        const answer = await accept(sorted.queued, t('plan.manyName'));
        accepted.current = true;
        setResults(answer);
      }}
    >
      <ul className="accept">
        <li>{t('plan.acceptQueued', { count: formatInteger(sorted.queued.length) })}</li>
        {rented > 0 ? <li>{t('plan.acceptRented', { count: formatInteger(rented) })}</li> : null}
        {unplaced > 0 ? <li>{t('plan.acceptUnplaced', { count: formatInteger(unplaced) })}</li> : null}
        {withoutTask > 0 ? <li>{t('plan.acceptNoTask', { count: formatInteger(withoutTask) })}</li> : null}
      </ul>
    </ConfirmDialog>
  );
}

function sortOut(picked: readonly ManyRun[]): Sorted {
  const { solution, judged } = useMany.getState();
  const pools = new Map(judged?.pools.map((pool) => [pool.id, pool]));
  const places = new Map(solution?.assignments.map(({ runId, poolId }) => [runId, poolId]));
  const queued: Accepted[] = [];
  let [rented, unplaced, withoutTask] = [0, 0, 0];
  for (const { id, yaml, priority } of picked) {
    const pool = pools.get(places.get(id) ?? '');
    if (!pool) unplaced += 1;
    else if (pool.place.kind !== 'machine') rented += 1;
    else if (yaml === null) withoutTask += 1;
    else
      queued.push({
        runId: id,
        yaml,
        machineId: pool.place.id,
        priority: Math.min(100, Math.max(-100, priority)),
      });
  }
  return { queued, rented, unplaced, withoutTask };
}

/** What is accepted is kept: the runs say from which plan they come. */
async function accept(queued: readonly Accepted[], usualName: string): Promise<Result[]> {
  const state = useMany.getState();
  const content = manyContent(state);
  let { saved } = state;
  if (!saved && content) {
    saved = await savePlan(content, usualName);
    useMany.setState({ saved });
  }
  return rpc().plan.accept({ requestId: newId(), planId: saved?.id ?? newId(), runs: [...queued] });
}

function Results({
  results,
  runs,
  onClose,
}: {
  results: readonly Result[];
  runs: readonly ManyRun[];
  onClose(): void;
}) {
  const t = useT();
  const [, navigate] = useLocation();
  const done = results.filter(({ queued }) => queued !== null).length;
  return (
    <Dialog open title={t('plan.accepted', { count: done })} onClose={onClose}>
      <ul className="accept accept--results">
        {results.map(({ runId, queued, why }) => (
          <li key={runId}>
            <span className="clip">{runs.find(({ id }) => id === runId)?.name ?? runId}</span>
            {queued === null ? (
              <span className="plan--bad">{why ? sentence(why) : ''}</span>
            ) : (
              <Button small look="quiet" onClick={() => navigate(paths.run(queued))}>
                {t('app.openRun')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <div className="dialog__actions">
        <Button look="primary" onClick={onClose}>
          {t('plan.done')}
        </Button>
      </div>
    </Dialog>
  );
}
