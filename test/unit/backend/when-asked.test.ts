import { expect, test, vi } from 'vitest';
import { whenAsked } from '#backend/when-asked.ts';

test('a room is built once, when it is first asked for, and taken down where it was built', async () => {
  const close = vi.fn(async () => undefined);
  const build = vi.fn(async () => ({ close }));
  const room = whenAsked(build);
  expect(build).not.toHaveBeenCalled();
  const [first, second] = await Promise.all([room.open(), room.open()]);
  expect(first).toBe(second);
  expect(build).toHaveBeenCalledTimes(1);
  await room.close();
  expect(close).toHaveBeenCalledTimes(1);
});

test('what was never asked for is not built to be closed; what could not be built is tried anew', async () => {
  const close = vi.fn(async () => undefined);
  const build = vi.fn(async () => ({ close }));
  await whenAsked(build).close();
  expect(build).not.toHaveBeenCalled();
  build.mockRejectedValueOnce(new Error('no memory'));
  const room = whenAsked(build);
  await expect(room.open()).rejects.toThrow('no memory');
  await room.close();
  await room.open();
  expect(build).toHaveBeenCalledTimes(2);
});
