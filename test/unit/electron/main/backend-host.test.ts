import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BackendHost, backOffMs } from '../../../../electron/main/backend-host.ts';

function lab() {
  const exits: ((code: number) => void)[] = [];
  const messages: { message: unknown; ports: string[] }[] = [];
  const crashes: { code: number; waitMs: number }[] = [];
  const waiting: { run: () => void; ms: number; cancelled: boolean }[] = [];
  let nowMs = 0;
  let killed = 0;
  const host = new BackendHost<string>({
    fork: () => ({
      postMessage: (message, ports) => messages.push({ message, ports }),
      onExit: (listener) => exits.push(listener),
      kill: () => {
        killed += 1;
      },
    }),
    onCrash: (code, waitMs) => crashes.push({ code, waitMs }),
    schedule: (run, ms) => {
      const wait = { run, ms, cancelled: false };
      waiting.push(wait);
      return () => {
        wait.cancelled = true;
      };
    },
    random: () => 0.5,
    now: () => nowMs,
  });
  return {
    host,
    exits,
    messages,
    crashes,
    waiting,
    killed: () => killed,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

test('a backend that ends is started again, later each time, and soon again after it has lived', () => {
  const { host, exits, crashes, waiting, pass } = lab();
  host.start();
  for (let crash = 0; crash < 8; crash += 1) {
    exits.at(-1)?.(1);
    expect(host.running).toBe(false);
    waiting.at(-1)?.run();
    expect(host.running).toBe(true);
  }
  expect(crashes.map(({ waitMs }) => waitMs)).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  pass(60_000);
  exits.at(-1)?.(1);
  expect(crashes.at(-1)?.waitMs).toBe(1000);
});

test('ports reach the backend that is there, and are refused while there is none', () => {
  const { host, messages, exits } = lab();
  expect(host.connect(['a'])).toBe(false);
  host.start();
  expect(host.connect(['a', 'b'])).toBe(true);
  expect(messages).toEqual([{ message: { type: 'connect' }, ports: ['a', 'b'] }]);
  exits[0]?.(1);
  expect(host.connect(['c'])).toBe(false);
});

test('a closed host gets no successor, whenever its child ends', () => {
  const { host, exits, waiting, crashes, killed } = lab();
  host.start();
  exits[0]?.(1);
  host.close();
  expect(waiting[0]?.cancelled).toBe(true);
  host.start();
  expect(host.running).toBe(false);
  expect(crashes).toHaveLength(1);
  expect(killed()).toBe(0);
});

test('the wait lies between 0.8 s and 36 s whatever happens', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, random) => {
        const wait = backOffMs(failures, random);
        expect(wait).toBeGreaterThanOrEqual(800);
        expect(wait).toBeLessThanOrEqual(36_000);
      },
    ),
  );
});
