import { words } from './words.ts';

/** What can be rented, and for how much: the offers of providers, own price sheets, own machines. */
export const catalog = words({
  en: {
    title: 'Offers',
    keyGo: 'Go to Offers',
  },
  'zh-CN': {
    title: '价格',
    keyGo: '前往“价格”',
  },
});
