import { FigureButton, formatRange } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { formatBytes } from '#renderer/ui/index.ts';
import type { FitReport, MemoryPart } from '#shared/domain/fit.ts';

type Part = FitReport['need']['parts'][number];

/** What a GPU's memory is filled with: each part at its low end, then what may come on top, against the memory there is. */
export function MemoryBar({ report }: { report: FitReport }) {
  const t = useT();
  const { availableBytes, need } = report;
  const parts = need.parts.filter(({ highBytes }) => highBytes > 0);
  const scale = Math.max(availableBytes * 1.08, need.total.highBytes * 1.02);
  const percent = (bytes: number) => `${((bytes / scale) * 100).toFixed(3)}%`;
  const over = need.total.highBytes > availableBytes;
  return (
    <div className="membar">
      <div
        className="membar__track"
        role="img"
        aria-label={t('fit.barLabel', {
          need: formatRange(need.total.lowBytes, need.total.highBytes, 'bytes'),
          there: formatBytes(availableBytes),
        })}
      >
        <div className="membar__stack">
          {parts.map(({ part, lowBytes }) => (
            <i
              key={part}
              className={`membar__part membar__part--${part}`}
              style={{ width: percent(lowBytes) }}
            />
          ))}
          <i
            className={`membar__maybe ${over ? 'membar__maybe--over' : ''}`}
            style={{ width: percent(Math.max(0, need.total.highBytes - need.total.lowBytes)) }}
          />
        </div>
        <i className="membar__limit" style={{ left: percent(availableBytes) }} />
      </div>
      <div className="membar__scale num" aria-hidden="true">
        <span style={{ right: `calc(100% - ${percent(availableBytes)})` }}>
          {t('fit.limit', { there: formatBytes(availableBytes) })}
        </span>
      </div>
    </div>
  );
}

/** Each part as a range; every number opens. */
export function MemoryParts({ report: { need } }: { report: FitReport }) {
  const t = useT();
  const parts = need.parts.filter(({ highBytes }) => highBytes > 0);
  return (
    <table className="plain-table membar__parts">
      <thead className="hidden-visually">
        <tr>
          <th scope="col">{t('fit.part')}</th>
          <th scope="col">{t('fit.memory')}</th>
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => (
          <PartRow key={part.part} part={part} />
        ))}
        <tr className="membar__total">
          <th scope="row">{t('fit.total')}</th>
          <td className="plain-table__right">
            <FigureButton figure={need.figure} />
          </td>
        </tr>
      </tbody>
    </table>
  );
}

function PartRow({ part: { part, figure } }: { part: Part & { part: MemoryPart } }) {
  const t = useT();
  return (
    <tr>
      <th scope="row">
        <i className={`membar__swatch membar__part--${part}`} aria-hidden="true" />
        {t(`fit.part.${part}`)}
      </th>
      <td className="plain-table__right">
        <FigureButton figure={figure} />
      </td>
    </tr>
  );
}
