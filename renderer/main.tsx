import '#renderer/ui/fonts.css';
import { createRoot } from 'react-dom/client';
import { App, fetchPage, preloadPages } from '#renderer/app/app.tsx';
import { setBackend } from '#renderer/app/backend.ts';
import { goTo } from '#renderer/app/go-to.ts';
import { startLive, takePart } from '#renderer/app/live.ts';
import { applyStoredLook } from '#renderer/app/theme.ts';
import { firstRows } from '#renderer/features/runs/run-list-store.ts';
import { connectPage } from '#renderer/rpc/index.ts';

applyStoredLook();
// The connection and the first questions are under way before React draws anything.
const connection = connectPage();
setBackend(connection);
startLive(connection);
const page = fetchPage(window.location.pathname);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
// What is about to come is drawn at once; drawing an empty frame first would only make it later. Not waited for long.
const patience = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
await Promise.all([Promise.race([firstRows(), patience(100)]), Promise.race([page, patience(400)])]);
createRoot(root).render(<App />);
setTimeout(preloadPages, 1500);

import('#renderer/app/notifications.ts')
  .then(({ notificationsPart }) => takePart(notificationsPart(goTo)))
  .catch((thrown: unknown) => console.error('Notifications do not work:', thrown));
if (window.trainyard) {
  import('#renderer/app/desktop-status.ts')
    .then(({ keepTray }) => keepTray())
    .catch((thrown: unknown) => console.error('The tray does not work:', thrown));
}
