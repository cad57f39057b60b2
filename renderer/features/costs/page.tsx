import { useT } from '#renderer/i18n/index.ts';

export function CostsPage() {
  const t = useT();
  return (
    <div className="page costs">
      <div className="page__head">
        <h1>{t('costs.title')}</h1>
      </div>
    </div>
  );
}
