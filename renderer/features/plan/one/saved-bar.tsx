import { useT } from '#renderer/i18n/index.ts';
import { Age, Button } from '#renderer/ui/index.ts';
import type { SavedAs } from './one-store.ts';

/** Says that the answer below is the one that was saved, and offers to plan again with what is known now. */
export function SavedBar({ saved, onAgain }: { saved: SavedAs; onAgain(): void }) {
  const t = useT();
  return (
    <div className="savedbar">
      <span>
        {t('plan.asSaved', { name: saved.name })} <Age at={saved.changedAt} />
        {saved.pricesChanged ? <span className="soft">. {t('plan.pricesChangedSince')}</span> : null}
      </span>
      <Button small onClick={onAgain}>
        {t('plan.planAgain')}
      </Button>
    </div>
  );
}
