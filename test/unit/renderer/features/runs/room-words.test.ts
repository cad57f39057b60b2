import { afterEach, describe, expect, test } from 'vitest';
import { planQueue } from '#backend/runs/queue/plan.ts';
import { faultText } from '#renderer/features/sites/fault-words.ts';
import { setLanguage, t, translateError } from '#renderer/i18n/index.ts';
import { because, type Told } from '#shared/domain/because.ts';
import { sayRoom } from '#shared/domain/room-sentences.ts';
import { accelerator } from '../machines.ts';

afterEach(() => setLanguage('en'));

const requests = [{ name: 'H100', count: 2 }];
const waiting = { runId: 'w', priority: 0, createdAt: 1, requests };
function reasons(): Told[] {
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
    const said = reasons().map(({ code, params, message }) => translateError(code, params, message));
    expect(said.length).toBeGreaterThan(3);
    for (const text of said) expect(text).toMatch(/^[^a-z]*[\u4e00-\u9fff]/);
    expect(said[0]).toBe('等待 H100:2；被占用于：运行“llama, big”');
  });

  test('of a machine out of sight says why that is, in Chinese too', () => {
    setLanguage('zh-CN');
    const lost = { code: 'SSH_REFUSED', params: { host: 'heron', port: 22 }, message: 'heron answers.' };
    const { code, params, message } = sayRoom('ROOM_NOT_CONNECTED_WHY', because('why', lost));
    expect(translateError(code, params, message)).toBe(
      '它的机器未连接：heron 有响应，但端口 22 上没有服务。请检查端口以及 sshd 是否在运行。',
    );
  });
});

test('what is wrong with a GPU is said in the language of the page, its XID kept', () => {
  expect(faultText('needs a reset', t)).toBe('needs a reset');
  setLanguage('zh-CN');
  expect(faultText('fell off the bus (XID 79)', t)).toBe('已从总线脱离：只有重启才能恢复（XID 79）');
  expect(faultText('something new', t)).toBe('something new');
});
