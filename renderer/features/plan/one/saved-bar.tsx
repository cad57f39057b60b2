import { useT } from '#renderer/i18n/index.ts';
import { Age, Button } from '#renderer/ui/index.ts';
import { priceChangeText } from '../price-change-words.ts';
import type { SavedAs } from './one-store.ts';

/** Says that the answer below is the one that was saved and which of its prices are others now, and offers to plan again with those. */
export function SavedBar({ saved, onAgain }: { saved: SavedAs; onAgain(): void }) {
  const t = useT();
  const { name, changedAt, priceChanges } = saved;
  return (
    <div className="savedbar">
      <div>
        {t('plan.asSaved', { name })} <Age at={changedAt} />
        {priceChanges && priceChanges.changed > 0 ? (
          <>
            <span className="soft">
              {'. '}
              {t('plan.pricesChangedSince', { changed: priceChanges.changed, of: priceChanges.of })}
            </span>
            <ul className="savedbar__changes soft num">
              {priceChanges.top.map((change) => (
                <li key={`${change.what} ${change.kind} ${change.title}`}>
                  {priceChangeText(change, t)}
                  {change.chosen ? <span className="quiet"> · {t('plan.priceTaken')}</span> : null}
                </li>
              ))}
              {priceChanges.changed > priceChanges.top.length ? (
                <li className="quiet">
                  {t('plan.pricesMore', { more: priceChanges.changed - priceChanges.top.length })}
                </li>
              ) : null}
            </ul>
          </>
        ) : null}
      </div>
      <Button small onClick={onAgain}>
        {t('plan.planAgain')}
      </Button>
    </div>
  );
}
