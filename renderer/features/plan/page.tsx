import './plan.css';
import './many/many.css';
import './what-if/what-if.css';
import { ManyPage } from './many/many-page.tsx';
import { OnePage } from './one/one-page.tsx';
import { OpenedPlan } from './saved/opened-plan.tsx';
import { SavedPage } from './saved/saved-page.tsx';
import { WhatIfPage } from './what-if/what-if-page.tsx';

/** `view`: `many`, `what-if`, or `saved` with the plan's id; undefined: one run. */
export function PlanPage({ view, id }: { view: string | undefined; id: string | undefined }) {
  if (view === 'saved' && id !== undefined) return <OpenedPlan key={id} id={id} />;
  if (view === 'many') return <ManyPage />;
  if (view === 'what-if') return <WhatIfPage />;
  if (view === 'saved') return <SavedPage />;
  return <OnePage />;
}
