import { Notification } from 'electron';

/** One notification of the system; a click on it does `open`. Where the system has none, nothing is shown: the page says it too. */
export function showNotification(notification: { title: string; body: string }, open: () => void): void {
  if (!Notification.isSupported()) return;
  const shown = new Notification({ title: notification.title, body: notification.body });
  shown.on('click', open);
  shown.show();
}
