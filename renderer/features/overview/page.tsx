import './overview.css';
import { useEffect } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import { machinesPart, useMachines } from '#renderer/app/machine-store.ts';
import { usePrompts } from '#renderer/app/prompt-store.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { sitesPart, useSites } from '#renderer/app/site-store.ts';
import { SpentLately } from '#renderer/features/costs/spent-lately.tsx';
import { usePlaces } from '#renderer/features/places/place-store.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ErrorState, Skeleton } from '#renderer/ui/index.ts';
import { Figures } from './figures.tsx';
import { FirstSteps } from './first-steps.tsx';
import { Lately } from './lately.tsx';
import { findNeeds } from './needs.ts';
import { NeedsList } from './needs-list.tsx';
import { loadRecent, recentPart, useRecent } from './recent-store.ts';
import { Yard } from './yard.tsx';

/** What runs where, what needs me, what happened lately. */
export function OverviewPage() {
  const t = useT();
  useEffect(() => {
    loadRecent();
    return takePart(recentPart);
  }, []);
  const machines = useMachines();
  const sites = useSites();
  const prompts = usePrompts(({ prompts: open }) => open);
  const recent = useRecent();
  const proposals = usePlaces((state) => state.proposals);
  useRuns(({ version }) => version);
  const { byId } = useRuns.getState();
  const known = (ids: readonly string[]) => ids.map((id) => byId.get(id)).filter((run) => run !== undefined);
  const needs = findNeeds(
    {
      prompts,
      sites: sites.sites,
      machines: machines.byId.values(),
      ended: known(recent.ended),
      proposals,
    },
    Date.now(),
  );
  const error = machines.error ?? sites.error ?? recent.error;
  const loaded = machines.loaded && sites.loaded && recent.loaded;
  return (
    <div className="page overview">
      <h1 className="hidden-visually">{t('overview.title')}</h1>
      {error && !loaded ? <ErrorState error={error} onRetry={loadAgain} /> : null}
      {!loaded && !error ? <Skeleton rows={10} /> : null}
      {loaded ? (
        <>
          <Figures needs={needs.length}>
            <SpentLately />
          </Figures>
          <div className="overview__columns">
            <div className="overview__main">
              <FirstSteps
                sites={sites.sites}
                newest={known(recent.made)[0]}
                ended={recent.ended.length > 0}
              />
              <Yard />
            </div>
            <aside className="overview__side">
              <NeedsList needs={needs} />
              <Lately runs={new Set(known([...recent.ended, ...recent.made]))} moves={recent.moves} />
            </aside>
          </div>
        </>
      ) : null}
    </div>
  );
}

function loadAgain(): void {
  for (const part of [machinesPart, sitesPart, recentPart]) part.reload(rpc()).catch(sayError);
}
