import { useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ConfirmDialog, Field, Input, Select } from '#renderer/ui/index.ts';
import { type Quota, quotaKinds, quotaUnits } from '#shared/domain/quota.ts';
import { useCatalogStore } from './catalog-store.ts';

const providers = ['aws', 'azure', 'gcp'];

/** Adds a quota, or changes one. */
export function QuotaForm({ quota, onDone }: { quota: Quota | null; onDone(): void }) {
  const t = useT();
  const accelerators = useCatalogStore((state) => state.accelerators);
  const [provider, setProvider] = useState(quota?.provider ?? '');
  const [region, setRegion] = useState(quota?.region ?? '');
  const [kind, setKind] = useState<Quota['kind']>(quota?.kind ?? 'on-demand');
  const [unit, setUnit] = useState<Quota['unit']>(quota?.unit ?? 'accelerators');
  const [accelerator, setAccelerator] = useState(quota?.accelerator ?? '');
  const [families, setFamilies] = useState(quota?.families.join(', ') ?? '');
  const [limit, setLimit] = useState(quota ? String(quota.limit) : '');
  const [inUse, setInUse] = useState(quota?.inUse == null ? '' : String(quota.inUse));
  const most = amountIn(limit);
  const used = inUse.trim() === '' ? null : amountIn(inUse);
  const isBad = (text: string) => text.trim() !== '' && amountIn(text) === null;
  return (
    <ConfirmDialog
      title={t(quota ? 'quotas.changeTitle' : 'quotas.addTitle')}
      consequence={t('quotas.formText')}
      danger={false}
      actLabel={t('quotas.save')}
      actDisabled={provider.trim() === '' || most === null || isBad(inUse)}
      onClose={onDone}
      act={async () => {
        if (most === null) return;
        await rpc().catalog.setQuota({
          provider: provider.trim().toLowerCase(),
          region: region.trim() || null,
          ...{ kind, unit, limit: most, inUse: used },
          accelerator: accelerator.trim() || null,
          families: families.split(/[\s,;]+/).filter(Boolean),
          instead: quota?.id ?? null,
        });
        onDone();
      }}
    >
      <div className="quotas__pair">
        <Text label={t('quotas.provider')} value={provider} onValue={setProvider} choices={providers} />
        <Text label={t('quotas.region')} hint={t('quotas.regionHint')} value={region} onValue={setRegion} />
      </div>
      <div className="quotas__pair">
        <Field label={t('quotas.kind')}>
          {(ids) => (
            <Select<Quota['kind']>
              {...ids}
              value={kind}
              options={quotaKinds.map((value) => ({ value, label: t(`quotas.kind.${value}`) }))}
              onValue={setKind}
            />
          )}
        </Field>
        <Field label={t('quotas.counts')}>
          {(ids) => (
            <Select<Quota['unit']>
              {...ids}
              value={unit}
              options={quotaUnits.map((value) => ({ value, label: t(`quotas.unit.${value}`) }))}
              onValue={setUnit}
            />
          )}
        </Field>
      </div>
      <div className="quotas__pair">
        <Text
          label={t('quotas.accelerator')}
          hint={t('quotas.acceleratorHint')}
          value={accelerator}
          onValue={setAccelerator}
          choices={accelerators.map(({ name }) => name)}
        />
        <Text
          label={t('quotas.families')}
          hint={t('quotas.familiesHint')}
          value={families}
          onValue={setFamilies}
        />
      </div>
      <div className="quotas__pair">
        <Text
          label={t('quotas.limit')}
          value={limit}
          onValue={setLimit}
          error={isBad(limit) ? t('quotas.noNumber') : undefined}
        />
        <Text
          label={t('quotas.inUse')}
          hint={t('quotas.inUseHint')}
          value={inUse}
          onValue={setInUse}
          error={isBad(inUse) ? t('quotas.noNumber') : undefined}
        />
      </div>
    </ConfirmDialog>
  );
}

function Text({
  label,
  hint,
  value,
  onValue,
  error,
  choices,
}: {
  label: string;
  hint?: string;
  value: string;
  onValue(value: string): void;
  error?: string | undefined;
  choices?: readonly string[];
}) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <>
          <Input
            {...ids}
            {...(choices ? { list: `${ids.id}-list` } : {})}
            value={value}
            maxLength={200}
            onChange={(event) => onValue(event.target.value)}
          />
          {choices ? (
            <datalist id={`${ids.id}-list`}>
              {choices.map((choice) => (
                <option key={choice} value={choice} />
              ))}
            </datalist>
          ) : null}
        </>
      )}
    </Field>
  );
}

/** A number from 0 up as it was typed; null where it is none. */
const amountIn = (text: string): number | null =>
  /^\d{1,7}(\.\d{1,3})?$/.test(text.trim()) ? Number(text.trim()) : null;
