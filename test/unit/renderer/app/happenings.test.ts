import { expect, it } from 'vitest';
import { actionsOfNotice, happeningOf, isWanted } from '#renderer/app/happenings.ts';
import type { Notice } from '#shared/domain/event.ts';
import { settings } from '#shared/domain/settings.ts';

const notice = (code: string, more: Partial<Notice> = {}): Notice => ({
  id: 'n1',
  at: 1,
  level: 'info',
  code,
  params: { name: 'llama', machine: 'heron' },
  message: 'It happened.',
  ...more,
});
const copy = (state: 'running' | 'done' | 'failed', endedAt: number | null) => ({
  type: 'copy.changed' as const,
  copy: {
    id: 'copy00000001',
    from: { machineId: 'm1', machineName: 'heron', path: '/a' },
    to: { machineId: 'm2', machineName: 'kite', path: '/b' },
    path: null,
    state,
    startedAt: 1,
    endedAt,
    progress: {
      doneBytes: 0,
      totalBytes: 0,
      doneFiles: 0,
      totalFiles: 0,
      bytesPerSecond: 0,
      remainingMs: null,
    },
    recopied: 0,
    error: null,
  },
});

it('a run that ended can be opened, read and run again; a move shown; a site seen to', () => {
  expect(actionsOfNotice(notice('RUN_FAILED', { runId: 'r1' })).map(({ path }) => path)).toEqual([
    '/runs/r1',
    '/runs/r1?tab=log',
    '/new?from=r1',
  ]);
  expect(actionsOfNotice(notice('MOVE_DONE', { runId: 'r1' })).map(({ path }) => path)).toEqual([
    '/runs/r1',
    '/runs/r1?tab=moves',
  ]);
  expect(actionsOfNotice(notice('SITE', { siteId: 's1' })).map(({ path }) => path)).toEqual(['/sites']);
  expect(actionsOfNotice(notice('SETTING_RESET'))).toEqual([]);
});

it('the end of a copy is told once, and not if it was before', () => {
  const told = new Set<string>();
  expect(happeningOf(copy('running', null), 100, told)).toBeNull();
  expect(happeningOf(copy('done', 50), 100, told)).toBeNull();
  expect(happeningOf(copy('done', 150), 100, told)).toMatchObject({
    kind: 'done',
    level: 'info',
    actions: [{ path: '/files/m2?path=%2F' }],
  });
  expect(happeningOf(copy('done', 150), 100, told)).toBeNull();
});

it('a copy that failed says why, and leads to the machine', () => {
  const { type, copy: job } = copy('failed', 150);
  const error = {
    code: 'COPY_DISK_FULL',
    message: 'The disk on kite is full.',
    params: {},
    details: '',
    retryable: false,
  };
  expect(happeningOf({ type, copy: { ...job, error } }, 100, new Set())).toMatchObject({
    level: 'error',
    body: expect.stringMatching(/^The copy to kite:\/b failed\. The disk/),
    actions: [{ path: '/machines/m2' }],
  });
});

it('is told outside of the page as the settings say', () => {
  const ended = happeningOf(
    { type: 'notice', notice: notice('RUN_SUCCEEDED', { runId: 'r1' }) },
    0,
    new Set(),
  );
  const all = settings.parse({});
  if (!ended) throw new Error('nothing was told');
  expect(isWanted(ended, all)).toBe(true);
  expect(isWanted(ended, { ...all, notifyRunEnded: false })).toBe(false);
});
