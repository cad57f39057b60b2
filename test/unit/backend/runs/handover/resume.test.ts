import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fillTemplate } from '#backend/runs/handover/fill-template.ts';
import { withResume } from '#backend/runs/handover/resume.ts';
import { checkTasks } from '#backend/runs/spec/index.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';

const task = (resume: string, run = 'python train.py'): TaskSpec => {
  const { tasks, errors } = checkTasks(`run: |-\n  ${run}\ncheckpoint: {path: c, resume: ${resume}}\n`);
  const [spec] = tasks;
  if (spec === undefined) throw new Error(JSON.stringify(errors));
  return spec;
};
const from = { path: '/home/u/c/step 7', step: 7 };

test('a beginning is as the task says, and a script that names the variable finds it', () => {
  expect(withResume(task('{env: FROM}'), null)).toEqual({ script: 'python train.py', env: {}, untold: null });
  const named = withResume(task('{argument: --resume}', 'python train.py $TRAINYARD_RESUME'), null);
  expect(named.env).toEqual({ TRAINYARD_RESUME: '' });
});

test('going on is said by a variable, an argument, the place that the script names, or a command of its own', () => {
  const always = { TRAINYARD_CHECKPOINT: from.path, TRAINYARD_CHECKPOINT_STEP: '7' };
  expect(withResume(task('{}'), from)).toEqual({ script: 'python train.py', env: always, untold: null });
  expect(withResume(task('{env: FROM}'), from).env).toEqual({ ...always, FROM: from.path });
  expect(withResume(task('{argument: --resume}'), from)).toMatchObject({
    script: "python train.py --resume '/home/u/c/step 7'",
    untold: null,
  });
  expect(withResume(task('{argument: "--resume="}'), { path: '/c/7', step: null })).toMatchObject({
    script: 'python train.py --resume=/c/7',
    env: { TRAINYARD_CHECKPOINT: '/c/7', TRAINYARD_CHECKPOINT_STEP: '' },
  });
  const named = withResume(
    task('{argument: --resume}', 'python a.py $\u007bTRAINYARD_RESUME} && echo'),
    from,
  );
  expect(named).toMatchObject({ script: 'python a.py $\u007bTRAINYARD_RESUME} && echo', untold: null });
  expect(named.env).toMatchObject({ TRAINYARD_RESUME: '--resume /home/u/c/step 7' });
  expect(withResume(task("{command: 'python go.py {checkpoint} --from {step} {x}'}"), from).script).toBe(
    "python go.py '/home/u/c/step 7' --from 7 {x}",
  );
});

test('where the trainer is not surely known it is not told, and that is said', () => {
  const resumed = withResume(task('{argument: --resume}', 'python train.py || exit 1'), from);
  expect(resumed).toMatchObject({
    script: 'python train.py || exit 1',
    untold: { message: expect.stringContaining('alternatives') },
    env: { TRAINYARD_RESUME: '--resume /home/u/c/step 7' },
  });
});

test('a path stays one word whatever it holds and wherever it is put', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom('a', ' ', "'", '"', '$', '`', '\\', '*', '{step}', ';'),
        minLength: 1,
      }),
      fc.constantFrom('%s', '"%s"', "'%s'", 'x"%s"y', '\\"%s'),
      (checkpoint, form) => {
        const filled = fillTemplate(`printf '<%s>' ${form.replace('%s', '{checkpoint}')}`, {
          checkpoint,
          step: 1,
        });
        const { stdout, status } = spawnSync('sh', ['-c', filled], { timeout: 30_000 });
        expect(status).toBe(0);
        const inner = form
          .replaceAll(/^["']|["']$/g, '')
          .replaceAll(/(?<!\\)"/g, '')
          .replace('\\"', '"');
        expect(stdout.toString()).toBe(`<${inner.replace('%s', () => checkpoint)}>`);
      },
    ),
    { numRuns: 60 },
  );
});
