import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { translateError, useLanguage } from '#renderer/i18n/index.ts';
import { useToasts } from '#renderer/ui/index.ts';
import type { Notice } from '#shared/domain/event.ts';
import { actionsOfNotice } from './happenings.ts';
import { dismissLater, dismissNotice, useNotices } from './notice-store.ts';

/** Shows each notice once as a toast; dismissing it there dismisses it for good. */
export function NoticeToasts() {
  const language = useLanguage();
  const [, navigate] = useLocation();
  const notices = useNotices(({ notices: all }) => all);
  const shown = useRef(new Set<string>());
  const putAway = (notice: Notice) =>
    dismissLater(notice, () => {
      shown.current.delete(notice.id);
    });
  // biome-ignore lint/correctness/useExhaustiveDependencies: putAway is made of refs; another language says what comes from now on
  useEffect(() => {
    for (const notice of [...notices].reverse()) {
      if (shown.current.has(notice.id)) continue;
      shown.current.add(notice.id);
      useToasts.getState().show({
        id: notice.id,
        level: notice.level,
        text: translateError(notice.code, notice.params, notice.message),
        actions: actionsOfNotice(notice).map(({ label, path }) => ({ label, run: () => navigate(path) })),
        forMs: notice.level === 'info' ? 10_000 : 0,
        onDismiss: (byHand) => (byHand ? putAway(notice) : void dismissNotice(notice.id)),
      });
    }
  }, [notices, navigate, language]);
  return null;
}
