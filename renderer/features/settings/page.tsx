import { useT } from '#renderer/i18n/index.ts';

export function SettingsPage() {
  const t = useT();
  return (
    <div className="page">
      <h1>{t('app.settings')}</h1>
    </div>
  );
}
