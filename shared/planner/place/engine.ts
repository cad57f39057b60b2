import type { AcceleratorModel } from '#shared/domain/catalog.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { acceleratorFinder } from '../accelerators.ts';
import { fit as judgeMemory, quickFit } from '../fit/index.ts';
import { estimateTime } from '../time.ts';
import type { WorkEngine } from './work.ts';

/** Memory by shared/planner/fit, time by shared/planner/time. */
export function workEngine(accelerators: readonly AcceleratorModel[]): WorkEngine {
  const find = acceleratorFinder(accelerators);
  return {
    fit(question) {
      try {
        const { lowBytes, highBytes, availableBytes, verdict } = quickFit(question);
        return { need: { lowBytes, highBytes }, availableBytes, verdict };
      } catch (thrown) {
        if (!(thrown instanceof TrainyardError)) throw thrown;
        const { code, params, message } = thrown;
        return { code, params, message };
      }
    },
    remedy(question) {
      const { remedies } = judgeMemory(question);
      const best = remedies.find(({ verdict }) => verdict === 'fits') ?? remedies[0];
      return best === undefined || best.verdict === 'no' ? [] : [best.reason, ...best.also];
    },
    time({ link: _, ...question }) {
      const estimate = estimateTime({ ...question, find });
      return estimate && { ms: estimate.ms, figure: estimate.figure };
    },
  };
}
