import { FigureAccount } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Age, formatBytes, formatDuration } from '#renderer/ui/index.ts';
import type { SavedPlan } from '#shared/domain/plan.ts';
import type { PlanContent } from '#shared/planner/plan-file.ts';
import { PlanHead } from '../plan-head.tsx';
import { ExportMenu } from './export-menu.tsx';

type FitContent = Extract<PlanContent, { kind: 'fit' }>;

/** A saved fit: what was asked of which accelerator, and its answer with all that it follows from. */
export function FitPlan({ plan, content }: { plan: SavedPlan; content: FitContent }) {
  const t = useT();
  const { fit, time } = content.answer;
  return (
    <div className="page plan">
      <PlanHead at="saved">
        <ExportMenu content={content} name={plan.name} planId={plan.id} />
      </PlanHead>
      <h2>{plan.name}</h2>
      <p className="soft">
        {fit.model.name} · {fit.gpus} × {fit.accelerator} · <Age at={plan.changedAt} />
      </p>
      <p>
        {t('plan.memoryOf', {
          low: formatBytes(fit.need.total.lowBytes),
          high: formatBytes(fit.need.total.highBytes),
          has: formatBytes(fit.availableBytes),
        })}
        {time ? ` · ${formatDuration(time.ms.p50)}` : ''}
      </p>
      <div className="fitplan">
        <FigureAccount figure={fit.need.figure} />
        {time ? <FigureAccount figure={time.figure} /> : null}
      </div>
    </div>
  );
}
