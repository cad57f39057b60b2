import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Button,
  EmptyState,
  ErrorState,
  formatDateTime,
  Input,
  Select,
  Skeleton,
} from '#renderer/ui/index.ts';
import type { DataReportFilter, DataReportRow } from '#shared/contract/data.ts';
import type { Label } from '#shared/domain/label.ts';
import { useReport } from './use-data.ts';
import { countryName, LabelBadge, labelOptions } from './words.tsx';

const onlys = ['all', 'overridden', 'refused'] as const;

/** What ran where, with which data; also of runs, sites and labels that are gone. */
export function Report() {
  const t = useT();
  const [search, setSearch] = useState('');
  const [label, setLabel] = useState<Label | ''>('');
  const [only, setOnly] = useState<DataReportFilter['only']>('all');
  const filter: DataReportFilter = { search, only, ...(label === '' ? {} : { label }) };
  const { rows, more, failure, again, loadOlder } = useReport(filter);
  return (
    <section className="data__section">
      <div className="page__head">
        <h2 className="data__title">{t('data.report')}</h2>
        <Input
          className="input--small data__filter"
          type="search"
          aria-label={t('data.reportFilter')}
          placeholder={t('data.reportFilter')}
          value={search}
          maxLength={200}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Select<Label | ''>
          className="input--small data__select"
          aria-label={t('data.label')}
          value={label}
          options={[{ value: '', label: t('data.anyLabel') }, ...labelOptions(t)]}
          onValue={setLabel}
        />
        <Select<DataReportFilter['only']>
          className="input--small data__select"
          aria-label={t('data.only')}
          value={only}
          options={onlys.map((value) => ({ value, label: t(`data.only.${value}`) }))}
          onValue={setOnly}
        />
        <Button onClick={() => void download(filter).catch(sayError)}>{t('data.exportCsv')}</Button>
      </div>
      {failure && rows === null ? <ErrorState error={failure} onRetry={again} /> : null}
      {rows === null && !failure ? <Skeleton rows={4} /> : null}
      {rows?.length === 0 ? <EmptyState title={t('data.noRows')}>{t('data.noRowsText')}</EmptyState> : null}
      {rows && rows.length > 0 ? <Rows rows={rows} /> : null}
      {more ? (
        <div>
          <Button onClick={loadOlder}>{t('data.more')}</Button>
        </div>
      ) : null}
    </section>
  );
}

function Rows({ rows }: { rows: readonly DataReportRow[] }) {
  const t = useT();
  return (
    <table className="plain data__report num">
      <thead>
        <tr>
          <th scope="col">{t('data.when')}</th>
          <th scope="col">{t('data.run')}</th>
          <th scope="col">{t('data.place')}</th>
          <th scope="col">{t('data.label')}</th>
          <th scope="col">{t('data.reads')}</th>
          <th scope="col">{t('data.outcome')}</th>
          <th scope="col">{t('data.override')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.runId}/${row.epoch}`}>
            <td className="quiet">{formatDateTime(row.at)}</td>
            <td title={`${row.runName} (${row.runId})`}>
              <RunName row={row} />
            </td>
            <td title={placeText(row)}>{placeText(row)}</td>
            <td>
              <LabelBadge label={row.label} />
            </td>
            <DataCell row={row} />
            <td className={row.outcome === 'refused' ? 'data__bad' : 'quiet'}>
              {t(`data.outcome.${row.outcome}`)}
            </td>
            <td title={overrideText(row)}>{overrideText(row)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RunName({ row: { runId, runName, epoch, state } }: { row: DataReportRow }) {
  const t = useT();
  const name = epoch === 1 ? runName : t('data.attempt', { name: runName, epoch });
  return state === null ? t('data.deletedRun', { name }) : <Link href={paths.run(runId)}>{name}</Link>;
}

function DataCell({ row: { data } }: { row: DataReportRow }) {
  const t = useT();
  const names = data
    .map(({ name, isRemoved }) => (isRemoved ? t('data.removedSet', { name }) : name))
    .join(', ');
  return <td title={data.map(({ name, path }) => `${name}: ${path}`).join('\n')}>{names || '–'}</td>;
}

const placeText = ({ place }: DataReportRow): string =>
  [place.siteName, place.region, place.country === null ? null : countryName(place.country)]
    .filter((part) => part !== null)
    .join(', ');

const overrideText = ({ override }: DataReportRow): string =>
  override === null ? '' : `${override.by}: ${override.reason}`;

async function download(filter: DataReportFilter): Promise<void> {
  const pieces: string[] = [];
  for await (const piece of await rpc().data.exportReport(filter)) pieces.push(piece);
  const address = URL.createObjectURL(new Blob(pieces, { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = 'trainyard-data.csv';
  link.click();
  URL.revokeObjectURL(address);
}
