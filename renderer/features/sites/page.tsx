import { useT } from '#renderer/i18n/index.ts';

export function SitesPage() {
  const t = useT();
  return (
    <div className="page">
      <h1>{t('app.sites')}</h1>
    </div>
  );
}

export function MachinesPage() {
  const t = useT();
  return (
    <div className="page">
      <h1>{t('app.machines')}</h1>
    </div>
  );
}

export function MachinePage({ id }: { id: string }) {
  return (
    <div className="page">
      <h1>{id}</h1>
    </div>
  );
}
