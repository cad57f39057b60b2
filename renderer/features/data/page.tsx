import './data.css';
import { useT } from '#renderer/i18n/index.ts';
import { ErrorState, Skeleton } from '#renderer/ui/index.ts';
import { DataSets } from './data-sets.tsx';
import { Report } from './report.tsx';
import { SitePolicies } from './site-policies.tsx';
import { useLabelled } from './use-data.ts';

/** Data that must not go everywhere: what is labelled, what sites may hold, what ran where. */
export function DataPage() {
  const t = useT();
  const { labelled, failure, again } = useLabelled();
  return (
    <div className="page data">
      <div className="page__head">
        <h1>{t('data.title')}</h1>
      </div>
      <p className="quiet">{t('data.intro')}</p>
      {failure && labelled === null ? <ErrorState error={failure} onRetry={again} /> : null}
      {labelled === null && !failure ? <Skeleton rows={6} /> : null}
      {labelled ? <DataSets sets={labelled.sets} /> : null}
      {labelled ? <SitePolicies policies={labelled.policies} /> : null}
      <Report />
    </div>
  );
}
