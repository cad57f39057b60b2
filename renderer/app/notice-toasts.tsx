import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { useToasts } from '#renderer/ui/index.ts';
import { dismissNotice, useNotices } from './notice-store.ts';
import { paths } from './routes.ts';

/** Shows each notice once as a toast; dismissing it there dismisses it for good. */
export function NoticeToasts() {
  const t = useT();
  const [, navigate] = useLocation();
  const notices = useNotices(({ notices: all }) => all);
  const shown = useRef(new Set<string>());
  useEffect(() => {
    for (const notice of [...notices].reverse()) {
      if (shown.current.has(notice.id)) continue;
      shown.current.add(notice.id);
      const { runId, siteId } = notice;
      const action = runId
        ? { label: t('app.openRun'), run: () => navigate(paths.run(runId)) }
        : siteId
          ? { label: t('app.openSite'), run: () => navigate(paths.sites) }
          : null;
      useToasts.getState().show({
        id: notice.id,
        level: notice.level,
        text: translateError(notice.code, notice.params, notice.message),
        ...(action ? { action } : {}),
        forMs: notice.level === 'info' ? 10_000 : 0,
        onDismiss: () => void dismissNotice(notice.id),
      });
    }
  }, [notices, navigate, t]);
  return null;
}
