import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { currentLanguage, useT } from '#renderer/i18n/index.ts';
import { Button, ConfirmDialog, Field, Input, Select } from '#renderer/ui/index.ts';
import { countryCodes } from '#shared/domain/country.ts';
import type { Label } from '#shared/domain/label.ts';
import type { SitePolicy } from '#shared/domain/sensitivity.ts';
import { countryName, LabelBadge, labelOptions } from './words.tsx';

const mostShown = 100;

/** What each site may hold and where it stands. */
export function SitePolicies({ policies }: { policies: readonly SitePolicy[] }) {
  const t = useT();
  const mayOwn = useMay('owner');
  const [search, setSearch] = useState('');
  const [changing, setChanging] = useState<SitePolicy | null>(null);
  const wanted = search.trim().toLowerCase();
  const found = policies.filter(({ siteName }) => siteName.toLowerCase().includes(wanted));
  return (
    <section className="data__section">
      <div className="page__head">
        <h2 className="data__title">{t('data.sites')}</h2>
        {policies.length > 10 ? (
          <Input
            className="input--small data__filter"
            type="search"
            aria-label={t('data.site')}
            placeholder={t('data.site')}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        ) : null}
      </div>
      <table className="plain data__policies">
        <thead>
          <tr>
            <th scope="col">{t('data.site')}</th>
            <th scope="col">{t('data.maxLabel')}</th>
            <th scope="col">{t('data.country')}</th>
            <th scope="col">{t('data.region')}</th>
            {mayOwn ? (
              <th scope="col" className="data__act">
                <span className="hidden-visually">{t('data.change')}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {found.slice(0, mostShown).map((policy) => (
            <tr key={policy.siteId}>
              <th scope="row" title={policy.siteName}>
                {policy.siteName}
              </th>
              <td>
                <LabelBadge label={policy.maxLabel} />{' '}
                {policy.isDefault ? <span className="quiet">{t('data.isDefault')}</span> : null}
              </td>
              <td>{policy.country === null ? <NotKnown /> : countryName(policy.country)}</td>
              <td title={policy.region ?? ''}>{policy.region ?? <NotKnown />}</td>
              {mayOwn ? (
                <td className="right">
                  <Button
                    look="quiet"
                    aria-label={t('data.changeTitle', { name: policy.siteName })}
                    onClick={() => setChanging(policy)}
                  >
                    {t('data.change')}
                  </Button>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
      {found.length > mostShown ? (
        <p className="quiet">{t('data.moreSites', { count: found.length - mostShown })}</p>
      ) : null}
      {changing ? <PolicyDialog policy={changing} onClose={() => setChanging(null)} /> : null}
    </section>
  );
}

function NotKnown() {
  const t = useT();
  return <span className="quiet">{t('data.notKnown')}</span>;
}

function PolicyDialog({ policy, onClose }: { policy: SitePolicy; onClose(): void }) {
  const t = useT();
  const [maxLabel, setMaxLabel] = useState(policy.maxLabel);
  const [country, setCountry] = useState(policy.country ?? '');
  const [region, setRegion] = useState(policy.region ?? '');
  const collator = new Intl.Collator(currentLanguage());
  const countries = countryCodes
    .map((code) => ({ value: code, label: countryName(code) }))
    .sort((a, b) => collator.compare(a.label, b.label));
  return (
    <ConfirmDialog
      title={t('data.policyTitle', { name: policy.siteName })}
      consequence={t('data.policyHint')}
      danger={false}
      actLabel={t('data.save')}
      onClose={onClose}
      act={async () => {
        await rpc().data.setPolicy({
          siteId: policy.siteId,
          maxLabel,
          country: country === '' ? null : country,
          region: region.trim() === '' ? null : region.trim(),
        });
      }}
    >
      <Field label={t('data.maxLabel')}>
        {(ids) => <Select<Label> {...ids} value={maxLabel} options={labelOptions(t)} onValue={setMaxLabel} />}
      </Field>
      <Field label={t('data.country')}>
        {(ids) => (
          <Select
            {...ids}
            value={country}
            options={[{ value: '', label: t('data.notKnown') }, ...countries]}
            onValue={setCountry}
          />
        )}
      </Field>
      <Field label={t('data.region')}>
        {(ids) => (
          <Input
            {...ids}
            value={region}
            maxLength={100}
            placeholder={t('data.regionPlaceholder')}
            onChange={(event) => setRegion(event.target.value)}
          />
        )}
      </Field>
    </ConfirmDialog>
  );
}
