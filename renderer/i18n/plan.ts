import { words } from './words.ts';

/** Where runs should go: what it costs and how long it takes. */
export const plan = words({
  en: {
    title: 'Plan',
    keyGo: 'Go to Plan',
  },
  'zh-CN': {
    title: '规划',
    keyGo: '前往“规划”',
  },
});
