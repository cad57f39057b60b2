import './activity.css';
import { useCallback, useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { takePart } from '#renderer/app/live.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Button,
  EmptyState,
  ErrorState,
  formatDateTime,
  formatInteger,
  Input,
  Menu,
  Skeleton,
  toast,
} from '#renderer/ui/index.ts';
import type { ActivityEntry } from '#shared/contract/activity.ts';

const portion = 200;

/** The tamper-evident log of everything done on the user's behalf, newest first. */
export function ActivityPage() {
  const t = useT();
  const [search, setSearch] = useState('');
  const { entries, more, failure, loadOlder } = useEntries(search);
  return (
    <div className="page">
      <div className="page__head">
        <h1>{t('app.activity')}</h1>
        <Input
          className="input--small activity__filter"
          type="search"
          aria-label={t('activity.filter')}
          placeholder={t('activity.filter')}
          value={search}
          maxLength={200}
          onChange={(event) => setSearch(event.target.value)}
        />
        <Button onClick={() => void verify(t).catch(sayError)}>{t('activity.verify')}</Button>
        <Menu
          trigger={<Button>{t('activity.export')}</Button>}
          entries={[
            { label: t('activity.exportJsonl'), onSelect: () => void download('jsonl').catch(sayError) },
            { label: t('activity.exportCsv'), onSelect: () => void download('csv').catch(sayError) },
          ]}
        />
      </div>
      {failure && entries === null ? <ErrorState error={failure} onRetry={loadOlder} /> : null}
      {entries === null && !failure ? <Skeleton rows={10} /> : null}
      {entries?.length === 0 ? (
        <EmptyState title={t('activity.none')}>{t('activity.noneText')}</EmptyState>
      ) : null}
      {entries && entries.length > 0 ? <Entries entries={entries} /> : null}
      {more ? (
        <div>
          <Button onClick={loadOlder}>{t('activity.older')}</Button>
        </div>
      ) : null}
    </div>
  );
}

function Entries({ entries }: { entries: readonly ActivityEntry[] }) {
  const t = useT();
  return (
    <table className="plain activity num">
      <thead>
        <tr>
          <th scope="col">{t('activity.when')}</th>
          <th scope="col">{t('activity.who')}</th>
          <th scope="col">{t('activity.action')}</th>
          <th scope="col">{t('activity.target')}</th>
          <th scope="col">{t('activity.result')}</th>
          <th scope="col">{t('activity.details')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={entry.sequence}>
            <td className="quiet">{formatDateTime(entry.at)}</td>
            <td className="clip" title={entry.actor}>
              {entry.actor}
            </td>
            <td className="mono clip" title={entry.action}>
              {entry.action}
            </td>
            <td className="clip" title={entry.target}>
              {entry.target}
            </td>
            <td className={entry.result === 'done' ? 'quiet' : 'activity__bad'}>
              {t(`activity.result.${entry.result}`)}
            </td>
            <td className="quiet clip" title={detailsText(entry)}>
              {detailsText(entry)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const detailsText = ({ details }: ActivityEntry): string =>
  Object.entries(details)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');

/** Portions of the log for a search, loaded again a moment after anything happened. */
function useEntries(search: string) {
  const [entries, setEntries] = useState<readonly ActivityEntry[] | null>(null);
  const [more, setMore] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new turn is what loads again
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      rpc()
        .activity.list({ search, limit: portion })
        .then((rows) => {
          if (gone) return;
          setEntries(rows);
          setMore(rows.length === portion);
          setFailure(null);
        })
        .catch((thrown: unknown) => {
          if (!gone) setFailure(thrown);
        });
    }, 150);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [search, turn]);
  useEffect(() => {
    const again = () => setTurn((before) => before + 1);
    return takePart({
      reload: async () => again(),
      apply: (event) => (event.type === 'metrics.added' || event.type === 'progress' ? undefined : again()),
    });
  }, []);
  const last = entries?.at(-1)?.sequence;
  const loadOlder = useCallback(() => {
    if (last === undefined) {
      setTurn((before) => before + 1);
      return;
    }
    rpc()
      .activity.list({ search, limit: portion, before: last })
      .then((rows) => {
        setEntries((before) => [...(before ?? []), ...rows]);
        setMore(rows.length === portion);
      })
      .catch(sayError);
  }, [search, last]);
  return { entries, more, failure, loadOlder };
}

async function verify(t: ReturnType<typeof useT>): Promise<void> {
  const verdict = await rpc().activity.verify();
  if (verdict.ok) toast('info', t('activity.verified', { entries: formatInteger(verdict.entries) }));
  else {
    const { firstBad, why, reason } = verdict;
    const said = reason === null ? why : translateError(reason.code, reason.params, reason.message);
    toast('error', t('activity.broken', { first: firstBad ?? '–', why: said }));
  }
}

async function download(format: 'jsonl' | 'csv'): Promise<void> {
  const pieces: string[] = [];
  for await (const piece of await rpc().activity.export({ format })) pieces.push(piece);
  const address = URL.createObjectURL(
    new Blob(pieces, { type: format === 'csv' ? 'text/csv' : 'application/x-ndjson' }),
  );
  const link = document.createElement('a');
  link.href = address;
  link.download = `trainyard-activity.${format}`;
  link.click();
  URL.revokeObjectURL(address);
}
