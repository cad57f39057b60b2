export { fileName } from './download.ts';
export { LogView } from './log-view.tsx';
