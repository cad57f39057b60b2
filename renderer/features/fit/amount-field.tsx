import { useEffect, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Field, formatInteger, Input } from '#renderer/ui/index.ts';

/**
 * A number that is typed, or drawn along steps that people use. Kept as text while it makes no sense. `sign`: how values are
 * written where digits would be too many ("1e9" is 1 B); what is typed may be either.
 */
export function AmountField({
  label,
  value,
  steps,
  onValue,
  hint,
  most = 1_000_000,
  whole = true,
  format = formatInteger,
}: {
  label: string;
  value: number;
  steps: readonly number[];
  onValue(value: number): void;
  hint?: string;
  most?: number;
  whole?: boolean;
  format?(value: number): string;
}) {
  const t = useT();
  const [text, setText] = useState(format(value));
  const typed = readAmount(text);
  const wrong = typed === null || typed <= 0 || typed > most || (whole && !Number.isInteger(typed));
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is being typed stays as it is typed while it means the same
  useEffect(() => {
    if (readAmount(text) !== value) setText(format(value));
  }, [value]);
  const nearest = steps.reduce(
    (best, step, index) =>
      Math.abs(Math.log(step / value)) < Math.abs(Math.log((steps[best] ?? 1) / value)) ? index : best,
    0,
  );
  return (
    <Field label={label} hint={hint} error={wrong ? t('fit.notANumber', { most: format(most) }) : undefined}>
      {(ids) => (
        <span className="amount">
          <Input
            {...ids}
            className="input--small amount__text num"
            inputMode="decimal"
            value={text}
            maxLength={20}
            onChange={(event) => {
              setText(event.target.value);
              const next = readAmount(event.target.value);
              if (next !== null && next > 0 && next <= most && (!whole || Number.isInteger(next)))
                onValue(next);
            }}
          />
          <input
            type="range"
            className="amount__range"
            aria-label={t('fit.slide', { label })}
            aria-valuetext={format(value)}
            min={0}
            max={steps.length - 1}
            step={1}
            value={nearest}
            onChange={(event) => onValue(steps[Number(event.target.value)] ?? value)}
          />
        </span>
      )}
    </Field>
  );
}

const sizes: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9, g: 1e9, t: 1e12 };

/** "8192", "1,000,000", "2.5 B", "15T"; null where it is none of these. */
export function readAmount(text: string): number | null {
  const [, digits, sign = ''] = /^\s*([\d.,\s]+?)\s*([kmbgt]?)\s*$/i.exec(text) ?? [];
  if (digits === undefined) return null;
  const plain = digits.replace(/[,\s]/g, '');
  const value = Number(plain) * (sizes[sign.toLowerCase()] ?? 1);
  return plain !== '' && Number.isFinite(value) ? value : null;
}
