import { beforeAll, expect, it, vi } from 'vitest';
import { sizeOfKey } from '#renderer/ui/splitter.tsx';

let readArrangement: typeof import('#renderer/app/layout-store.ts').readArrangement;
let readTask: typeof import('#renderer/app/task-file.ts').readTask;

beforeAll(async () => {
  // What these files import asks the browser for a little while it loads.
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
  ({ readArrangement } = await import('#renderer/app/layout-store.ts'));
  ({ readTask } = await import('#renderer/app/task-file.ts'));
}, 120_000);

const file = (name: string, content: string | Uint8Array<ArrayBuffer>, size?: number) => {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { name, size: size ?? bytes.length, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
};

it.each([
  ['a task', file('train.yaml', 'run: x\n'), 'run: x\n'],
  ['its other ending', file('TRAIN.YML', 'run: x\n'), 'run: x\n'],
  ['another kind', file('notes.txt', 'run: x\n'), 'app.dropNotTask'],
  ['bytes', file('a.yaml', new Uint8Array([0xff, 0xfe, 0])), 'app.dropNotTask'],
  ['nothing', file('a.yaml', ' \n'), 'app.dropEmpty'],
  ['too much', file('a.yaml', 'x', 2_000_000), 'app.dropTooLarge'],
])('a dropped file: %s', async (_, given, answer) => {
  expect(await readTask(given)).toBe(answer);
});

it('a folder that is called like a task is none', async () => {
  const folder = {
    name: 'a.yaml',
    size: 4096,
    arrayBuffer: () => Promise.reject(new DOMException('a folder')),
  };
  expect(await readTask(folder)).toBe('app.dropNotTask');
});

it('what was kept of the arrangement is taken as far as it makes sense', () => {
  expect(readArrangement(null)).toEqual({ navigation: true, panes: {}, firstSteps: true });
  expect(readArrangement('{"navigation": false, "panes": {"a": 200, "b": -3, "c": "x", "d": null}}')).toEqual(
    {
      navigation: false,
      panes: { a: 200 },
      firstSteps: true,
    },
  );
  for (const text of ['', '[]', 'null', '7', '{"panes": 3}', '{'])
    expect(readArrangement(text).panes).toEqual({});
});

it('a splitter moves by keys, within its limits, from either side', () => {
  const at = { size: 200, min: 120, max: 340 };
  const press = (key: string, pane: 'before' | 'after', shift = false) =>
    sizeOfKey({ key, shift }, { ...at, pane });
  expect(press('ArrowRight', 'before')).toBe(216);
  expect(press('ArrowRight', 'after')).toBe(184);
  expect(press('ArrowLeft', 'before', true)).toBe(136);
  expect(press('End', 'before')).toBe(340);
  expect(press('Home', 'before')).toBe(120);
  expect(press('Enter', 'before')).toBeNull();
  expect(press('x', 'before')).toBeUndefined();
  expect(
    sizeOfKey({ key: 'ArrowRight', shift: false }, { size: 339, min: 120, max: 340, pane: 'before' }),
  ).toBe(340);
});
