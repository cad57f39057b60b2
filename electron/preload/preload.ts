import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import { type DesktopBridge, portsMessage } from '#shared/contract/desktop.ts';

/** All that the page gets of the shell. Channels have fixed names; the page can send nothing else and hear nothing else. */
const bridge: DesktopBridge = {
  platform: process.platform,
  connect: () => ipcRenderer.send('shell:connect'),
  openExternal: (url) => ipcRenderer.send('shell:open-external', String(url)),
  onNavigate: (listener) => {
    const hear = (_event: IpcRendererEvent, path: unknown) => listener(String(path));
    ipcRenderer.on('shell:navigate', hear);
    return () => ipcRenderer.removeListener('shell:navigate', hear);
  },
  setStatus: (status) => ipcRenderer.send('shell:status', status),
  notify: (notification) => ipcRenderer.send('shell:notify', notification),
  pathOf: (file) => webUtils.getPathForFile(file),
  openWindow: (path) => ipcRenderer.send('shell:open-window', String(path)),
};

contextBridge.exposeInMainWorld('trainyard', bridge);

// Ports cannot cross the context bridge; a message to the page's own window can carry them.
ipcRenderer.on('shell:ports', (event) => {
  window.postMessage(portsMessage, window.location.origin, [...event.ports]);
});
