import './moves.css';
import { rpc } from '#renderer/app/backend.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, EmptyState, ErrorState, Skeleton } from '#renderer/ui/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import { isOver } from '#shared/domain/migration-phases.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { askMove, canMove } from './ask-move.ts';
import { LeftBehind } from './left-behind.tsx';
import { MovePanel } from './move-panel.tsx';
import { useMoves } from './move-store.ts';
import { ResultCard } from './result-card.tsx';

/** The moves of one run: the one under way, then how the earlier ones went. */
export function MovesTab({ run }: { run: RunSummary }) {
  const t = useT();
  const may = useMay('operator');
  const { value, error, retry } = useLive(
    run.id,
    (signal) => rpc().migrations.list({ runId: run.id, limit: 200 }, { signal }),
    (event) => event.type === 'migration.changed' && event.migration.runId === run.id,
  );
  const moves = useNewest(value, run.id);
  if (error && !value) return <ErrorState error={error} onRetry={retry} />;
  if (!value) return <Skeleton rows={8} />;
  if (moves.length === 0) {
    return (
      <EmptyState
        title={t('move.never')}
        actions={may && canMove(run) ? <Button onClick={() => askMove(run)}>{t('move.ask')}</Button> : null}
      >
        {t('move.neverText')}
      </EmptyState>
    );
  }
  return (
    <div className="moves">
      {moves.map((move) =>
        isOver(move.phase) ? (
          <ResultCard key={move.id} move={move} />
        ) : (
          <MovePanel key={move.id} move={move} />
        ),
      )}
      <LeftBehind runId={run.id} />
    </div>
  );
}

/** What was listed, each as the store knows it now: progress comes many times a second and is not asked for. */
function useNewest(listed: readonly Migration[] | null, runId: string): Migration[] {
  const byId = useMoves((state) => state.byId);
  const all = new Map((listed ?? []).map((move) => [move.id, move]));
  for (const move of byId.values()) if (move.runId === runId) all.set(move.id, move);
  return [...all.values()].sort((a, b) => b.startedAt - a.startedAt);
}
