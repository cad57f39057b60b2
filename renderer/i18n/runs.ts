import { words } from './words.ts';

/** Words of the runs pages. */
export const runs = words({
  en: { title: 'Runs' },
  'zh-CN': { title: '运行' },
});
