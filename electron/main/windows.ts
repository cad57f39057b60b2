import path from 'node:path';
import { app, BrowserWindow, screen } from 'electron';
import { pageAddress } from './lockdown.ts';
import { slotFile, WindowSlots } from './window-slots.ts';
import {
  cascaded,
  placeWindow,
  readWindowState,
  smallestWindow,
  type WindowState,
  writeWindowState,
} from './window-state.ts';

/** More than anybody looks at; what asks for more is a mistake. */
const mostWindows = 12;
const slots = new WindowSlots<BrowserWindow>();
let lastUsed: BrowserWindow | null = null;

/** Brings the window that was used last to the front, made anew where there is none, at `pagePath` where one is given. */
export function showWindow(dist: string, pagePath?: string): void {
  const window = lastUsed ?? slots.windows[0];
  if (!window) {
    openWindow(dist, pagePath);
    return;
  }
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
  if (pagePath && pageAddress(pagePath)) window.webContents.send('shell:navigate', pagePath);
}

/** One more window; all are locked down alike. A path that is none of the page opens the first page. */
export function openWindow(dist: string, pagePath = '/'): void {
  if (slots.windows.length >= mostWindows) return;
  const opened = slots.take((slot) => makeWindow(dist, slot));
  lastUsed = opened;
  opened.on('focus', () => {
    lastUsed = opened;
  });
  opened.on('closed', () => {
    slots.release(opened);
    if (lastUsed === opened) lastUsed = slots.windows.at(-1) ?? null;
  });
  const address = pageAddress(pagePath) ?? pageAddress('/');
  if (address) void opened.loadURL(address);
}

function placeOf(stateFile: string): WindowState {
  const displays = screen.getAllDisplays().map(({ workArea }) => workArea);
  const place = placeWindow(readWindowState(stateFile), displays);
  return cascaded(
    place,
    slots.windows.map((window) => window.getNormalBounds()),
    displays,
  );
}

function makeWindow(dist: string, slot: number): BrowserWindow {
  const stateFile = path.join(app.getPath('userData'), slotFile(slot));
  const state = placeOf(stateFile);
  const opened = new BrowserWindow({
    ...state,
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    show: false,
    backgroundColor: '#0f1214',
    autoHideMenuBar: true,
    webPreferences: {
      preload: path.join(dist, 'preload', 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  });
  if (state.maximised) opened.maximize();
  opened.once('ready-to-show', () => opened.show());
  opened.on('close', () =>
    writeWindowState(stateFile, { ...opened.getNormalBounds(), maximised: opened.isMaximized() }),
  );
  return opened;
}
