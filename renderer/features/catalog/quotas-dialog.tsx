import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { sayError, useMay } from '#renderer/app/session-store.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, ErrorState, formatAge, formatValue, Skeleton, toast } from '#renderer/ui/index.ts';
import type { Quota } from '#shared/domain/quota.ts';
import { providerName } from './names.ts';
import { QuotaForm } from './quota-form.tsx';
import { QuotaImport } from './quota-import.tsx';

type Open = { what: 'list' } | { what: 'import' } | { what: 'form'; quota: Quota | null };

/** What providers let the user rent at once: seen, typed, taken in from a file, taken out again. */
export function QuotasDialog({ onClose }: { onClose(): void }) {
  const t = useT();
  const may = useMay('operator');
  const [open, setOpen] = useState<Open>({ what: 'list' });
  const list = useLive(
    'quotas',
    () => rpc().catalog.quotas(),
    ({ type }) => type === 'quotas.changed',
  );
  const back = () => setOpen({ what: 'list' });
  if (open.what === 'form') return <QuotaForm quota={open.quota} onDone={back} />;
  if (open.what === 'import')
    return (
      <Dialog
        open
        wide
        title={t('quotas.importTitle')}
        description={t('quotas.importText')}
        onClose={onClose}
      >
        <QuotaImport onDone={back} />
      </Dialog>
    );
  return (
    <Dialog open wide title={t('quotas.title')} description={t('quotas.text')} onClose={onClose}>
      <div className="dialog__body">
        {list.error ? <ErrorState error={list.error} onRetry={list.retry} /> : null}
        {list.value === null ? (
          list.error ? null : (
            <Skeleton rows={4} />
          )
        ) : (
          <QuotaTable
            quotas={list.value}
            onChange={may ? (quota) => setOpen({ what: 'form', quota }) : null}
            onRemove={(quota) => void forget(quota, t).catch(sayError)}
          />
        )}
      </div>
      <div className="dialog__actions">
        {may ? (
          <>
            <Button onClick={() => setOpen({ what: 'import' })}>{t('quotas.import')}</Button>
            <Button onClick={() => setOpen({ what: 'form', quota: null })}>{t('quotas.add')}</Button>
          </>
        ) : null}
        <Button onClick={onClose}>{t('ui.close')}</Button>
      </div>
    </Dialog>
  );
}

/** Removes it, and offers to put it back as it was. */
async function forget(quota: Quota, t: Translate): Promise<void> {
  const { id, title, source, at, ...limit } = quota;
  await rpc().catalog.removeQuota({ id });
  const back = () => rpc().catalog.setQuota({ ...limit, instead: null, was: { title, source, at } });
  toast('info', t('quotas.removed', { name: nameOf(quota, t) }), {
    actions: [{ label: t('app.undo'), run: () => void back().catch(sayError) }],
  });
}

/** As the provider calls it, else what it limits. */
const nameOf = ({ title, accelerator, families }: Quota, t: Translate): string =>
  title || [accelerator, families.join(', ')].filter(Boolean).join(' ') || t('quotas.allMachines');

function QuotaTable({
  quotas,
  onChange,
  onRemove,
}: {
  quotas: readonly Quota[];
  onChange: ((quota: Quota) => void) | null;
  onRemove(quota: Quota): void;
}) {
  const t = useT();
  if (quotas.length === 0) return <p className="quiet">{t('quotas.none')}</p>;
  return (
    <div className="quotas__scroll">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('quotas.provider')}</th>
            <th scope="col">{t('quotas.of')}</th>
            <th scope="col">{t('quotas.kind')}</th>
            <th scope="col" className="plain-table__right">
              {t('quotas.limit')}
            </th>
            <th scope="col">{t('quotas.said')}</th>
            {onChange ? (
              <th scope="col">
                <span className="hidden-visually">{t('quotas.change')}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {quotas.map((quota) => (
            <QuotaRow key={quota.id} quota={quota} onChange={onChange} onRemove={onRemove} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function QuotaRow({
  quota,
  onChange,
  onRemove,
}: {
  quota: Quota;
  onChange: ((quota: Quota) => void) | null;
  onRemove(quota: Quota): void;
}) {
  const t = useT();
  const name = nameOf(quota, t);
  const { provider, region, kind, unit, limit, inUse, source, at } = quota;
  return (
    <tr>
      <td>
        {providerName(provider, t)}
        <div className="quiet">{region ?? t('quotas.everywhere')}</div>
      </td>
      <td className="quotas__name">{name}</td>
      <td>{t(`quotas.kind.${kind}`)}</td>
      <td className="plain-table__right num">
        {t(`quotas.${unit}`, { count: limit, n: formatValue(limit) })}
        {inUse === null ? null : <div className="quiet">{t('quotas.used', { n: formatValue(inUse) })}</div>}
      </td>
      <td className="quiet">
        {t(`quotas.source.${source}`)}
        <div>{formatAge(at, Date.now())}</div>
      </td>
      {onChange ? (
        <td className="plain-table__right">
          <Button
            small
            look="quiet"
            aria-label={t('quotas.changeNamed', { name })}
            onClick={() => onChange(quota)}
          >
            {t('quotas.change')}
          </Button>
          <Button
            small
            look="quiet"
            aria-label={t('quotas.removeNamed', { name })}
            onClick={() => onRemove(quota)}
          >
            {t('quotas.remove')}
          </Button>
        </td>
      ) : null}
    </tr>
  );
}
