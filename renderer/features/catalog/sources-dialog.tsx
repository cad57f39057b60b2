import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import { useNotices } from '#renderer/app/notice-store.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Badge,
  Button,
  ConfirmDialog,
  compareNames,
  Dialog,
  ErrorState,
  formatInteger,
  ProgressBar,
  toast,
} from '#renderer/ui/index.ts';
import type { CatalogSource } from '#shared/domain/catalog.ts';
import { useCatalog } from './catalog-store.ts';
import { PriceAge } from './columns.tsx';
import { ImportForm } from './import-form.tsx';
import { providerName } from './names.ts';
import { sourceTitle } from './source-title.ts';

const refreshable = ['aws', 'azure', 'gcp'] as const;
type Refreshable = (typeof refreshable)[number];

/** Where prices come from and how old they are; new ones are asked for, taken in from a file, or taken out again. */
export function SourcesDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const may = useMay('operator');
  const { sources } = useCatalog();
  const [importing, setImporting] = useState(false);
  const [removing, setRemoving] = useState<CatalogSource | null>(null);
  if (removing) return <RemoveDialog source={removing} onClose={() => setRemoving(null)} />;
  if (importing)
    return (
      <Dialog
        open
        wide
        title={t('catalog.importTitle')}
        description={t('catalog.importText')}
        onClose={onClose}
      >
        <ImportForm onDone={() => setImporting(false)} />
      </Dialog>
    );
  return (
    <Dialog
      open
      wide
      title={t('catalog.sourcesTitle')}
      description={t('catalog.sourcesText')}
      onClose={onClose}
    >
      <div className="dialog__body">
        <SourceTable sources={sources} onRemove={may ? setRemoving : null} />
        {may ? (
          <>
            <h3>{t('catalog.askProviders')}</h3>
            <p className="quiet">{t('catalog.askText')}</p>
            <ul className="sources__refresh">
              {refreshable.map((provider) => (
                <RefreshLine key={provider} provider={provider} />
              ))}
            </ul>
          </>
        ) : null}
      </div>
      <div className="dialog__actions">
        {may ? <Button onClick={() => setImporting(true)}>{t('catalog.import')}</Button> : null}
        <Button onClick={onClose}>{t('ui.close')}</Button>
      </div>
    </Dialog>
  );
}

function SourceTable({
  sources,
  onRemove,
}: {
  sources: readonly CatalogSource[];
  onRemove: ((source: CatalogSource) => void) | null;
}) {
  const t = useT();
  const now = Date.now();
  const listed = [...sources].sort((a, b) => compareNames(sourceTitle(a), sourceTitle(b)));
  if (listed.length === 0) return <p className="quiet">{t('catalog.noSources')}</p>;
  return (
    <div className="sources__scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('catalog.source')}</th>
            <th scope="col">{t('catalog.kind')}</th>
            <th scope="col" className="plain-table__right">
              {t('catalog.rows')}
            </th>
            <th scope="col" className="plain-table__right">
              {t('catalog.age')}
            </th>
            {onRemove ? (
              <th scope="col">
                <span className="hidden-visually">{t('catalog.remove')}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {listed.map((source) => (
            <tr key={source.id}>
              <td title={source.url ?? undefined}>{sourceTitle(source)}</td>
              <td>
                <Badge>{t(`catalog.kind.${source.kind}`)}</Badge>
              </td>
              <td className="plain-table__right num">{formatInteger(source.rows)}</td>
              <td className="plain-table__right">
                <PriceAge at={source.pricedAt} now={now} />
              </td>
              {onRemove ? (
                <td className="plain-table__right">
                  {source.kind === 'imported' || source.kind === 'refreshed' ? (
                    <Button
                      small
                      look="quiet"
                      aria-label={t('catalog.removeNamed', { name: sourceTitle(source) })}
                      onClick={() => onRemove(source)}
                    >
                      {t('catalog.remove')}
                    </Button>
                  ) : null}
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Asks one provider's public price list; says how far it is, what came of it, and can be stopped. */
function RefreshLine({ provider }: { provider: Refreshable }) {
  const t = useT();
  const [jobId, setJobId] = useState<string | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const job = useNotices(({ jobs }) => (jobId === null ? undefined : jobs.get(jobId)));
  useEffect(
    () =>
      takePart({
        reload: async () => undefined,
        apply(event) {
          if (event.type !== 'progress' || event.progress.jobId !== jobId) return;
          const { state, error } = event.progress;
          if (state === 'running') return;
          setJobId(null);
          if (state === 'failed') setFailure(error ?? new Error(event.progress.title));
          if (state === 'done')
            toast('info', t('catalog.refreshed', { provider: providerName(provider, t) }));
        },
      }),
    [jobId, provider, t],
  );
  const begin = async () => {
    setFailure(null);
    try {
      setJobId((await rpc().catalog.refresh({ provider, regions: [] })).jobId);
    } catch (thrown) {
      setFailure(thrown);
    }
  };
  const name = providerName(provider, t);
  return (
    <li>
      <span>{name}</span>
      {jobId === null ? (
        <Button small aria-label={t('catalog.refreshNamed', { provider: name })} onClick={() => void begin()}>
          {t('catalog.refresh')}
        </Button>
      ) : (
        <>
          <ProgressBar
            done={job?.done ?? 0}
            total={job?.total ?? 0}
            label={t('catalog.refreshNamed', { provider: name })}
          />
          <Button small onClick={() => void rpc().app.cancelJob({ jobId }).catch(sayError)}>
            {t('ui.cancel')}
          </Button>
        </>
      )}
      {failure ? (
        <div className="sources__failure">
          <ErrorState error={failure} />
        </div>
      ) : null}
    </li>
  );
}

function RemoveDialog({ source, onClose }: { source: CatalogSource; onClose(): void }) {
  const t = useT();
  return (
    <ConfirmDialog
      title={t('catalog.removeTitle', { name: sourceTitle(source) })}
      consequence={t(source.kind === 'imported' ? 'catalog.removeImported' : 'catalog.removeRefreshed', {
        rows: formatInteger(source.rows),
      })}
      actLabel={t('catalog.remove')}
      onClose={onClose}
      act={() => rpc().catalog.removeSource({ sourceId: source.id })}
    />
  );
}
