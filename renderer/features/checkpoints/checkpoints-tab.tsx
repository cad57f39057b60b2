import './checkpoints.css';
import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { type Live, useLive } from '#renderer/app/use-live.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, EmptyState, ErrorState, formatInteger, Skeleton, toast } from '#renderer/ui/index.ts';
import type { RunCheckpoint } from '#shared/domain/checkpoint.ts';
import type { Run } from '#shared/domain/run.ts';
import { CheckpointTable } from './checkpoint-table.tsx';

/** The saved states of a run: which are complete and why, where copies lie; asked for anew, and one more asked of the trainer. */
export function CheckpointsTab({ run }: { run: Run }) {
  const t = useT();
  const live = useLive(
    run.id,
    (signal) => rpc().checkpoints.list({ runId: run.id }, { signal }),
    (event) => event.type === 'checkpoints.changed' && event.runId === run.id,
  );
  const { value, error, retry } = live;
  const asked = run.spec.checkpoint;
  return (
    <div className="checkpoints">
      <div className="checkpoints__head">
        <p className="quiet">
          {asked ? t('checkpoints.lieIn') : t('checkpoints.notSaid')}{' '}
          {asked ? <code>{asked.path}</code> : null}
        </p>
        <Actions run={run} live={live} />
      </div>
      {run.machineConnection !== 'connected' && value && value.length > 0 ? (
        <p className="checkpoints__unseen">{t('checkpoints.unseen', { machine: run.machineName })}</p>
      ) : null}
      {error ? <ErrorState error={error} onRetry={retry} /> : null}
      {!value && !error ? <Skeleton rows={6} /> : null}
      {value?.length === 0 ? (
        <EmptyState title={t('checkpoints.none')}>
          {asked ? t('checkpoints.noneText') : t('checkpoints.noneNotSaid')}
        </EmptyState>
      ) : null}
      {value && value.length > 0 ? <CheckpointTable checkpoints={value} /> : null}
    </div>
  );
}

function Actions({ run, live }: { run: Run; live: Live<RunCheckpoint[]> }) {
  const t = useT();
  const may = useMay('operator');
  const [busy, setBusy] = useState<'look' | 'save' | null>(null);
  const seen = run.machineConnection === 'connected';
  const asks = run.spec.checkpoint?.request !== undefined;
  const look = async () => {
    setBusy('look');
    try {
      live.put(await rpc().checkpoints.refresh({ runId: run.id }));
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(null);
    }
  };
  const save = async () => {
    setBusy('save');
    try {
      const { processes } = await rpc().checkpoints.request({ runId: run.id });
      toast('info', t('checkpoints.asked', { count: processes, n: formatInteger(processes) }));
    } catch (thrown) {
      sayError(thrown);
    } finally {
      setBusy(null);
    }
  };
  return (
    <div className="checkpoints__actions">
      <Button busy={busy === 'look'} disabled={!seen} onClick={() => void look()}>
        {t('checkpoints.refresh')}
      </Button>
      {may ? (
        <Button
          busy={busy === 'save'}
          disabled={!seen || !asks || run.state !== 'running'}
          title={asks ? undefined : t('checkpoints.cannotAsk')}
          onClick={() => void save()}
        >
          {t('checkpoints.saveNow')}
        </Button>
      ) : null}
    </div>
  );
}
