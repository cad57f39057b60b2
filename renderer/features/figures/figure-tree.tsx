import { useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import type { Figure } from '#shared/domain/figure.ts';
import { formatFigure } from './figure-format.ts';
import { originOf } from './figure-text.ts';
import { formulaText } from './formulas.ts';
import { figureName } from './names.ts';

/** What went into a figure, each line of which opens to what went into that. */
export function FigureInputs({ inputs }: { inputs: readonly Figure[] }) {
  return (
    <ul className="fig__inputs">
      {inputs.map((input, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two inputs may be of one kind, and they do not move
        <FigureLine key={`${input.key} ${index}`} figure={input} />
      ))}
    </ul>
  );
}

function FigureLine({ figure }: { figure: Figure }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const opens = figure.inputs.length > 0 || figure.formula !== '';
  const origin = originOf(figure);
  const words = (
    <>
      <span className="fig__name">{figureName(figure.key)}</span>
      <span className="fig__value num">{formatFigure(figure)}</span>
    </>
  );
  return (
    <li>
      {opens ? (
        <button type="button" className="fig__line" aria-expanded={open} onClick={() => setOpen(!open)}>
          <span className="fig__sign" aria-hidden="true" />
          {words}
        </button>
      ) : (
        <div className="fig__line">{words}</div>
      )}
      {origin === '' ? null : <div className="fig__origin">{origin}</div>}
      {open ? (
        <div className="fig__more">
          {figure.formula === '' ? null : (
            <code className="fig__formula" title={t('figures.of.formula')}>
              {formulaText(figure.formula)}
            </code>
          )}
          {figure.inputs.length > 0 ? <FigureInputs inputs={figure.inputs} /> : null}
        </div>
      ) : null}
    </li>
  );
}
