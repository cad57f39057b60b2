import './sites.css';
import { useEffect, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { paths } from '#renderer/app/routes.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { sitesPart, useSites } from '#renderer/app/site-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, EmptyState, ErrorState, Skeleton } from '#renderer/ui/index.ts';
import type { Site } from '#shared/domain/site.ts';
import { AddHostDialog } from './add-host-dialog.tsx';
import { ChangedKeyDialog } from './changed-key-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { RemoveSiteDialog, RenameSiteDialog } from './site-dialogs.tsx';
import { SiteRow } from './site-row.tsx';
import { TestDialog } from './test-dialog.tsx';

/** What is open over the page, and for which site. */
export type Over =
  | { kind: 'add' }
  | { kind: 'import' }
  | { kind: 'test' | 'rename' | 'remove' | 'changed-key'; site: Site };

/** The places the user has connected: how each stands, and what can be done about it. */
export function SitesPage() {
  const t = useT();
  const asked = new URLSearchParams(useSearch());
  const [, navigate] = useLocation();
  const { loaded, error, sites } = useSites();
  const mayAct = useMay('operator');
  const [over, setOver] = useState<Over | null>(null);
  const wanted = asked.has('add') ? 'add' : asked.has('import') ? 'import' : null;
  // Asked for by a link or by name while the page is open.
  useEffect(() => {
    if (wanted) setOver({ kind: wanted });
  }, [wanted]);
  const close = () => {
    setOver(null);
    if (asked.size > 0) navigate(paths.sites, { replace: true });
  };
  return (
    <div className="page">
      <div className="page__head">
        <h1>{t('app.sites')}</h1>
        {mayAct ? (
          <>
            <Button onClick={() => setOver({ kind: 'import' })}>{t('sites.importHosts')}</Button>
            <Button look="primary" onClick={() => setOver({ kind: 'add' })}>
              {t('sites.addHost')}
            </Button>
          </>
        ) : null}
      </div>
      {error && !loaded ? (
        <ErrorState error={error} onRetry={() => void sitesPart.reload(rpc()).catch(sayError)} />
      ) : null}
      {!loaded && !error ? <Skeleton rows={6} /> : null}
      {loaded ? <SiteTable sites={sites} onOver={setOver} /> : null}
      {loaded && sites.every(({ kind }) => kind === 'local') ? (
        <EmptyState title={t('sites.noHosts')}>{t('sites.noHostsText')}</EmptyState>
      ) : null}
      {over ? <OverPage over={over} onClose={close} /> : null}
    </div>
  );
}

function SiteTable({ sites, onOver }: { sites: readonly Site[]; onOver(over: Over): void }) {
  const t = useT();
  return (
    <table className="plain sites">
      <thead>
        <tr>
          <th scope="col">{t('sites.site')}</th>
          <th scope="col">{t('sites.state')}</th>
          <th scope="col">{t('sites.address')}</th>
          <th scope="col">{t('sites.transport')}</th>
          <th scope="col" className="right">
            {t('sites.roundTrip')}
          </th>
          <th scope="col">
            <span className="hidden-visually">{t('app.actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sites.map((site) => (
          <SiteRow key={site.id} site={site} onOver={onOver} />
        ))}
      </tbody>
    </table>
  );
}

function OverPage({ over, onClose }: { over: Over; onClose(): void }) {
  switch (over.kind) {
    case 'add':
      return <AddHostDialog onClose={onClose} />;
    case 'import':
      return <ImportDialog onClose={onClose} />;
    case 'test':
      return <TestDialog name={over.site.name} target={{ siteId: over.site.id }} onClose={onClose} />;
    case 'rename':
      return <RenameSiteDialog site={over.site} onClose={onClose} />;
    case 'remove':
      return <RemoveSiteDialog site={over.site} onClose={onClose} />;
    case 'changed-key':
      return <ChangedKeyDialog site={over.site} onClose={onClose} />;
  }
}
