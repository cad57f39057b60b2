import { useSession } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';

/** What runs here, and where its data is. */
export function About() {
  const t = useT();
  const info = useSession((state) => state.info);
  if (!info) return null;
  return (
    <dl className="facts">
      <dt>{t('settings.version')}</dt>
      <dd>{info.version}</dd>
      <dt>{t('settings.host')}</dt>
      <dd>
        {t(`settings.host.${info.host}`)}, {info.platform}
      </dd>
      <dt>{t('settings.role')}</dt>
      <dd>{t(`settings.role.${info.role}`)}</dd>
      <dt>{t('settings.data')}</dt>
      <dd className="mono">{info.dataDirectory}</dd>
    </dl>
  );
}
