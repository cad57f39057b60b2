import { useCallback } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { EmptyState, formatInteger } from '#renderer/ui/index.ts';
import type { Placement } from '#shared/domain/plan.ts';
import { sentence } from '../words.ts';
import { Alternatives } from './alternatives.tsx';
import { ChoiceCard } from './choice-card.tsx';
import { Excluded } from './excluded.tsx';
import { useOne } from './one-store.ts';
import { PlaceActions } from './place-actions.tsx';
import { Scatter } from './scatter.tsx';

/** The answer: the recommended place, all of them by cost and time, and why each may be taken or not. */
export function PlacementView({ answer }: { answer: Placement }) {
  const t = useT();
  const chosen = useOne((state) => state.chosen);
  const { alternatives, recommended, at, summary } = answer;
  const shown = chosen !== null && chosen < alternatives.length ? chosen : recommended;
  const one = shown === null ? undefined : alternatives[shown];
  const choose = useCallback((index: number) => useOne.setState({ chosen: index }), []);
  const open = alternatives.filter(({ excluded }) => !excluded).length;
  return (
    <div className="placed">
      {one ? (
        <ChoiceCard one={one} at={at} recommended={shown === recommended}>
          <PlaceActions one={one} />
        </ChoiceCard>
      ) : null}
      {recommended === null ? (
        <EmptyState title={t('plan.nothingFits')}>{summary.map(sentence).join(' ')}</EmptyState>
      ) : (
        <p className="placed__summary soft">{summary.map(sentence).join(' ')}</p>
      )}
      <div className="placed__charts">
        {open > 0 ? <Scatter alternatives={alternatives} chosen={shown} onChoose={choose} /> : null}
        <Excluded answer={answer} />
      </div>
      <section className="placed__table" aria-label={t('plan.alternatives')}>
        <h2>
          {t('plan.alternatives')} <small className="quiet num">{formatInteger(alternatives.length)}</small>
        </h2>
        <Alternatives alternatives={alternatives} recommended={recommended} onChoose={choose} />
      </section>
    </div>
  );
}
