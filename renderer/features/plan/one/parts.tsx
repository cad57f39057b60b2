import { type Key, useT } from '#renderer/i18n/index.ts';
import { formatDuration, formatMoney } from '#renderer/ui/index.ts';
import type { Alternative } from '#shared/domain/plan.ts';

type PlaceParts = NonNullable<Alternative['parts']>;

interface Part {
  label: Key;
  amount: number;
  text: string;
}

/** What cost and time are made of, each as one bar with its parts named beside it. */
export function Parts({ parts }: { parts: PlaceParts }) {
  const t = useT();
  const money = (label: Key, amount: number): Part => ({ label, amount, text: formatMoney(amount) });
  const time = (label: Key, amount: number): Part => ({ label, amount, text: formatDuration(amount) });
  return (
    <div className="parts">
      <PartBar
        label={t('plan.costParts')}
        parts={[
          money('plan.compute', parts.computeMicros),
          money('plan.storage', parts.storageMicros),
          money('plan.egress', parts.egressMicros),
        ]}
      />
      <PartBar
        label={t('plan.timeParts')}
        parts={[
          time('plan.wait', parts.waitMs),
          time('plan.setup', parts.setupMs),
          time('plan.data', parts.dataMs),
          time('plan.training', parts.trainMs),
          time('plan.lost', parts.lostMs),
        ]}
      />
    </div>
  );
}

function PartBar({ label, parts }: { label: string; parts: readonly Part[] }) {
  const t = useT();
  const there = parts.filter(({ amount }) => amount > 0);
  const total = there.reduce((sum, { amount }) => sum + amount, 0);
  if (total === 0) return null;
  return (
    <div className="parts__one">
      <span className="parts__label">{label}</span>
      <span className="parts__bar" aria-hidden="true">
        {there.map((part, index) => (
          <i key={part.label} data-part={index} style={{ width: `${(part.amount / total) * 100}%` }} />
        ))}
      </span>
      <span className="parts__words">
        {there.map((part, index) => (
          <span key={part.label} className="num">
            <i data-part={index} aria-hidden="true" /> {t(part.label)} {part.text}
          </span>
        ))}
      </span>
    </div>
  );
}
