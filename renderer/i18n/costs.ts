import { words } from './words.ts';

/** What runs have cost and will cost. */
export const costs = words({
  en: {
    title: 'Costs',
    keyGo: 'Go to Costs',
  },
  'zh-CN': {
    title: '费用',
    keyGo: '前往“费用”',
  },
});
