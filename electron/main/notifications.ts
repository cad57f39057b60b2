import { Notification } from 'electron';
import type { DesktopNotification } from '#shared/contract/desktop.ts';

/**
 * One notification of the system: a click on it opens its path, a button (where the system shows them) its own. Where the
 * system has none, nothing is shown: the page says it too.
 */
export function showNotification(
  { title, body, path, actions }: DesktopNotification,
  open: (path: string) => void,
): void {
  if (!Notification.isSupported()) return;
  const shown = new Notification({
    title,
    body,
    actions: actions.map(({ label }) => ({ type: 'button' as const, text: label })),
  });
  shown.on('click', () => open(path));
  shown.on('action', (_event, index) => open(actions[index]?.path ?? path));
  shown.show();
}
