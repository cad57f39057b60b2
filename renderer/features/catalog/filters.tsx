import { type ReactNode, useDeferredValue, useEffect, useId, useRef, useState } from 'react';
import { currencyOf } from '#renderer/features/catalog/money-field.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Checkbox,
  type Choice,
  compareNames,
  FindField,
  formatInteger,
  Input,
  MultiSelect,
  Select,
} from '#renderer/ui/index.ts';
import { spotBands } from '#shared/domain/catalog.ts';
import { filterOffers, type OfferQuery } from '#shared/planner/offer-filter.ts';
import { useCatalogStore } from './catalog-store.ts';
import { bandText } from './columns.tsx';
import { countryName, providerName } from './names.ts';
import { noteAsked } from './use-query.ts';

interface FiltersProps {
  query: OfferQuery;
  onChange(changes: Partial<OfferQuery>): void;
}

/** What people look for offers by; each says how many there are beside the rest of the filter. */
export function Filters({ query, onChange }: FiltersProps) {
  const t = useT();
  const least = (value: number | null, steps: readonly number[], text: (n: number) => string) => [
    { value: '', label: t('catalog.any') },
    ...[...new Set([...steps, ...(value === null ? [] : [value])])]
      .sort((a, b) => a - b)
      .map((n) => ({ value: String(n), label: text(n) })),
  ];
  const numberOf = (text: string) => (text === '' ? null : Number(text));
  return (
    <search className="offers__filters">
      <TextField query={query} onChange={onChange} />
      <MultiSelect
        label={t('catalog.accelerator')}
        chosen={query.accelerators}
        choices={() => counted(query, 'accelerators')}
        onChosen={(accelerators) => onChange({ accelerators })}
      />
      <MultiSelect
        label={t('catalog.provider')}
        chosen={query.providers}
        nameOf={(name) => providerName(name, t)}
        choices={() => counted(query, 'providers', (name) => providerName(name, t))}
        onChosen={(providers) => onChange({ providers })}
      />
      <MultiSelect
        label={t('catalog.country')}
        chosen={query.countries}
        nameOf={countryName}
        choices={() => counted(query, 'countries', countryName)}
        onChosen={(countries) => onChange({ countries })}
      />
      <MultiSelect
        label={t('catalog.region')}
        chosen={query.regions}
        choices={() => counted(query, 'regions')}
        onChosen={(regions) => onChange({ regions })}
      />
      <Labelled label={t('catalog.vramFrom')}>
        {(id) => (
          <Select
            id={id}
            className="input--small"
            value={query.minVramGiB === null ? '' : String(query.minVramGiB)}
            options={least(query.minVramGiB, [16, 24, 40, 48, 80, 94, 141, 180], (n) => `≥ ${n} GiB`)}
            onValue={(text) => onChange({ minVramGiB: numberOf(text) })}
          />
        )}
      </Labelled>
      <Labelled label={t('catalog.gpus')}>
        {(id) => (
          <Select
            id={id}
            className="input--small"
            value={query.minGpus === null ? '' : String(query.minGpus)}
            options={least(query.minGpus, [1, 2, 4, 8, 16], (n) => `≥ ${n}`)}
            onValue={(text) => onChange({ minGpus: numberOf(text) })}
          />
        )}
      </Labelled>
      <MostField query={query} onChange={onChange} />
      <Labelled label={t('catalog.spot')}>
        {(id) => (
          <Select
            id={id}
            className="input--small"
            value={query.spot === 'any' ? '' : String(query.maxSpotBand ?? 'has')}
            options={[
              { value: '', label: t('catalog.any') },
              { value: 'has', label: t('catalog.spotHas') },
              ...spotBands.slice(0, 4).map((_, band) => ({
                value: String(band),
                label: t('catalog.riskUpTo', { share: bandText(band).replace(/^.*[–<]\s*/, '') }),
              })),
            ]}
            onValue={(text) =>
              onChange({
                spot: text === '' ? 'any' : 'has',
                maxSpotBand: text === '' || text === 'has' ? null : Number(text),
              })
            }
          />
        )}
      </Labelled>
      <Checkbox
        label={t('catalog.nvlinkOnly')}
        checked={query.nvlinkOnly}
        onChecked={(nvlinkOnly) => onChange({ nvlinkOnly })}
      />
    </search>
  );
}

type Facet = 'accelerators' | 'providers' | 'countries' | 'regions';

/** The words of one list with how many offers there are of each when everything else of the filter holds. */
function counted(
  query: OfferQuery,
  facet: Facet,
  nameOf: (value: string) => string = (value) => value,
): Choice[] {
  const { table, derived } = useCatalogStore.getState();
  if (!table || !derived) return [];
  const { words, columns } = table;
  const { list, column } = {
    accelerators: { list: words.accelerators, column: columns.accelerator },
    providers: { list: words.providers, column: columns.provider },
    regions: { list: words.regions, column: columns.region },
    countries: { list: derived.countryNames, column: derived.country },
  }[facet];
  const counts = new Uint32Array(list.length);
  for (const row of filterOffers(table, derived, { ...query, [facet]: [] })) {
    const place = column[row] ?? -1;
    if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
  }
  return list
    .map((value, place) => ({ value, label: nameOf(value), count: counts[place] ?? 0 }))
    .filter(({ value, count }) => count > 0 || query[facet].includes(value))
    .sort((a, b) => compareNames(a.label, b.label))
    .map(({ value, label, count }) => ({ value, label, hint: formatInteger(count) }));
}

function TextField({ query, onChange }: FiltersProps) {
  const t = useT();
  const [text, setText] = useState(query.text);
  const typed = useDeferredValue(text);
  const told = useRef(query.text);
  useEffect(() => {
    if (typed === told.current) return;
    told.current = typed;
    onChange({ text: typed });
  }, [typed, onChange]);
  // Changed from elsewhere: the way back, "show all".
  useEffect(() => {
    if (query.text === told.current) return;
    told.current = query.text;
    setText(query.text);
  }, [query.text]);
  return (
    <FindField
      className="offers__search"
      label={t('catalog.search')}
      placeholder={t('catalog.searchHint')}
      value={text}
      onValue={(next) => {
        noteAsked();
        setText(next);
      }}
      table=".offers .table__scroll"
    />
  );
}

/** A control with its label before it, in one line. */
function Labelled({ label, children }: { label: string; children(id: string): ReactNode }) {
  const id = useId();
  return (
    <span className="offers__labelled">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </span>
  );
}

/** The most that an hour may cost, in the currency of the settings. */
function MostField({ query, onChange }: FiltersProps) {
  const t = useT();
  const { perDollar, sign } = currencyOf();
  const shown =
    query.maxMicrosPerHour === null
      ? ''
      : String(Number(((query.maxMicrosPerHour / 1e6) * perDollar).toFixed(4)));
  const [text, setText] = useState(shown);
  const value = text.trim() === '' ? null : Number(text.replace(',', '.'));
  const wrong = value !== null && !(Number.isFinite(value) && value >= 0);
  useEffect(() => setText(shown), [shown]);
  const tell = () => {
    if (!wrong) onChange({ maxMicrosPerHour: value === null ? null : Math.round((value / perDollar) * 1e6) });
  };
  return (
    <Labelled label={t('catalog.most', { sign })}>
      {(id) => (
        <Input
          id={id}
          className="input--small offers__most"
          inputMode="decimal"
          aria-invalid={wrong || undefined}
          value={text}
          maxLength={12}
          onChange={(event) => setText(event.target.value)}
          onBlur={tell}
          onKeyDown={(event) => (event.key === 'Enter' ? tell() : undefined)}
        />
      )}
    </Labelled>
  );
}
