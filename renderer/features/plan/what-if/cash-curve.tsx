import { useT } from '#renderer/i18n/index.ts';
import { formatMoney } from '#renderer/ui/index.ts';
import type { BreakEven } from '#shared/domain/what-if.ts';

const [width, height] = [100, 100];

/** What has been spent by either after each month; the month from which buying has cost less is marked. */
export function CashCurve({ is }: { is: BreakEven }) {
  const t = useT();
  const { months, paidBackMonth } = is;
  const last = months.at(-1);
  const most = Math.max(1, ...months.map(({ buyMicros, rentMicros }) => Math.max(buyMicros, rentMicros)));
  const count = Math.max(1, months.length - 1);
  const path = (of: (month: BreakEven['months'][number]) => number) =>
    months
      .map(
        (month, index) =>
          `${index === 0 ? 'M' : 'L'}${((index / count) * width).toFixed(2)} ${(height - (of(month) / most) * height).toFixed(2)}`,
      )
      .join('');
  const end = (micros: number) => `${(1 - micros / most) * 100}%`;
  const ticks = months.filter(({ month }) => month % 12 === 0).map(({ month }) => month);
  return (
    <figure className="cash" aria-label={t('plan.cashCurve')}>
      <div className="cash__plot">
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {ticks.map((month) => (
            <line key={month} x1={(month / count) * width} x2={(month / count) * width} y1="0" y2={height} />
          ))}
          <path className="cash__rent" d={path(({ rentMicros }) => rentMicros)} />
          <path className="cash__buy" d={path(({ buyMicros }) => buyMicros)} />
        </svg>
        {paidBackMonth === null ? null : (
          <span className="cash__mark" style={{ left: `${(paidBackMonth / count) * 100}%` }}>
            {t('plan.monthN', { n: paidBackMonth })}
          </span>
        )}
        {ticks.map((month) => (
          <span key={month} className="cash__tick num" style={{ left: `${(month / count) * 100}%` }}>
            {month}
          </span>
        ))}
      </div>
      {last ? (
        <div className="cash__ends" aria-hidden="true">
          <span style={{ top: end(last.buyMicros) }} data-line="buy">
            {t('plan.buy')} {formatMoney(last.buyMicros)}
          </span>
          <span style={{ top: end(last.rentMicros) }} data-line="rent">
            {t('plan.rent')} {formatMoney(last.rentMicros)}
          </span>
        </div>
      ) : null}
    </figure>
  );
}

/** The same as a table: after each year. */
export function CashTable({ is }: { is: BreakEven }) {
  const t = useT();
  const last = is.months.length - 1;
  const shown = is.months.filter(({ month }) => month % 12 === 0 || month === last);
  return (
    <table className="plain">
      <thead>
        <tr>
          <th scope="col">{t('plan.afterMonths')}</th>
          <th scope="col" className="right">
            {t('plan.buy')}
          </th>
          <th scope="col" className="right">
            {t('plan.rent')}
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ month, buyMicros, rentMicros }) => (
          <tr key={month}>
            <th scope="row" className="num">
              {month}
            </th>
            <td className="right num">{formatMoney(buyMicros)}</td>
            <td className="right num">{formatMoney(rentMicros)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
