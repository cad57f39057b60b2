export { DropTray } from './drop-tray.tsx';
export { MoveDialog } from './move-dialog.tsx';
