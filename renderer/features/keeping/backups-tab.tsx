import './keeping.css';
import { useRef, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { type Live, useLive } from '#renderer/app/use-live.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, EmptyState, ErrorState, formatInteger, Skeleton } from '#renderer/ui/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Run } from '#shared/domain/run.ts';
import type { Backup, KeepPolicy } from '#shared/domain/run-backup.ts';
import { BackUpDialog } from './back-up-dialog.tsx';
import { BackupTable } from './backup-table.tsx';
import { KeepDialog } from './keep-dialog.tsx';

interface Kept {
  policy: KeepPolicy | null;
  backups: Backup[];
}

/** What is kept of a run elsewhere: the policy, and every backup with what can be done with it. */
export function BackupsTab({ run }: { run: Run }) {
  const t = useT();
  const live = useLive<Kept>(
    run.id,
    async (signal) => {
      const [policy, backups] = await Promise.all([
        rpc().backups.policy({ runId: run.id }, { signal }),
        rpc().backups.list({ runId: run.id }, { signal }),
      ]);
      return { policy, backups };
    },
    (event) => event.type === 'backups.changed' && (event.runId === null || event.runId === run.id),
  );
  const { value, error, retry } = live;
  if (error && !value) return <ErrorState error={error} onRetry={retry} />;
  if (!value) return <Skeleton rows={8} />;
  // What was removed is history; the list shows what there is.
  const shown = value.backups.filter(({ state }) => state !== 'removed');
  return (
    <div className="keeping">
      <Policy run={run} policy={value.policy} live={live} />
      {shown.length === 0 ? (
        <EmptyState title={t('keeping.none')}>{t('keeping.noneText')}</EmptyState>
      ) : (
        <BackupTable run={run} backups={shown} onChanged={retry} />
      )}
    </div>
  );
}

function Policy({ run, policy, live }: { run: Run; policy: KeepPolicy | null; live: Live<Kept> }) {
  const t = useT();
  const may = useMay('operator');
  const [dialog, setDialog] = useState<'policy' | 'now' | null>(null);
  const sentence = usePolicySentence(policy);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const request = useRef(newId());
  const now = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await rpc().backups.start({ runId: run.id, requestId: request.current });
      request.current = newId();
      live.retry();
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  const byPolicy = policy !== null && policy.machineIds.length > 0;
  return (
    <section className="keeping__policy" aria-label={t('keeping.policy')}>
      <p>{sentence}</p>
      {may ? (
        <div className="keeping__actions">
          <Button busy={busy} onClick={() => (byPolicy ? void now() : setDialog('now'))}>
            {t(byPolicy ? 'keeping.backUpNow' : 'keeping.backUpTo')}
          </Button>
          <Button onClick={() => setDialog('policy')}>
            {t(policy ? 'keeping.changePolicy' : 'keeping.setPolicy')}
          </Button>
        </div>
      ) : null}
      {failure ? <ErrorState error={failure} /> : null}
      {dialog === 'policy' ? (
        <KeepDialog run={run} policy={policy} onClose={() => setDialog(null)} onKept={live.retry} />
      ) : null}
      {dialog === 'now' ? (
        <BackUpDialog run={run} onClose={() => setDialog(null)} onStarted={live.retry} />
      ) : null}
    </section>
  );
}

/** The policy in a sentence or two. */
function usePolicySentence(policy: KeepPolicy | null): string {
  const t = useT();
  const byId = useMachines((state) => state.byId);
  if (!policy) return t('keeping.noPolicy');
  if (!policy.enabled) return t('keeping.policyOff');
  const machines = policy.machineIds
    .map((id) => placeName(id, byId.get(id)?.name ?? id, t))
    .join(t('recovery.comma'));
  const what =
    policy.checkpoints === 'every' && policy.everySteps > 1
      ? t('keeping.everySteps', { steps: formatInteger(policy.everySteps) })
      : t(`keeping.what.${policy.checkpoints}`);
  return [
    t('keeping.policyText', { what, machines }),
    policy.artefacts.length > 0 ? t('keeping.alsoFiles', { files: policy.artefacts.join(', ') }) : '',
    t('keeping.keeps', { count: policy.keep, n: formatInteger(policy.keep) }),
  ]
    .filter(Boolean)
    .join(t('ui.gap'));
}
