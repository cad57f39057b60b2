import { toast } from '#renderer/ui/index.ts';
import { type Happening, happeningOf, isWanted } from './happenings.ts';
import type { LivePart } from './live-part.ts';
import { useSession } from './session-store.ts';

const key = 'notifications';

/** What this browser lets the page do; `asked`: the user has asked for notifications here. Always so on the desktop. */
export function browserNotifications(): 'on' | 'off' | 'denied' | 'none' {
  if (typeof Notification === 'undefined') return 'none';
  if (Notification.permission === 'denied') return 'denied';
  return Notification.permission === 'granted' && localStorage.getItem(key) === 'on' ? 'on' : 'off';
}

/** Asked for in the settings, never by itself. Resolves to how it stands then. */
export async function askForNotifications(on: boolean): Promise<ReturnType<typeof browserNotifications>> {
  localStorage.setItem(key, on ? 'on' : 'off');
  if (on && typeof Notification !== 'undefined' && Notification.permission === 'default')
    await Notification.requestPermission();
  return browserNotifications();
}

/** Tells what happens: by the system where nobody looks at the page, and in the page what no notice says. */
export function notificationsPart(navigate: (path: string) => void): LivePart {
  const sinceAt = Date.now();
  const told = new Set<string>();
  return {
    reload: async () => undefined,
    apply(event) {
      const happening = happeningOf(event, sinceAt, told);
      if (!happening) return;
      if (happening.kind === 'done') showInPage(happening, navigate);
      const { settings } = useSession.getState();
      if (settings && isWanted(happening, settings) && !document.hasFocus())
        showBySystem(happening, navigate);
    },
  };
}

function showInPage({ id, level, body, actions }: Happening, navigate: (path: string) => void): void {
  toast(level, body, {
    id,
    actions: actions.map(({ label, path }) => ({ label, run: () => navigate(path) })),
  });
}

function showBySystem({ id, title, body, actions }: Happening, navigate: (path: string) => void): void {
  const path = actions[0]?.path ?? '/';
  if (window.trainyard) {
    window.trainyard.notify({ id, title, body, path, actions: [...actions] });
    return;
  }
  if (browserNotifications() !== 'on') return;
  // The same tag in every window: the system shows it once.
  const shown = new Notification(title, { body, tag: id, icon: '/icon.svg' });
  shown.onclick = () => {
    window.focus();
    navigate(path);
    shown.close();
  };
}
