import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import { ErrorState, formatWhen, Skeleton } from '#renderer/ui/index.ts';
import type { FoundLogin } from '#shared/domain/login.ts';

/** The user's own logins: where they are and what they are for. */
export function Logins() {
  const t = useT();
  const [logins, setLogins] = useState<readonly FoundLogin[] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    rpc().vault.logins().then(setLogins).catch(setFailure);
  }, []);
  return (
    <section className="credentials__section">
      <h2>{t('credentials.logins')}</h2>
      <p className="quiet">{t('credentials.loginsText')}</p>
      {failure ? <ErrorState error={failure} /> : null}
      {!logins && !failure ? <Skeleton rows={3} /> : null}
      {logins?.length === 0 ? <p className="quiet">{t('credentials.noLogins')}</p> : null}
      {logins && logins.length > 0 ? (
        <table className="plain num credentials__logins">
          <thead>
            <tr>
              <th scope="col">{t('credentials.name')}</th>
              <th scope="col">{t('credentials.kind')}</th>
              <th scope="col">{t('credentials.how')}</th>
              <th scope="col">{t('credentials.about')}</th>
              <th scope="col">{t('credentials.where')}</th>
            </tr>
          </thead>
          <tbody>
            {logins.map((login, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list is shown once and never reordered; two may be alike
              <tr key={`${login.kind} ${login.name} ${login.where} ${index}`}>
                <td title={login.name}>{login.name}</td>
                <td className="quiet">{t(`credentials.login.${login.kind}`)}</td>
                <td className="quiet">{t(`credentials.how.${login.how}`)}</td>
                <td className="quiet" title={login.about}>
                  {[login.about, endOf(login, t)].filter((part) => part !== '').join(' · ')}
                </td>
                <td className="mono quiet" title={login.where}>
                  {login.where}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </section>
  );
}

function endOf({ expiresAt }: FoundLogin, t: ReturnType<typeof useT>): string {
  if (expiresAt === null) return '';
  return t(expiresAt < Date.now() ? 'credentials.ended' : 'credentials.ends', {
    when: formatWhen(expiresAt, Date.now()),
  });
}
