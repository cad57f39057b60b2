import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  app,
  ipcMain,
  MessageChannelMain,
  type MessagePortMain,
  powerMonitor,
  protocol,
  safeStorage,
  session,
  shell,
  utilityProcess,
} from 'electron';
import { z } from 'zod';
import { BackendHost } from './backend-host.ts';
import { linkInArguments, pathOfLink } from './deep-link.ts';
import { answerKeychain, isKeychainRequest } from './keychain.ts';
import {
  mayCallShell,
  mayHavePermission,
  mayNavigate,
  mayOpenOutside,
  pageAddress,
  pageHeaders,
} from './lockdown.ts';
import { showNotification } from './notifications.ts';
import { pageFile } from './page-files.ts';
import { createTray, type ShellTray } from './tray.ts';
import { OncePerId } from './window-slots.ts';
import { openWindow, showWindow } from './windows.ts';

/** The desktop shell: windows, tray, links, and the backend's process. No word of the product is decided here. */
const dist = path.join(import.meta.dirname, '..');
const pageDirectory = path.join(dist, 'page');

protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
]);
app.enableSandbox();

let tray: ShellTray | null = null;

const backend = new BackendHost<MessagePortMain>({
  fork: () => {
    const child = utilityProcess.fork(
      path.join(dist, 'backend', 'process.js'),
      // Its data directory is the one that the browser host and the command line use too.
      [],
      {
        serviceName: 'Trainyard backend',
        stdio: 'inherit',
      },
    );
    child.on('message', (message: unknown) => {
      if (!isKeychainRequest(message)) return;
      void answerKeychain(safeStorage, process.platform, message).then((answer) => child.postMessage(answer));
    });
    return {
      postMessage: (message, ports) => child.postMessage(message, ports),
      onExit: (listener) => child.on('exit', listener),
      kill: () => child.kill(),
    };
  },
  onCrash: (code, waitMs) =>
    console.error(`The backend ended with code ${code}; it starts again in ${waitMs} ms.`),
  schedule: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  random: Math.random,
  now: () => performance.now(),
});

if (app.requestSingleInstanceLock()) {
  app.setAsDefaultProtocolClient('trainyard');
  app.on('second-instance', (_event, args) => openLink(linkInArguments(args)));
  app.on('open-url', (event, url) => {
    event.preventDefault();
    openLink(url);
  });
  // Closing the window is not stopping runs: the app stays in the tray until the user quits it.
  app.on('window-all-closed', () => undefined);
  app.on('activate', () => showWindow(dist));
  app.on('will-quit', () => backend.close());
  app.on('web-contents-created', (_event, contents) => lockContents(contents));
  await app.whenReady();
  servePage();
  lockSession(session.defaultSession);
  answerPage();
  backend.start();
  tray = createTray(path.join(dist, '..', 'resources', 'icons'), {
    show: (pagePath) => showWindow(dist, pagePath),
    quit: () => app.quit(),
  });
  // After sleep every connection is suspect: the backend looks at them at once, not at the next keepalive.
  powerMonitor.on('resume', () => backend.tell('resumed'));
  powerMonitor.on('lock-screen', () => backend.tell('screenLocked'));
  const first = linkInArguments(process.argv);
  showWindow(dist, first ? (pathOfLink(first) ?? undefined) : undefined);
} else {
  app.quit();
}

function servePage(): void {
  protocol.handle('app', async (request) => {
    if (!mayNavigate(request.url) || request.method !== 'GET')
      return new Response('Refused', { status: 403 });
    const found = await pageFile(pageDirectory, request.url);
    if (!found) return new Response('There is no such file.', { status: 404, headers: pageHeaders });
    return new Response(new Uint8Array(await readFile(found.file)), {
      headers: { ...pageHeaders, 'Content-Type': found.type },
    });
  });
}

function lockSession(locked: Electron.Session): void {
  locked.setPermissionRequestHandler((_contents, permission, answer, details) =>
    answer(mayHavePermission(permission, details.requestingUrl)),
  );
  locked.setPermissionCheckHandler((_contents, permission, origin) => mayHavePermission(permission, origin));
  locked.setDevicePermissionHandler(() => false);
  // Nothing of the page comes from a network: what asks for one is refused before it leaves.
  locked.webRequest.onBeforeRequest((details, answer) =>
    answer({ cancel: !/^(app|devtools|data|blob):/.test(details.url) }),
  );
  locked.on('will-download', (event, item) => {
    if (!/^(blob|data|app):/.test(item.getURL())) event.preventDefault();
  });
}

function lockContents(contents: Electron.WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!mayNavigate(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    if (!mayNavigate(event.url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}

function openOutside(url: string): void {
  if (!mayOpenOutside(url)) return;
  shell.openExternal(url).catch((error: unknown) => console.error('The link could not be opened:', error));
}

const pagePath = z.string().refine((value) => pageAddress(value) !== null);
const notification = z.object({
  id: z.string().max(200),
  title: z.string().max(200),
  body: z.string().max(1000),
  path: pagePath,
  actions: z.array(z.object({ label: z.string().max(60), path: pagePath })).max(5),
});
const told = new OncePerId();
const status = z.object({
  tooltip: z.string().max(200),
  running: z.array(z.object({ id: z.string().max(64), label: z.string().max(200) })).max(50),
  labels: z.object({ open: z.string().max(60), quit: z.string().max(60), none: z.string().max(60) }),
});

/** The named calls of the preload, each from the page itself only and each checked. */
function answerPage(): void {
  const on = (channel: string, answer: (event: Electron.IpcMainEvent, value: unknown) => void) =>
    ipcMain.on(channel, (event, value) => {
      if (mayCallShell(event.senderFrame)) answer(event, value);
    });
  on('shell:connect', (event) => {
    const rpc = new MessageChannelMain();
    const bytes = new MessageChannelMain();
    if (backend.connect([rpc.port2, bytes.port2]))
      event.sender.postMessage('shell:ports', null, [rpc.port1, bytes.port1]);
    else for (const { port1, port2 } of [rpc, bytes]) closeBoth(port1, port2);
  });
  on('shell:open-external', (_event, url) => openOutside(String(url)));
  on('shell:status', (_event, value) => {
    const parsed = status.safeParse(value);
    if (parsed.success) tray?.update(parsed.data);
  });
  on('shell:notify', (_event, value) => {
    const parsed = notification.safeParse(value);
    if (parsed.success && told.first(parsed.data.id))
      showNotification(parsed.data, (to) => showWindow(dist, to));
  });
  on('shell:open-window', (_event, value) => {
    const parsed = pagePath.safeParse(value);
    openWindow(dist, parsed.success ? parsed.data : '/');
  });
}

function closeBoth(a: MessagePortMain, b: MessagePortMain): void {
  a.close();
  b.close();
}

function openLink(link: string | null): void {
  showWindow(dist, link ? (pathOfLink(link) ?? undefined) : undefined);
}
