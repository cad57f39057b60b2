import { words } from './words.ts';

/** Whether a model fits on a GPU: memory by part. */
export const fit = words({
  en: {
    title: 'Fit',
    keyGo: 'Go to Fit',
  },
  'zh-CN': {
    title: '显存估算',
    keyGo: '前往“显存估算”',
  },
});
