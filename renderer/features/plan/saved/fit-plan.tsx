import '#renderer/features/fit/fit.css';
import { FigureAccount } from '#renderer/features/figures/index.ts';
import { MemoryBar, MemoryParts } from '#renderer/features/fit/memory-bar.tsx';
import { TimeLine } from '#renderer/features/fit/time-and-cost.tsx';
import { Verdict, Warnings } from '#renderer/features/fit/verdict.tsx';
import { useT } from '#renderer/i18n/index.ts';
import { Age } from '#renderer/ui/index.ts';
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
      <p className="soft">
        <strong>{plan.name}</strong> · {fit.model.name} · {fit.gpus} × {fit.accelerator} ·{' '}
        <Age at={plan.changedAt} />
      </p>
      <div className="fit fitplan">
        <Verdict report={fit} />
        <MemoryBar report={fit} />
        <div className="fit__two">
          <MemoryParts report={fit} />
          <section className="fit__block">
            <h3>{t(fit.verdict === 'no' ? 'fit.timeIfFits' : 'fit.timeTitle')}</h3>
            <TimeLine time={time} />
          </section>
        </div>
        <Warnings report={fit} />
        <div className="fitplan__how">
          <FigureAccount figure={fit.need.figure} />
          {time ? <FigureAccount figure={time.figure} /> : null}
        </div>
      </div>
    </div>
  );
}
