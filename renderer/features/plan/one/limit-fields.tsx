import { useT } from '#renderer/i18n/index.ts';
import { formatWhen } from '#renderer/ui/index.ts';
import type { PlanLimits } from '#shared/domain/plan.ts';
import { useMoneyInput } from '../money-input.ts';
import { RangeField } from '../range-field.tsx';
import { TextField } from '../text-field.tsx';
import { partsOf } from './list-text.ts';

const msPerHour = 3_600_000;
const kilogram = 1000;

/** By when, for how much, and with whom. Used for one run and for many. */
export function LimitFields({
  limits,
  onLimits,
  budgetLabel,
  deadline = true,
}: {
  limits: PlanLimits;
  onLimits(change: Partial<PlanLimits>): void;
  budgetLabel: string;
  /** Runs of many have deadlines of their own. */
  deadline?: boolean;
}) {
  const t = useT();
  const money = useMoneyInput();
  const now = Date.now();
  const { deadlineAt, budgetMicros, maxCarbonGrams } = limits;
  return (
    <section className="asks" aria-label={t('plan.limits')}>
      <h2>{t('plan.limits')}</h2>
      {deadline ? (
        <RangeField
          label={t('plan.deadline')}
          value={deadlineAt === null ? null : Math.round(((deadlineAt - now) / msPerHour) * 10) / 10}
          min={1}
          max={720}
          growing
          unit="h"
          hint={deadlineAt === null ? undefined : t('plan.until', { when: formatWhen(deadlineAt, now) })}
          onValue={(hours) =>
            onLimits({
              // On a whole minute: the same deadline is the same question.
              deadlineAt:
                hours === null ? null : Math.round((Date.now() + hours * msPerHour) / 60_000) * 60_000,
            })
          }
        />
      ) : null}
      <RangeField
        label={budgetLabel}
        value={budgetMicros === null ? null : money.shown(budgetMicros)}
        min={1}
        max={100_000}
        growing
        unit={money.currency}
        onValue={(amount) => onLimits({ budgetMicros: amount === null ? null : money.micros(amount) })}
      />
      <RangeField
        label={t('plan.maxCarbon')}
        value={maxCarbonGrams === null ? null : maxCarbonGrams / kilogram}
        min={1}
        max={10_000}
        growing
        unit="kg"
        onValue={(kilograms) =>
          onLimits({ maxCarbonGrams: kilograms === null ? null : Math.max(0, kilograms * kilogram) })
        }
      />
      <div className="asks__two">
        <ProviderField
          label={t('plan.onlyProviders')}
          value={limits.providers}
          onValue={(providers) => onLimits({ providers })}
        />
        <ProviderField
          label={t('plan.notProviders')}
          value={limits.excludedProviders}
          onValue={(excludedProviders) => onLimits({ excludedProviders })}
        />
      </div>
    </section>
  );
}

function ProviderField({
  label,
  value,
  onValue,
}: {
  label: string;
  value: readonly string[];
  onValue(providers: string[]): void;
}) {
  const t = useT();
  return (
    <TextField
      label={label}
      value={value}
      write={(providers) => providers.join(', ')}
      read={(text) => partsOf(text).map((part) => part.toLowerCase())}
      onValue={(providers) => onValue([...providers])}
      wrong=""
      placeholder={t('plan.anyProvider')}
      mono
    />
  );
}
