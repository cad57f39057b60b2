import { useState } from 'react';
import { askForNotifications, browserNotifications } from '#renderer/app/notifications.ts';
import { sayError } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox } from '#renderer/ui/index.ts';

/** A browser shows notifications only for who asked for them here; the desktop needs no asking. */
export function BrowserNotifications() {
  const t = useT();
  const [state, setState] = useState(browserNotifications);
  if (window.trainyard) return null;
  if (state === 'none') return <p className="quiet">{t('settings.browserNone')}</p>;
  return (
    <div className="setting">
      <Checkbox
        label={t('settings.browserAllow')}
        checked={state === 'on'}
        disabled={state === 'denied'}
        onChecked={(on) => {
          askForNotifications(on).then(setState).catch(sayError);
        }}
      />
      {state === 'denied' ? <p className="quiet">{t('settings.browserDenied')}</p> : null}
    </div>
  );
}
