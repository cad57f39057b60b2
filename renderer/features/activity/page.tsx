import { useT } from '#renderer/i18n/index.ts';

export function ActivityPage() {
  const t = useT();
  return (
    <div className="page">
      <h1>{t('app.activity')}</h1>
    </div>
  );
}
