import { useId, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Input } from '#renderer/ui/index.ts';

export interface RangeFieldProps {
  label: string;
  /** Null: not set. */
  value: number | null;
  min: number;
  max: number;
  /** What stands behind the number: "h", "$". */
  unit: string;
  /** Said under it: a date, what the amount is per hour. */
  hint?: string | undefined;
  /** The slider's steps grow with the number. */
  growing?: boolean;
  /** Cannot be emptied. */
  needed?: boolean;
  onValue(value: number | null): void;
}

const steps = 100;

/** A number that is typed or dragged. Emptied, it is not set. The typed one may lie outside of the slider's ends. */
export function RangeField(props: RangeFieldProps) {
  const { label, value, min, max, unit, hint, growing = false, needed = false, onValue } = props;
  const t = useT();
  const id = useId();
  // What is being typed is left alone until it is a number.
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? (value === null ? '' : writeNumber(value));
  const type = (text: string) => {
    setTyped(text);
    if (text.trim() === '') {
      if (!needed) onValue(null);
      return;
    }
    const number = readNumber(text);
    if (number !== null) onValue(number);
  };
  return (
    <div className="field range">
      <label htmlFor={id}>{label}</label>
      <div className="range__row">
        <input
          type="range"
          aria-label={label}
          aria-valuetext={value === null ? t('plan.notSet') : `${writeNumber(value)} ${unit}`}
          data-set={value !== null}
          min={0}
          max={steps}
          step={1}
          value={positionOf(value ?? (min <= 0 && max >= 0 ? 0 : max), min, max, growing)}
          onChange={(event) => {
            setTyped(null);
            onValue(numberAt(Number(event.target.value), min, max, growing));
          }}
        />
        <Input
          id={id}
          className="input--small num"
          inputMode="decimal"
          value={shown}
          placeholder={t('plan.none')}
          onChange={(event) => type(event.target.value)}
          onBlur={() => setTyped(null)}
        />
        <span className="range__unit">{unit}</span>
      </div>
      {hint ? <div className="field__hint">{hint}</div> : null}
    </div>
  );
}

const written = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 });

/** With separators between thousands, and read again as the same. */
export const writeNumber = (value: number): string => written.format(value);

/** "300,000", "300000", "2.5", "2,5"; null where it is no number. Commas are between thousands where they stand so, else the point. */
export function readNumber(text: string): number | null {
  const trimmed = text.trim().replace('−', '-');
  const plain = /^-?\d{1,3}(,\d{3})+(\.\d*)?$/.test(trimmed)
    ? trimmed.replaceAll(',', '')
    : trimmed.replace(',', '.');
  const number = Number(plain);
  return plain !== '' && Number.isFinite(number) ? number : null;
}

/** Where the slider stands for a number, 0 to `steps`. */
export function positionOf(value: number, min: number, max: number, growing: boolean): number {
  const within = Math.min(max, Math.max(min, value));
  const share = growing ? Math.log(within / min) / Math.log(max / min) : (within - min) / (max - min);
  return Math.round(share * steps);
}

/** The number for a place of the slider: as round as its size allows. */
export function numberAt(position: number, min: number, max: number, growing: boolean): number {
  const share = position / steps;
  if (!growing) return round(min + share * (max - min), (max - min) / steps);
  const exact = min * (max / min) ** share;
  return round(exact, 10 ** (Math.floor(Math.log10(exact)) - 1));
}

const round = (value: number, step: number): number => {
  const unit = step >= 1 ? Math.max(1, 10 ** Math.floor(Math.log10(step))) : step;
  return Number((Math.round(value / unit) * unit).toPrecision(6));
};
