import { currentLanguage, type Translate, useT } from '#renderer/i18n/index.ts';
import { Badge, type Option } from '#renderer/ui/index.ts';
import { type Label, labels } from '#shared/domain/label.ts';
import type { Violation } from '#shared/domain/sensitivity.ts';

/** A country in the language of the page; its code where the browser does not know it. */
export const countryName = (code: string): string =>
  new Intl.DisplayNames([currentLanguage()], { type: 'region' }).of(code) ?? code;

export const labelOptions = (t: Translate): Option<Label>[] =>
  labels.map((label) => ({ value: label, label: t(`data.label.${label}`) }));

const tones: Partial<Record<Label, 'warn' | 'bad'>> = { confidential: 'warn', restricted: 'bad' };

export function LabelBadge({ label }: { label: Label }) {
  const t = useT();
  const tone = tones[label];
  return <Badge {...(tone && { tone })}>{t(`data.label.${label}`)}</Badge>;
}

/** A broken rule as a sentence that names it, the data and the place. */
export function violationText(
  { rule, dataId, data, label, countries, place, maxLabel, country }: Violation,
  t: Translate,
): string {
  return t(`data.rule.${rule === 'label' && dataId === null ? 'run' : rule}`, {
    data,
    place,
    label: t(`data.label.${label}`),
    maxLabel: t(`data.label.${maxLabel}`),
    countries: countries.map(countryName).join(', '),
    country: country === null ? '' : countryName(country),
  });
}
