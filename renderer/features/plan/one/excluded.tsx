import { translated, useT } from '#renderer/i18n/index.ts';
import { formatInteger } from '#renderer/ui/index.ts';
import type { Placement } from '#shared/domain/plan.ts';

/** Why places were left out, by how many: the most common reason first. */
export function Excluded({ answer: { excludedBy, judged } }: { answer: Placement }) {
  const t = useT();
  const sorted = [...excludedBy].sort((a, b) => b.count - a.count);
  const all = sorted.reduce((sum, { count }) => sum + count, 0);
  const most = sorted[0]?.count ?? 1;
  return (
    <section className="excluded" aria-label={t('plan.leftOut')}>
      <h3>{t('plan.leftOutOf', { count: formatInteger(all), all: formatInteger(judged) })}</h3>
      <ul>
        {sorted.map(({ code, count }) => (
          <li key={code}>
            <span
              className="excluded__bar"
              style={{ width: `${Math.max(1, (count / most) * 100)}%` }}
              aria-hidden="true"
            />
            <span className="clip">{translated(`plan.by.${code}`, code)}</span>
            <span className="num">{formatInteger(count)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
