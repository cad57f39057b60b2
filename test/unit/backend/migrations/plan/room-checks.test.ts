import { sayScript } from '#shared/domain/script-sentences.ts';
import { judged } from './judged.ts';
import { failure, GB, usualTask } from './some-facts.ts';

// Whether there is room for the run, and how its trainer goes on and its bytes travel.
judged([
  ['there is room on the disk', {}, 'CHECK_DISK', 'pass', null],
  [
    'there is just not room for a tenth more than travels',
    {
      from: { box: { sizes: { data: { files: 1, bytes: 10 * GB } } } },
      to: { box: { diskFreeBytes: 11.5 * GB } },
    },
    'CHECK_DISK_FULL',
    'fail',
    'DO_FREE_DISK',
  ],
  ['the disk does not say', { to: { box: { diskFreeBytes: null } } }, 'CHECK_DISK_UNKNOWN', 'warn', null],
  ['there is memory', {}, 'CHECK_MEMORY', 'pass', null],
  [
    'memory is tight',
    { to: { box: { memoryAvailableBytes: 2.1 * GB } } },
    'CHECK_MEMORY_TIGHT',
    'warn',
    'DO_FREE_MEMORY',
  ],
  [
    'there is too little memory',
    { to: { box: { memoryAvailableBytes: GB } } },
    'CHECK_MEMORY_LOW',
    'fail',
    'DO_FREE_MEMORY',
  ],
  [
    'its ports are free',
    { yaml: `${usualTask}\nresources: {ports: 8080-8090}` },
    'CHECK_PORTS',
    'pass',
    null,
  ],
  [
    'a port of its is taken',
    { yaml: `${usualTask}\nresources: {ports: 8080-8090}`, to: { box: { listening: new Set([8085, 22]) } } },
    'CHECK_PORTS_TAKEN',
    'fail',
    'DO_FREE_PORTS',
  ],
  [
    'a path is here and not there',
    {
      from: { box: { paths: ['directory'] } },
      to: { box: { paths: ['none'] } },
      facts: { neededPaths: ['/data'] },
    },
    'CHECK_PATH_MISSING',
    'warn',
    'DO_BRING_PATH',
  ],
  [
    'a path is at both or at neither',
    {
      from: { box: { paths: ['directory', 'none'] } },
      to: { box: { paths: ['directory', 'none'] } },
      facts: { neededPaths: ['/data', '/nope'] },
    },
    'CHECK_PATHS',
    'pass',
    null,
  ],
  [
    'it has more processes than there are processors',
    { from: { box: { worldSize: 16 } } },
    'CHECK_WORLD_CPUS',
    'warn',
    'DO_CHOOSE_OTHER',
  ],

  ['the trainer is told how to go on', {}, 'CHECK_RESUME', 'pass', null],
  ['it is not told', { yaml: 'run: x\ncheckpoint: {path: c, every: 5}' }, 'CHECK_RESUME_OWN', 'warn', null],
  [
    'its checkpoints lie elsewhere, and it is not told',
    { yaml: 'run: x\ncheckpoint: {path: /data/c, every: 5}' },
    'CHECK_CHECKPOINTS_OUTSIDE',
    'warn',
    'DO_TELL_RESUME',
  ],
  [
    'it cannot surely be told',
    { facts: { untold: sayScript('SCRIPT_COMPOUND') } },
    'CHECK_RESUME_UNSURE',
    'fail',
    'DO_RESUME_VARIABLE',
  ],
  ['it saves when asked', {}, 'CHECK_MODE_REQUEST', 'pass', null],
  [
    'it is to be the next',
    { facts: { asked: { mode: 'next', path: undefined } } },
    'CHECK_MODE_NEXT',
    'pass',
    null,
  ],
  [
    'it is to be the last',
    { facts: { asked: { mode: 'last', path: undefined } } },
    'CHECK_MODE_LAST',
    'pass',
    null,
  ],
  [
    'it is to be asked and does not listen',
    { from: { box: { handles: 0 } }, facts: { asked: { mode: 'request', path: undefined } } },
    'CHECK_MODE_IMPOSSIBLE',
    'fail',
    'DO_HANDLE_SIGNAL',
  ],
  [
    'it has no checkpoints at all',
    { yaml: 'run: x', facts: { checkpoints: null } },
    'CHECK_MODE_IMPOSSIBLE',
    'fail',
    'DO_SAY_PATH',
  ],
  ['the best way is taken', {}, 'CHECK_WAY', 'pass', null],
  [
    'no way works',
    {
      facts: {
        paths: {
          ok: true,
          value: [
            {
              kind: 'direct',
              usable: false,
              bytesPerSecond: null,
              roundTripMs: null,
              why: { code: 'X', params: {}, message: 'No port.' },
            },
          ],
        },
      },
    },
    'CHECK_NO_WAY',
    'fail',
    'DO_OPEN_WAY',
  ],
  [
    'the ways could not be tried',
    { facts: { paths: { ok: false, why: failure('X', 'Gone.') } } },
    'CHECK_NO_WAY',
    'fail',
    'DO_OPEN_WAY',
  ],
  [
    'the way asked for does not work',
    { facts: { asked: { mode: undefined, path: 'bucket' } } },
    'CHECK_WAY_OTHER',
    'fail',
    'DO_ANY_WAY',
  ],
]);
