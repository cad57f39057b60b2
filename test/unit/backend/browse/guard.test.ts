import { expect, test } from 'vitest';
import { whyProtected } from '#backend/browse/guard.ts';

const surroundings = {
  home: '/home/me',
  homes: ['/root', '/home/me', '/home/you', '/var/www'],
  mounts: 'sysfs /sys sysfs rw 0 0\n/dev/sdb1 /data/big\\040disk ext4 rw 0 0\n- /Volumes/Stick\n',
};
const live = [{ directory: '/home/me/.trainyard/runs/one', work: '/home/me/.trainyard/runs/one/code' }];
const isProtected = (path: string) => whyProtected(path, surroundings, live) !== null;

test('what others or the system need is not removed', () => {
  for (const path of [
    '/',
    '/usr',
    '/data',
    '/home',
    '/home/me',
    '/home/you',
    '/var/www',
    '/sys',
    '/data/big disk',
    '/Volumes/Stick',
  ])
    expect(isProtected(path), path).toBe(true);
  for (const path of [
    '/home/me/project',
    '/data/other',
    '/data/big disk/old',
    '/usr/local/mine',
    '/home/me2',
    '/tmp/x',
  ])
    expect(isProtected(path), path).toBe(false);
});

test('nor what holds or is a live run; what lies in the directory it works in may be', () => {
  const run = '/home/me/.trainyard/runs/one';
  for (const path of [
    '/home/me/.trainyard',
    '/home/me/.trainyard/runs',
    run,
    `${run}/code`,
    `${run}/attempts`,
    `${run}/attempts/1/log`,
  ])
    expect(isProtected(path), path).toBe(true);
  for (const path of [`${run}/code/checkpoints/step-1`, '/home/me/.trainyard/runs/two', `${run}2`])
    expect(isProtected(path), path).toBe(false);
});
