import { useSession } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { browserAddress } from '../transfers/start.ts';

/** In a browser: the file as a download of the browser's own. */
export function SaveLink({ machineId, path, name }: { machineId: string; path: string; name: string }) {
  const t = useT();
  const isBrowser = useSession(({ info }) => info?.host === 'headless');
  return isBrowser ? (
    <a
      className="button button--quiet button--small"
      href={browserAddress(machineId, path, name)}
      download={name}
    >
      {t('files.saveInBrowser')}
    </a>
  ) : null;
}
