import { useEffect, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { Button } from '#renderer/ui/index.ts';
import { backend } from './backend.ts';
import { useSession } from './session-store.ts';

/** Said while there is no backend to talk to. A blink of absence is not worth a word. */
export function OfflineBar() {
  const t = useT();
  const state = useSession(({ status }) => status.state);
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (state === 'online') {
      setSlow(false);
      return;
    }
    const timer = setTimeout(() => setSlow(true), 800);
    return () => clearTimeout(timer);
  }, [state]);
  if (state === 'refused') {
    return (
      <div className="offline" role="alert">
        <span>{t('app.signedOut')}</span> <a href="/sign-in">{t('app.signIn')}</a>
      </div>
    );
  }
  if (state === 'online' || !slow) return null;
  return (
    <div className="offline" role="status">
      <span>{state === 'connecting' ? t('app.connecting') : t('app.backendAway')}</span>
      <Button small onClick={() => backend().retryNow()}>
        {t('ui.tryAgain')}
      </Button>
    </div>
  );
}
