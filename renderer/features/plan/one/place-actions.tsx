import { useState } from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { setDraft } from '#renderer/features/new-run/draft-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, toast } from '#renderer/ui/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { Alternative } from '#shared/domain/plan.ts';
import { RangeField } from '../range-field.tsx';
import { useOne } from './one-store.ts';

/** What can be done with a place: only one's own machines are acted on; nothing is rented from here. */
export function PlaceActions({ one }: { one: Alternative }) {
  const t = useT();
  const may = useMay('operator');
  const [, navigate] = useLocation();
  const { yaml, demand } = useOne();
  const [open, setOpen] = useState<'queue' | 'probe' | null>(null);
  if (one.place.kind !== 'machine') return <span className="quiet">{t('plan.rentElsewhere')}</span>;
  const { id: machineId, title: machine } = one.place;
  const canRun = may && yaml.trim() !== '' && !one.excluded;
  const launch = () => {
    setDraft({ yaml, machineId, name: '' });
    navigate(`${paths.newRun}?machine=${machineId}`);
  };
  return (
    <>
      <Button look="primary" disabled={!canRun} onClick={launch}>
        {t('plan.launchHere')}
      </Button>
      <Button disabled={!canRun} onClick={() => setOpen('queue')}>
        {t('plan.queueIt')}
      </Button>
      <Button disabled={!may || yaml.trim() === ''} onClick={() => setOpen('probe')}>
        {t('plan.measureFirst')}
      </Button>
      {yaml.trim() === '' ? <span className="quiet">{t('plan.needsTask')}</span> : null}
      {open === 'queue' ? (
        <ConfirmDialog
          title={t('plan.queueTitle', { machine })}
          consequence={t('plan.queueText', { name: demand.name, machine, gpus: one.place.gpus })}
          actLabel={t('plan.queueIt')}
          danger={false}
          onClose={() => setOpen(null)}
          act={async () => {
            const run = await rpc().runs.launch({ requestId: newId(), yaml, baseDirectory: null, machineId });
            toast('info', t('plan.queued', { name: run.name, machine }), {
              actions: [{ label: t('app.openRun'), run: () => navigate(paths.run(run.id)) }],
            });
          }}
        />
      ) : null}
      {open === 'probe' ? (
        <ProbeDialog machineId={machineId} machine={machine} yaml={yaml} onClose={() => setOpen(null)} />
      ) : null}
    </>
  );
}

/** A short run that measures how fast it is there: what is planned afterwards follows from that. */
function ProbeDialog({
  machineId,
  machine,
  yaml,
  onClose,
}: {
  machineId: string;
  machine: string;
  yaml: string;
  onClose(): void;
}) {
  const t = useT();
  const [, navigate] = useLocation();
  const [steps, setSteps] = useState(50);
  return (
    <ConfirmDialog
      title={t('plan.probeTitle', { machine })}
      consequence={t('plan.probeText', { machine })}
      actLabel={t('plan.measureFirst')}
      actDisabled={!Number.isInteger(steps) || steps < 5 || steps > 1000}
      danger={false}
      onClose={onClose}
      act={async () => {
        const { runId } = await rpc().plan.probe({ requestId: newId(), machineId, yaml, steps });
        navigate(paths.run(runId));
      }}
    >
      <RangeField
        label={t('plan.probeSteps')}
        value={steps}
        min={5}
        max={1000}
        growing
        needed
        unit={t('plan.steps')}
        onValue={(value) => setSteps(Math.round(value ?? 50))}
      />
    </ConfirmDialog>
  );
}
