import { useT } from '#renderer/i18n/index.ts';
import { Field, Segments, Select } from '#renderer/ui/index.ts';
import { labels } from '#shared/domain/label.ts';
import type { RunDemand } from '#shared/domain/plan.ts';
import { Fold } from '../fold.tsx';
import { RangeField } from '../range-field.tsx';
import { TextField } from '../text-field.tsx';
import { acceleratorsText, partsOf, readAccelerators, readCounts } from './list-text.ts';
import { askDemand, useOne } from './one-store.ts';

const gigabyte = 1e9;
const minute = 60_000;

/** On what it may run: accelerators and their number, spot machines. */
export function HardwareFields() {
  const t = useT();
  const { demand } = useOne();
  return (
    <section className="asks" aria-label={t('plan.hardware')}>
      <h2>{t('plan.hardware')}</h2>
      <div className="asks__two">
        <TextField
          label={t('plan.accelerators')}
          value={demand.accelerators}
          write={acceleratorsText}
          read={readAccelerators}
          onValue={(accelerators) => askDemand({ accelerators })}
          wrong={t('plan.acceleratorsWanted')}
          placeholder={t('plan.anyThatFits')}
          mono
        />
        <TextField
          label={t('plan.counts')}
          value={demand.gpuCounts}
          write={(counts) => counts.join(', ')}
          read={readCounts}
          onValue={(gpuCounts) => askDemand({ gpuCounts })}
          wrong={t('plan.countsWanted')}
          mono
        />
      </div>
      <div className="field">
        <span className="field__label">{t('plan.spot')}</span>
        <Segments<RunDemand['useSpot']>
          label={t('plan.spot')}
          value={demand.useSpot}
          onValue={(useSpot) => askDemand({ useSpot })}
          options={[
            { value: 'never', label: t('plan.spotNever') },
            { value: 'allowed', label: t('plan.spotAllowed') },
            { value: 'only', label: t('plan.spotOnly') },
          ]}
        />
      </div>
    </section>
  );
}

/** Data that must be there, and what is saved on the way: it takes time and costs where it crosses borders. */
export function DataFields() {
  const t = useT();
  const { demand } = useOne();
  const { data } = demand;
  const home = data.provider === null ? '' : [data.provider, data.region ?? ''].join('/').replace(/\/$/, '');
  return (
    <Fold label={t('plan.dataAndLabels')}>
      <RangeField
        label={t('plan.dataSize')}
        value={data.bytes === 0 ? null : data.bytes / gigabyte}
        min={1}
        max={20_000}
        growing
        unit="GB"
        onValue={(size) => askDemand({ data: { ...data, bytes: Math.max(0, (size ?? 0) * gigabyte) } })}
      />
      <TextField
        label={t('plan.dataHome')}
        value={home}
        write={(text) => text}
        read={(text) => text.trim()}
        onValue={(text) => {
          const [provider = '', region = ''] = text.split('/');
          askDemand({
            data: {
              ...data,
              provider: provider === '' ? null : provider,
              region: region === '' ? null : region,
            },
          });
        }}
        wrong=""
        placeholder={t('plan.dataHere')}
        mono
      />
      <RangeField
        label={t('plan.checkpointSize')}
        value={demand.checkpointBytes === 0 ? null : demand.checkpointBytes / gigabyte}
        min={0.1}
        max={2_000}
        growing
        unit="GB"
        onValue={(size) => askDemand({ checkpointBytes: Math.max(0, (size ?? 0) * gigabyte) })}
      />
      <RangeField
        label={t('plan.checkpointEvery')}
        value={demand.checkpointEveryMs / minute}
        min={1}
        max={480}
        growing
        needed
        unit="min"
        onValue={(every) => askDemand({ checkpointEveryMs: Math.max(1, every ?? 30) * minute })}
      />
      <div className="asks__two">
        <Field label={t('plan.label')}>
          {(ids) => (
            <Select
              {...ids}
              className="input--small"
              value={demand.label ?? ''}
              options={[
                { value: '', label: t('plan.labelOfTask') },
                ...labels.map((label) => ({ value: label, label: t(`data.label.${label}`) })),
              ]}
              onValue={(label) => askDemand({ label: label === '' ? null : label })}
            />
          )}
        </Field>
        <TextField
          label={t('plan.countries')}
          value={demand.countries}
          write={(countries) => countries.join(', ')}
          read={(text) => {
            const read = partsOf(text).map((part) => part.toUpperCase());
            return read.every((part) => /^[A-Z]{2}$/.test(part)) ? read : null;
          }}
          onValue={(countries) => askDemand({ countries })}
          wrong={t('plan.countriesWanted')}
          placeholder={t('plan.anyCountry')}
          mono
        />
      </div>
    </Fold>
  );
}
