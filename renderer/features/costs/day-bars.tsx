import { useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button, formatMoney } from '#renderer/ui/index.ts';
import { dayName } from './day-name.ts';
import { type Bar, barsOf } from './period.ts';

/** What each day cost, as bars; the same as a table on demand. Days that have not come yet are drawn as room. */
export function DayBars({
  days,
  total,
}: {
  days: readonly { day: number; micros: number }[];
  total: number;
}) {
  const t = useT();
  const [asTable, setAsTable] = useState(false);
  const bars = barsOf(days);
  const most = Math.max(1, ...bars.map(({ micros }) => micros));
  const [first, last] = [bars[0], bars.at(-1)];
  return (
    <section className="costs__section" aria-label={t('costs.byDay')}>
      <div className="costs__section-head">
        <h2>{t('costs.byDay')}</h2>
        <Button small look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'costs.asChart' : 'costs.asTable')}
        </Button>
      </div>
      {asTable ? (
        <DayTable bars={bars} />
      ) : (
        <div
          className="costs__days"
          role="img"
          aria-label={t('costs.chartOf', { total: formatMoney(total), most: formatMoney(most) })}
        >
          <span className="costs__most num">{formatMoney(most)}</span>
          <div className="costs__columns-of-days">
            {bars.map((bar) => (
              <span key={bar.from} title={`${barName(bar)}: ${formatMoney(bar.micros)}`}>
                <i style={{ height: `${(bar.micros / most) * 100}%` }} />
              </span>
            ))}
          </div>
          <div className="costs__ends num">
            <span>{first ? dayName(first.from) : ''}</span>
            <span>{last ? dayName(last.to - 1) : ''}</span>
          </div>
        </div>
      )}
    </section>
  );
}

function DayTable({ bars }: { bars: readonly Bar[] }) {
  const t = useT();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: so that its rows can be scrolled to by keys
    <section className="costs__day-table" aria-label={t('costs.asTable')} tabIndex={0}>
      <table className="plain num">
        <thead>
          <tr>
            <th scope="col">{t('costs.day')}</th>
            <th scope="col" className="right">
              {t('costs.spent')}
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.from}>
              <th scope="row">{barName(bar)}</th>
              <td className="right">{formatMoney(bar.micros)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const barName = ({ from, to }: Bar): string =>
  to - from > 86_400_000 ? `${dayName(from)} – ${dayName(to - 1)}` : dayName(from);
