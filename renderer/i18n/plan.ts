import { planMany } from './plan-many.ts';
import { planOne } from './plan-one.ts';
import { planWhatIf } from './plan-what-if.ts';

/** Where runs should go: what it costs and how long it takes. */
export const plan = {
  en: { ...planOne.en, ...planMany.en, ...planWhatIf.en },
  'zh-CN': { ...planOne['zh-CN'], ...planMany['zh-CN'], ...planWhatIf['zh-CN'] },
};
