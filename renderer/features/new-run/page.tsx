import { useT } from '#renderer/i18n/index.ts';

export function NewRunPage() {
  const t = useT();
  return (
    <div className="page">
      <h1>{t('app.newRun')}</h1>
    </div>
  );
}
