import { useT } from '#renderer/i18n/index.ts';

export function FitPage() {
  const t = useT();
  return (
    <div className="page fit">
      <div className="page__head">
        <h1>{t('fit.title')}</h1>
      </div>
    </div>
  );
}
