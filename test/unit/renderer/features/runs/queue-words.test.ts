import { afterEach, describe, expect, test } from 'vitest';
import { planQueue } from '#backend/runs/queue/plan.ts';
import { queueReason } from '#renderer/features/runs/queue-words.ts';
import { faultText } from '#renderer/features/sites/fault-words.ts';
import { setLanguage, t } from '#renderer/i18n/index.ts';
import { accelerator } from '../machines.ts';

afterEach(() => setLanguage('en'));

const requests = [{ name: 'H100', count: 2 }];
const waiting = { runId: 'w', priority: 0, createdAt: 1, requests };
/** What the backend says, asked of it: the sentences that are known here must be those. */
function reasons(): string[] {
  const all = [accelerator(0), accelerator(1)];
  const held = [{ runId: 'h', runName: 'llama, big', uuid: 'GPU-0', endedAt: null }];
  const now = { accelerators: all, takenAt: 1, knowsRun: () => true };
  const verdicts = [
    ...planQueue([waiting], held, now),
    ...planQueue([waiting], [], { ...now, accelerators: null }),
    ...planQueue([waiting, { ...waiting, runId: 'x', createdAt: 2 }], held, now),
    ...planQueue([waiting, { ...waiting, runId: 'x', createdAt: 2 }], [], now),
  ];
  return verdicts.flatMap((verdict) => (verdict.kind === 'wait' ? [verdict.reason] : []));
}

describe('why a run waits', () => {
  test('is said in Chinese for every sentence that the queue has', () => {
    setLanguage('zh-CN');
    const said = reasons().map((reason) => queueReason(reason, t));
    expect(said.length).toBeGreaterThan(3);
    for (const text of said) expect(text).toMatch(/[\u4e00-\u9fff]/);
    expect(said[0]).toBe('等待 H100:2；被占用于：运行“llama, big”');
  });

  test('is said as it came where it is not known', () => {
    expect(queueReason('something new', t)).toBe('something new');
    expect(queueReason('the machine is not connected: no route to host', t)).toBe(
      'its machine is not connected',
    );
  });
});

test('what is wrong with a GPU is said in the language of the page, its XID kept', () => {
  expect(faultText('needs a reset', t)).toBe('needs a reset');
  setLanguage('zh-CN');
  expect(faultText('fell off the bus (XID 79)', t)).toBe('已从总线脱离：只有重启才能恢复（XID 79）');
  expect(faultText('something new', t)).toBe('something new');
});
