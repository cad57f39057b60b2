import { useState } from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { formatCompact } from '#renderer/features/figures/index.ts';
import { useDraft } from '#renderer/features/new-run/draft-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Age, Button, ConfirmDialog, compareNames, Field, Input, Select } from '#renderer/ui/index.ts';
import { newId } from '#shared/domain/new-id.ts';
import type { MeasuredThroughput } from '#shared/domain/workload.ts';

const none: readonly MeasuredThroughput[] = [];

/** Throughputs that the user's runs have shown. */
export function useMeasured(): readonly MeasuredThroughput[] {
  const { value } = useLive(
    'measured throughputs',
    (signal) => rpc().plan.measured(undefined, { signal }),
    ({ type }) => type === 'plans.changed',
  );
  return value ?? none;
}

/** What was measured, and how to measure it. */
export function Measured({ measured }: { measured: readonly MeasuredThroughput[] }) {
  const t = useT();
  const may = useMay('operator');
  const [asking, setAsking] = useState(false);
  return (
    <section className="fit__block">
      <div className="fit__head">
        <h3>{t('fit.measured')}</h3>
        {may ? (
          <Button small onClick={() => setAsking(true)}>
            {t('fit.measure')}
          </Button>
        ) : null}
      </div>
      {measured.length === 0 ? (
        <p className="quiet">{t('fit.noMeasured')}</p>
      ) : (
        <ul className="fit__measured">
          {measured.slice(0, 6).map(({ accelerator, gpus, tokensPerSecond, runId, at }) => (
            <li key={`${runId} ${at}`}>
              <span className="num">
                {gpus} × {accelerator}
              </span>
              <span className="num">{t('fit.rate', { n: formatCompact(tokensPerSecond) })}</span>
              <span className="quiet">
                <Age at={at} />
              </span>
              {runId === null ? <span /> : <Link href={paths.run(runId)}>{t('fit.theRun')}</Link>}
            </li>
          ))}
        </ul>
      )}
      {asking ? <MeasureDialog onClose={() => setAsking(false)} /> : null}
    </section>
  );
}

/** A short run on a machine of the user's, which tells how fast it really is. */
function MeasureDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const [, navigate] = useLocation();
  const machines = useMachines(({ byId }) => byId);
  const options = [...machines.values()]
    .filter(({ connectionState }) => connectionState === 'connected')
    .map(({ id, name }) => ({ value: id, label: placeName(id, name, t) }))
    .sort((a, b) => compareNames(a.label, b.label));
  const [machineId, setMachineId] = useState(options[0]?.value ?? '');
  const [steps, setSteps] = useState('50');
  const [yaml, setYaml] = useState(() => useDraft.getState().yaml);
  const [requestId] = useState(newId);
  const count = Number(steps);
  const wrong = !(Number.isInteger(count) && count >= 5 && count <= 1000);
  return (
    <ConfirmDialog
      title={t('fit.measureTitle')}
      consequence={t('fit.measureText')}
      danger={false}
      actLabel={t('fit.measureStart')}
      actDisabled={wrong || machineId === '' || yaml.trim() === ''}
      onClose={onClose}
      act={async () => {
        const { runId } = await rpc().plan.probe({ requestId, machineId, yaml, steps: count });
        navigate(paths.run(runId));
      }}
    >
      <div className="fit__pair">
        <Field label={t('fit.machine')}>
          {(ids) => <Select {...ids} value={machineId} options={options} onValue={setMachineId} />}
        </Field>
        <Field label={t('fit.steps')} error={wrong ? t('fit.stepsWrong') : undefined}>
          {(ids) => (
            <Input
              {...ids}
              inputMode="numeric"
              value={steps}
              onChange={(event) => setSteps(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Field label={t('fit.task')} hint={t('fit.taskHint')}>
        {(ids) => (
          <textarea
            {...ids}
            className="input mono"
            rows={8}
            spellCheck={false}
            value={yaml}
            onChange={(event) => setYaml(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
