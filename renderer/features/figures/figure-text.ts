import { t } from '#renderer/i18n/index.ts';
import { formatDate } from '#renderer/ui/index.ts';
import type { Figure } from '#shared/domain/figure.ts';
import { formatAmount, formatFigure } from './figure-format.ts';
import { formulaText } from './formulas.ts';
import { figureName } from './names.ts';
import { sourceName } from './sources.ts';

/** What is said under a figure: who says so, and how old that is. Empty where it is computed from others. */
export function originOf({ source, asOf }: Figure): string {
  const parts = [
    source === null ? '' : t('figures.of.source', { source: sourceName(source) }),
    asOf === null ? '' : t('figures.of.asOf', { date: formatDate(asOf) }),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** The figure and all that went into it as lines of text, indented. */
export function figureText(figure: Figure, depth = 0): string {
  const inset = '  '.repeat(depth);
  const isRange = figure.low !== undefined && figure.high !== undefined;
  const middle = isRange ? ` (${formatAmount(figure.value, figure.unit)})` : '';
  const formula = figure.formula === '' ? '' : ` = ${formulaText(figure.formula)}`;
  const origin = originOf(figure);
  const line = `${inset}${figureName(figure.key)}: ${formatFigure(figure)}${middle}${formula}${origin === '' ? '' : ` [${origin}]`}`;
  return [line, ...figure.inputs.map((input) => figureText(input, depth + 1))].join('\n');
}
