/**
 * What the preload puts on the page's `window.trainyard` in the desktop app, and nothing more. In a browser it is absent.
 */
export interface DesktopBridge {
  platform: string;
  /**
   * Asks for a connection to the backend. The two ports (RPC, byte channel) come as one message event on `window` from the
   * page's own origin: `data === portsMessage`, `ports === [rpc, bytes]`. They close when the backend ends: ask again.
   */
  connect(): void;
  /** Opens a web page in the user's browser; anything but http(s) is refused by the shell. */
  openExternal(url: string): void;
  /** Called with a path of the page ("/runs/ID") when the user follows a link or a notification. Returns the end of it. */
  onNavigate(listener: (path: string) => void): () => void;
  /** How many runs are going and what needs the user: for the tray and the dock. */
  setStatus(status: DesktopStatus): void;
  /** Shows a notification of the system; a click on it navigates to `path`, a button (where the system has them) to its own. */
  notify(notification: DesktopNotification): void;
  /** Where a file that the user has chosen or dropped lies on this computer; empty: it does not lie anywhere. */
  pathOf(file: File): string;
  /** Another window on the same backend, at a path of the page. */
  openWindow(path: string): void;
}

export interface DesktopStatus {
  /** Already in the user's language. */
  tooltip: string;
  running: { id: string; label: string }[];
  labels: { open: string; quit: string; none: string };
}

export interface DesktopNotification {
  /** Every window may send it: it is shown once. */
  id: string;
  title: string;
  body: string;
  path: string;
  actions: { label: string; path: string }[];
}

export const portsMessage = 'trainyard:ports';
/** The scheme of the page in the desktop app: `app://trainyard/…`. */
export const pageOrigin = 'app://trainyard';

declare global {
  interface Window {
    trainyard?: DesktopBridge;
  }
}
