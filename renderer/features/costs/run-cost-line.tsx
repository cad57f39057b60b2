import './costs.css';
import { useState } from 'react';
import { useMay } from '#renderer/app/session-store.ts';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { formatMoney } from '#renderer/ui/index.ts';
import { ProjectDialog } from './project-dialog.tsx';
import { Difference } from './run-columns.tsx';
import { useCosts } from './use-costs.ts';

/** What a run has cost so far, will have, and was planned to; and what it belongs to. Nothing until that is known. */
export function RunCostLine({ runId }: { runId: string }) {
  const t = useT();
  const may = useMay('operator');
  const [asks, setAsks] = useState(false);
  const { value, again } = useCosts(runId, (client) => client.costs.run({ runId }));
  if (value === null || value.cost.runId !== runId) return null;
  const { cost, figure } = value;
  const { projectedMicros, plannedMicros, basis, project } = cost;
  return (
    <p className="costs__line num">
      {basis === 'none' ? (
        <span className="quiet">{t('costs.lineNoPrice')}</span>
      ) : (
        <span>
          {t('costs.lineSoFar')} <FigureButton figure={figure} />
        </span>
      )}
      {projectedMicros === null ? null : (
        <span>{t('costs.lineProjected', { amount: formatMoney(projectedMicros) })}</span>
      )}
      {plannedMicros === null ? null : (
        <span>
          {t('costs.linePlanned', { amount: formatMoney(plannedMicros) })} <Difference run={cost} />
        </span>
      )}
      {may ? (
        <button type="button" className="costs__link" onClick={() => setAsks(true)}>
          {project === null ? t('costs.setProject') : t('costs.ofProject', { project })}
        </button>
      ) : project === null ? null : (
        <span>{t('costs.ofProject', { project })}</span>
      )}
      {asks ? (
        <ProjectDialog
          run={{ id: runId, name: cost.name, project }}
          onClose={() => setAsks(false)}
          onDone={again}
        />
      ) : null}
    </p>
  );
}
