import type { Translate } from '#renderer/i18n/index.ts';
import type { Shape, Tone } from '#renderer/ui/index.ts';
import type { Budget, BudgetState } from '#shared/domain/cost.ts';
import { dayName } from './day-name.ts';

export const budgetLook: Record<BudgetState['state'], { tone: Tone; shape: Shape }> = {
  ok: { tone: 'ok', shape: 'tick' },
  near: { tone: 'warn', shape: 'half' },
  fast: { tone: 'warn', shape: 'arrow' },
  over: { tone: 'bad', shape: 'cross' },
};

/** How a budget stands, as a person would say it. */
export function budgetSentence({ state, spentUpAt }: BudgetState, t: Translate): string {
  if (state === 'fast' && spentUpAt !== null) return t('costs.state.fastUntil', { date: dayName(spentUpAt) });
  return t(`costs.state.${state}`);
}

/** Whose and what: "project llm, user ann". */
export function budgetScope({ project, user }: Pick<Budget, 'project' | 'user'>, t: Translate): string {
  const parts = [
    project === null ? null : t('costs.ofProject', { project }),
    user === null ? null : t('costs.ofUser', { user }),
  ].filter((part) => part !== null);
  return parts.length === 0 ? t('costs.ofAll') : parts.join(', ');
}
