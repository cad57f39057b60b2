import { useT } from '#renderer/i18n/index.ts';
import { Badge, Button, formatAge } from '#renderer/ui/index.ts';
import { useCatalogStore } from './catalog-store.ts';
import { oldAfterMs } from './columns.tsx';

/** How old the prices are, in one button that leads to where they come from. */
export function SourcesSummary({ onOpen }: { onOpen(): void }) {
  const t = useT();
  const sources = useCatalogStore((state) => state.sources);
  const now = Date.now();
  const ages = sources.filter(({ rows, kind }) => rows > 0 && kind !== 'own').map(({ pricedAt }) => pricedAt);
  const oldest = Math.min(...ages);
  const newest = Math.max(...ages);
  const isOld = ages.length > 0 && now - oldest > oldAfterMs;
  return (
    <Button onClick={onOpen}>
      {t('catalog.sources')}
      {ages.length === 0 ? null : isOld ? (
        <Badge tone="warn">{t('catalog.oldest', { age: formatAge(oldest, now) })}</Badge>
      ) : (
        <span className="quiet num">{formatAge(newest, now)}</span>
      )}
    </Button>
  );
}
