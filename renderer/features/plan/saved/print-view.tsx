import './print.css';
import { useLocation } from 'wouter';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, formatDate, formatDateTime } from '#renderer/ui/index.ts';
import type { SavedPlan } from '#shared/domain/plan.ts';
import type { PlanContent } from '#shared/planner/plan-file.ts';
import { summaryOf } from '#shared/planner/plan-summary.ts';
import { FitPaper } from './fit-paper.tsx';
import { ManyPaper } from './many-paper.tsx';
import { PlacePaper } from './place-paper.tsx';
import { WhatIfPaper } from './what-if-paper.tsx';

/** A saved plan as a page of paper: title, age of its prices, what was asked, the answer, where its numbers come from. */
export function PrintView({ plan, content }: { plan: SavedPlan; content: PlanContent }) {
  const t = useT();
  const [, navigate] = useLocation();
  return (
    <div className="page printed">
      <div className="printed__bar">
        <Button look="primary" onClick={() => window.print()}>
          {t('plan.print')}
        </Button>
        <Button onClick={() => navigate(paths.plan('saved', plan.id))}>{t('plan.back')}</Button>
      </div>
      <article className="paper">
        <header className="paper__head">
          <h1>{plan.name}</h1>
          <p>
            {t(`plan.kinds.${plan.kind}`)} · {t('plan.madeAt', { when: formatDateTime(plan.changedAt) })} ·{' '}
            <PriceAge content={content} />
          </p>
        </header>
        <Body content={content} />
        <footer className="paper__foot">
          {t('plan.paperFoot')} {t('plan.inputsAre', { hash: plan.inputsHash })}
        </footer>
      </article>
    </div>
  );
}

function PriceAge({ content }: { content: PlanContent }) {
  const t = useT();
  const { prices } = summaryOf(content);
  if (prices === null) return t('plan.pricesNone');
  const [from, to] = [formatDate(prices.oldestAt), formatDate(prices.newestAt)];
  return from === to ? t('plan.pricesOf', { from }) : t('plan.pricesFromTo', { from, to });
}

function Body({ content }: { content: PlanContent }) {
  if (content.kind === 'place') return <PlacePaper content={content} />;
  if (content.kind === 'portfolio') return <ManyPaper content={content} />;
  if (content.kind === 'what-if') return <WhatIfPaper content={content} />;
  return <FitPaper content={content} />;
}
