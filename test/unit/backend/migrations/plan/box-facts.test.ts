import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFacts } from '#backend/migrations/plan/box-facts.ts';
import { neededPaths } from '#backend/migrations/plan/needed-paths.ts';
import { specOf } from './some-facts.ts';

const answer = `a noisy login
ty-move architecture x86_64
ty-move system Linux
ty-move disk 1000
ty-move memory 2000
ty-move ports 0016 1F90
ty-move path 1 directory
ty-move path 2 none
ty-move path 9 file
ty-move processes 2
ty-move resident 300
ty-move handles 1
ty-move world 4
ty-move python /usr/bin/bash of python
ty-move python /usr/bin/python3.11
ty-move torchdir /usr/lib/python3/dist-packages/torch
ty-move torch 1.13.0
ty-move size rest 3 4096
ty-move size nonsense 3 4096
ty-move end
`;

test('an answer is read', () => {
  expect(parseFacts(answer, 3)).toEqual({
    architecture: 'x86_64',
    system: 'Linux',
    diskFreeBytes: 1_024_000,
    memoryAvailableBytes: 2_048_000,
    listening: new Set([22, 8080]),
    paths: ['directory', 'none', null],
    python: '/usr/bin/python3.11',
    torchDirectory: '/usr/lib/python3/dist-packages/torch',
    torch: '1.13.0',
    processes: 2,
    residentBytes: 307_200,
    handles: 1,
    worldSize: 4,
    sizes: { rest: { files: 3, bytes: 4096 } },
  });
});

test('one that is cut off is none, and what is damaged in it is not known', () => {
  expect(parseFacts(answer.slice(0, -5), 3)).toBeNull();
  expect(parseFacts('', 0)).toBeNull();
  const damaged = parseFacts('ty-move disk lots\nty-move path x\nty-move size rest -1 5\nty-move end\n', 1);
  expect(damaged).toMatchObject({ diskFreeBytes: null, paths: [null], sizes: {}, listening: null });
});

test('50,000 answers of any kind: never a crash, never a number that is none', () => {
  const piece = fc.constantFrom(
    ...[
      'ty-move ',
      'disk ',
      'path ',
      'size ',
      'ports ',
      'end',
      '\n',
      '1',
      '999999999999999999',
      ' ',
      '-',
      'rest',
      'file',
      '\0',
      'é',
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const facts = parseFacts(`${pieces.join('')}\nty-move end\n`, 2);
      if (facts === null) return false;
      const numbers = [
        facts.diskFreeBytes ?? 0,
        facts.residentBytes,
        facts.worldSize,
        facts.sizes.rest?.bytes ?? 0,
      ];
      return numbers.every((each) => Number.isFinite(each) && each >= 0) && facts.paths.length === 2;
    }),
    { numRuns: 50_000 },
  );
});

test('paths that the task names, but for those that a mount brings or that every machine has', () => {
  const spec = specOf(
    [
      'envs: {DATA: /mnt/data/set, OUT: ~/out, URL: "https://example.com/x/y", FLAG: "a=/opt/x:/opt/y"}',
      'file_mounts: {/mnt/brought: /etc/hostname}',
      'run: |',
      '  source /opt/env/bin/activate > /dev/null',
      '  python train.py --data="/mnt/brought/a" --more=\'/srv/b\' --tmp /tmp/x / //',
      '  cat /home/u/.trainyard/runs/abc/code/x',
    ].join('\n'),
  );
  expect(neededPaths(spec, '/home/u/.trainyard/runs/abc')).toEqual([
    '/mnt/data/set',
    '~/out',
    '/opt/x',
    '/opt/y',
    '/opt/env/bin/activate',
    '/srv/b',
  ]);
});
