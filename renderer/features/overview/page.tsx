import { useT } from '#renderer/i18n/index.ts';

export function OverviewPage() {
  const t = useT();
  return (
    <div className="page">
      <h1>{t('app.overview')}</h1>
    </div>
  );
}
