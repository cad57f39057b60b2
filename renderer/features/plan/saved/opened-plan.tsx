import { useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, ErrorState, Skeleton } from '#renderer/ui/index.ts';
import type { SavedPlan } from '#shared/domain/plan.ts';
import { type PlanContent, readPlanContent } from '#shared/planner/plan-file.ts';
import { ManyPage } from '../many/many-page.tsx';
import { showSavedMany } from '../many/many-store.ts';
import { OnePage } from '../one/one-page.tsx';
import { showSaved } from '../one/one-store.ts';
import { PlanHead } from '../plan-head.tsx';
import { WhatIfPage } from '../what-if/what-if-page.tsx';
import { showSavedWhatIf } from '../what-if/what-if-store.ts';
import { FitPlan } from './fit-plan.tsx';
import { PrintView } from './print-view.tsx';

interface Opened {
  plan: SavedPlan;
  content: PlanContent;
}

/** A saved plan: on the page that it was made on, with its answer as it was; or as a page to print. */
export function OpenedPlan({ id }: { id: string }) {
  const t = useT();
  const [, navigate] = useLocation();
  const asked = new URLSearchParams(useSearch());
  const [opened, setOpened] = useState<Opened | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    const open = async () => {
      const { plan, content } = await rpc().plan.open({ planId: id });
      const read = readPlanContent(content);
      show(read, plan);
      setOpened({ plan, content: read });
    };
    open().catch(setError);
  }, [id]);
  if (!opened) {
    return (
      <div className="page plan">
        <PlanHead at="saved">
          <Button onClick={() => navigate(paths.plan('saved'))}>{t('plan.toSaved')}</Button>
        </PlanHead>
        {error ? <ErrorState error={error} /> : <Skeleton rows={8} />}
      </div>
    );
  }
  const { plan, content } = opened;
  if (asked.has('print')) return <PrintView plan={plan} content={content} />;
  if (content.kind === 'place') return <OnePage />;
  if (content.kind === 'portfolio') return <ManyPage />;
  if (content.kind === 'what-if') return <WhatIfPage />;
  return <FitPlan plan={plan} content={content} />;
}

function show(content: PlanContent, plan: SavedPlan): void {
  if (content.kind === 'place') showSaved(content, plan);
  if (content.kind === 'portfolio') showSavedMany(content, plan);
  if (content.kind === 'what-if') showSavedWhatIf(content, plan);
}
