import { useState } from 'react';
import { SideSplitter, useSideWidth } from '#renderer/app/side-pane.tsx';
import { LogView } from '#renderer/features/logs/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ErrorState, Select, Skeleton } from '#renderer/ui/index.ts';
import type { Run } from '#shared/domain/run.ts';
import { Chart } from './chart.tsx';
import { useMetrics } from './use-metrics.ts';

/** The log, and beside it what it printed as numbers. */
export function LogTab({ run, epoch, onEpoch }: { run: Run; epoch: number; onEpoch(epoch: number): void }) {
  const t = useT();
  const epochs = run.attempts.map((attempt) => attempt.epoch);
  return (
    <div className="run__split" style={useSideWidth('run.metrics')}>
      <div className="run__log">
        {epochs.length > 1 ? (
          <Select
            className="input--small run__attempt"
            aria-label={t('run.attemptShown')}
            value={String(epoch)}
            options={epochs.map((n) => ({ value: String(n), label: t('run.attempt', { n }) }))}
            onValue={(value) => onEpoch(Number(value))}
          />
        ) : null}
        <LogView key={epoch} runId={run.id} epoch={epoch} name={run.name} />
      </div>
      <SideSplitter name="run.metrics" label={t('run.metricsWidth')} usual={[400, 268]} min={220} max={900} />
      <Metrics run={run} />
    </div>
  );
}

function Metrics({ run }: { run: Run }) {
  const t = useT();
  const { series, error } = useMetrics(run.id);
  const [shown, setShown] = useState(8);
  if (error && !series) {
    return (
      <aside className="run__metrics" aria-label={t('run.metrics')}>
        <ErrorState error={error} />
      </aside>
    );
  }
  return (
    <aside className="run__metrics" aria-label={t('run.metrics')}>
      {series === null ? (
        <Skeleton rows={5} />
      ) : series.length === 0 ? (
        <div className="run__nometrics">
          <h3>{t('run.noMetrics')}</h3>
          <p className="quiet">{t('run.noMetricsText')}</p>
        </div>
      ) : (
        series
          .slice(0, shown)
          .map((one) => <Chart key={one.name} series={one} firstAttempt={run.attempts[0]?.epoch ?? 1} />)
      )}
      {series && series.length > shown ? (
        <button type="button" className="button button--quiet" onClick={() => setShown(shown + 12)}>
          {t('run.moreMetrics', { n: series.length - shown })}
        </button>
      ) : null}
    </aside>
  );
}
