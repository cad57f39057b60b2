import './catalog.css';
import { useEffect, useMemo } from 'react';
import { useLocation } from 'wouter';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { shownMoney } from '#renderer/app/shown-money.ts';
import { useSideWidth } from '#renderer/app/side-pane.tsx';
import { useView } from '#renderer/app/use-view.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  copyText,
  EmptyState,
  ErrorState,
  formatInteger,
  type MenuEntry,
  MultiSelect,
  Skeleton,
  VirtualTable,
} from '#renderer/ui/index.ts';
import { allOffers, type OfferSort } from '#shared/planner/offer-filter.ts';
import { loadCatalog } from './catalog-store.ts';
import { columnChoices, offerColumnsOf, usualColumns } from './columns.tsx';
import { linksOf, OfferDetail } from './detail.tsx';
import { Filters } from './filters.tsx';
import type { OfferRow } from './offer-row.ts';
import { offersCsv } from './offers-csv.ts';
import { narrows } from './query-address.ts';
import { QuotasDialog } from './quotas-dialog.tsx';
import { saveText } from './save-text.ts';
import { SourcesDialog } from './sources-dialog.tsx';
import { SourcesSummary } from './sources-summary.tsx';
import { type OfferList, useOfferList } from './use-offer-list.ts';
import { useOfferQuery } from './use-query.ts';

const idOf = ({ offer }: OfferRow) => offer.id;
const nameOf = ({ offer }: OfferRow) => offer.instanceType;
/** Sorted by these, what is most is first: the other way is asked for by a second click. */
const downFirst = new Set<OfferSort>([
  'gpuMemory',
  'totalMemory',
  'gpus',
  'tflops',
  'network',
  'vCpus',
  'memory',
]);

interface Kept {
  /** Names of columns; null: as usual. */
  columns: string[] | null;
}
const asDesigned: Kept = { columns: null };

/** What can be rented and what is owned, and for how much. */
export function OffersPage() {
  const t = useT();
  const { query, change, opened, open } = useOfferQuery();
  const list = useOfferList(query);
  const [kept, keep] = useView('offers', asDesigned);
  // Ages are those of the moment at which the rows came; they are days.
  // biome-ignore lint/correctness/useExhaustiveDependencies: new rows are looked at anew
  const now = useMemo(() => Date.now(), [list.revision]);
  const columns = useMemo(() => offerColumnsOf(t, now, kept.columns), [t, now, kept.columns]);
  const side = useSideWidth('offers.detail');
  const row = opened.offer === null ? null : list.byId(opened.offer);
  useShownMark(query);
  const sortBy = (key: string) => {
    const sort = key as OfferSort;
    const other = query.direction === 'up' ? 'down' : 'up';
    change({ sortBy: sort, direction: query.sortBy === sort ? other : downFirst.has(sort) ? 'down' : 'up' });
  };
  return (
    <div className="page offers">
      <div className="page__head">
        <h1>{t('catalog.title')}</h1>
        <span className="quiet num offers__count" aria-live="polite">
          {list.total === null
            ? ''
            : t('catalog.shown', { shown: formatInteger(list.total), all: formatInteger(list.all) })}
        </span>
        <SourcesSummary onOpen={() => open({ sources: true })} />
        <Button onClick={() => open({ quotas: true })}>{t('quotas.title')}</Button>
        <MultiSelect
          label={t('catalog.columns')}
          chosen={kept.columns ?? []}
          usual={usualColumns(t)}
          choices={() => columnChoices(t).slice(1)}
          onChosen={(chosen) => keep({ columns: chosen.length === 0 ? null : chosen })}
        />
        <Button
          disabled={!list.total}
          onClick={() => saveText('offers.csv', offersCsv(rowsOf(list), shownMoney()))}
        >
          {t('catalog.exportCsv')}
        </Button>
      </div>
      <Filters query={query} onChange={change} />
      {list.error ? <ErrorState error={list.error} onRetry={() => void loadCatalog()} /> : null}
      <div className={row ? 'offers__split' : 'offers__whole'} style={side}>
        <Table
          list={list}
          columns={columns}
          query={query}
          onSort={sortBy}
          onOpen={(id) => open({ offer: opened.offer === id ? null : id })}
          onAll={() => change({ ...allOffers, sortBy: query.sortBy, direction: query.direction })}
        />
        {row ? <OfferDetail key={row.offer.id} row={row} onClose={() => open({ offer: null })} /> : null}
      </div>
      {opened.quotas ? <QuotasDialog onClose={() => open({ quotas: false })} /> : null}
      {opened.sources ? <SourcesDialog onClose={() => open({ sources: false })} /> : null}
    </div>
  );
}

function Table({
  list,
  columns,
  query,
  onSort,
  onOpen,
  onAll,
}: {
  list: OfferList;
  columns: ReturnType<typeof offerColumnsOf>;
  query: ReturnType<typeof useOfferQuery>['query'];
  onSort(key: string): void;
  onOpen(id: string): void;
  onAll(): void;
}) {
  const t = useT();
  const [, navigate] = useLocation();
  const menuOf = (row: OfferRow): MenuEntry[] => [
    { label: t('catalog.planHere'), onSelect: () => navigate(linksOf(row).plan) },
    {
      label: t('catalog.doesItFit'),
      disabled: row.offer.accelerator === null,
      onSelect: () => navigate(linksOf(row).fit),
    },
    { kind: 'rule' },
    { label: t('catalog.copyRow'), onSelect: () => void copyText(offersCsv([row], shownMoney())) },
    { label: t('catalog.copyType'), onSelect: () => void copyText(row.offer.instanceType) },
  ];
  if (list.total === null) return list.error ? null : <Skeleton rows={14} />;
  if (list.total === 0) return narrows(query) ? <NoMatch onAll={onAll} /> : <NoOffers />;
  return (
    <VirtualTable
      id="offers"
      label={t('catalog.title')}
      columns={columns}
      total={list.total}
      rowAt={list.rowAt}
      idOf={idOf}
      nameOf={nameOf}
      revision={list.revision}
      list={query}
      sort={{ key: query.sortBy, descending: query.direction === 'down' }}
      onSort={onSort}
      onOpen={({ offer }) => onOpen(offer.id)}
      menuOf={menuOf}
    />
  );
}

function NoMatch({ onAll }: { onAll(): void }) {
  const t = useT();
  return (
    <EmptyState
      title={t('catalog.noMatch')}
      actions={<Button onClick={onAll}>{t('catalog.showAll')}</Button>}
    >
      {t('catalog.noMatchText')}
    </EmptyState>
  );
}

function NoOffers() {
  const t = useT();
  const may = useMay('operator');
  return (
    <EmptyState
      title={t('catalog.none')}
      actions={
        may ? (
          <Link className="button button--primary" href={`${paths.offers()}?sources=1`}>
            {t('catalog.sources')}
          </Link>
        ) : null
      }
    >
      {t('catalog.noneText')}
    </EmptyState>
  );
}

function* rowsOf({ total, rowAt }: OfferList): Generator<OfferRow> {
  for (let index = 0; index < (total ?? 0); index += 1) {
    const row = rowAt(index);
    if (row) yield row;
  }
}

/** Tells how long the page took from a change of the filter until its rows were on the screen: the bench reads it. */
function useShownMark(query: unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter shows other rows
  useEffect(() => {
    const [asked] = performance.getEntriesByName('offers.asked').slice(-1);
    if (!asked) return;
    // After the frame in which they are drawn.
    const frame = requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        performance.measure('offers.shown', { start: asked.startTime, end: performance.now() });
        performance.clearMarks('offers.asked');
        channel.port1.close();
      };
      channel.port2.postMessage(null);
    });
    return () => cancelAnimationFrame(frame);
  }, [query]);
}
