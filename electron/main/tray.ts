import path from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import type { DesktopStatus } from '#shared/contract/desktop.ts';

export interface ShellTray {
  update(status: DesktopStatus): void;
}

/** The tray's icon and its menu of running runs. */
export function createTray(
  iconDirectory: string,
  actions: { show(path?: string): void; quit(): void },
): ShellTray {
  const image = nativeImage.createFromPath(path.join(iconDirectory, 'tray.png'));
  // Black on nothing: the system colours a template image for its bar (and takes tray@2x.png where it is dense).
  image.setTemplateImage(true);
  const tray = new Tray(image);
  tray.on('click', () => actions.show());
  const update = (status: DesktopStatus) => {
    tray.setToolTip(status.tooltip);
    const runs = status.running.map(({ id, label }) => ({ label, click: () => actions.show(`/runs/${id}`) }));
    tray.setContextMenu(
      Menu.buildFromTemplate([
        ...(runs.length > 0 ? runs : [{ label: status.labels.none, enabled: false }]),
        { type: 'separator' as const },
        { label: status.labels.open, click: () => actions.show() },
        { label: status.labels.quit, click: () => actions.quit() },
      ]),
    );
  };
  update({
    tooltip: 'Trainyard',
    running: [],
    labels: { open: 'Open Trainyard', quit: 'Quit Trainyard', none: 'No run is going' },
  });
  return { update };
}
