import { useT } from '#renderer/i18n/index.ts';

export function OffersPage() {
  const t = useT();
  return (
    <div className="page catalog">
      <div className="page__head">
        <h1>{t('catalog.title')}</h1>
      </div>
    </div>
  );
}
