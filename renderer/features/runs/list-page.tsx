import { useT } from '#renderer/i18n/index.ts';

export function RunsPage() {
  const t = useT();
  return (
    <div className="page">
      <h1>{t('runs.title')}</h1>
    </div>
  );
}
