import './figures.css';
import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button, CopyButton } from '#renderer/ui/index.ts';
import type { Figure } from '#shared/domain/figure.ts';
import { formatAmount, formatFigure } from './figure-format.ts';
import { figureText, originOf } from './figure-text.ts';
import { FigureInputs } from './figure-tree.tsx';
import { formulaText } from './formulas.ts';
import { figureName } from './names.ts';

/**
 * A number that opens (a click, Enter) to how it comes about. `children` where it is to be shown otherwise than
 * figure-format.ts writes it.
 */
export function FigureButton({
  figure,
  children,
  className,
}: {
  figure: Figure;
  children?: ReactNode;
  className?: string;
}) {
  const t = useT();
  return (
    <Popover.Root>
      <Popover.Trigger
        className={`fig num ${className ?? ''}`}
        // The row of a table that it stands in is not opened by it.
        onClick={(event) => event.stopPropagation()}
        onKeyDown={(event) => event.stopPropagation()}
      >
        <span className="hidden-visually">{t('figures.of.before', { name: figureName(figure.key) })}</span>
        {children ?? formatFigure(figure)}
        <span className="hidden-visually">{t('figures.of.after')}</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="fig__panel"
          aria-label={t('figures.of.title', { name: figureName(figure.key) })}
          align="start"
          sideOffset={4}
          collisionPadding={12}
          onClick={(event) => event.stopPropagation()}
          onKeyDown={(event) => event.stopPropagation()}
        >
          <FigureAccount figure={figure} />
          <div className="fig__acts">
            <CopyButton text={() => figureText(figure)} label={t('figures.of.copy')} />
            <Popover.Close asChild>
              <Button small look="quiet">
                {t('figures.of.close')}
              </Button>
            </Popover.Close>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** A figure opened, for places that show it without a button. */
export function FigureAccount({ figure }: { figure: Figure }) {
  const t = useT();
  const isRange = figure.low !== undefined && figure.high !== undefined;
  const origin = originOf(figure);
  return (
    <div className="fig__account">
      <div className="fig__head">
        <span>{figureName(figure.key)}</span>
        <strong className="num">{formatAmount(figure.value, figure.unit)}</strong>
      </div>
      {isRange ? (
        <div className="fig__origin">
          {t('figures.of.between', {
            low: formatAmount(figure.low ?? 0, figure.unit),
            high: formatAmount(figure.high ?? 0, figure.unit),
          })}
        </div>
      ) : null}
      {figure.formula === '' ? null : <code className="fig__formula">{formulaText(figure.formula)}</code>}
      {figure.inputs.length > 0 ? (
        <>
          <div className="fig__label">{t('figures.of.inputs')}</div>
          <FigureInputs inputs={figure.inputs} />
        </>
      ) : null}
      <div className="fig__origin">
        {origin === '' ? t(figure.formula === '' ? 'figures.of.given' : 'figures.of.computed') : origin}
      </div>
    </div>
  );
}
