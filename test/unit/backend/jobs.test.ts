import { expect, test } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { Jobs } from '#backend/jobs.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Progress } from '#shared/domain/event.ts';

function setUp() {
  const events = new EventBus();
  const told: Progress[] = [];
  events.subscribe((event) => {
    if (event.type === 'progress') told.push(event.progress);
  });
  return { jobs: new Jobs(events, systemClock), told };
}

test('a job is told from its start to its end, and listed between', async () => {
  const { jobs, told } = setUp();
  const step = Promise.withResolvers<void>();
  const { jobId, finished } = jobs.start({ title: 'Copy', unit: 'files', total: 2 }, async (job) => {
    job.progress(1);
    await step.promise;
    job.progress(2);
  });
  expect(jobs.list()).toMatchObject([{ jobId, done: 1, total: 2, state: 'running' }]);
  step.resolve();
  await finished;
  expect(jobs.list()).toEqual([]);
  expect(told.at(0)).toMatchObject({ done: 0, state: 'running' });
  expect(told.at(-1)).toMatchObject({ done: 2, state: 'done' });
});

test('failure and cancellation are states, not exceptions', async () => {
  const { jobs, told } = setUp();
  await jobs.start({ title: 'Copy', unit: 'files' }, async () => {
    throw new TrainyardError('DISK_FULL', 'Full.');
  }).finished;
  expect(told.at(-1)).toMatchObject({ state: 'failed', error: { code: 'DISK_FULL' } });
  const { jobId, finished } = jobs.start({ title: 'Wait', unit: 'steps' }, (job) =>
    systemClock.sleep(600_000, job.signal),
  );
  jobs.cancel(jobId);
  await finished;
  expect(told.at(-1)).toMatchObject({ jobId, state: 'cancelled' });
  expect(() => jobs.cancel(jobId)).toThrow(expect.objectContaining({ code: 'JOB_UNKNOWN' }));
});

test('what cannot be cancelled says so; closing ends everything', async () => {
  const { jobs, told } = setUp();
  const { jobId } = jobs.start({ title: 'Restore', unit: 'steps', cancellable: false }, (job) =>
    systemClock.sleep(600_000, job.signal),
  );
  expect(() => jobs.cancel(jobId)).toThrow(expect.objectContaining({ code: 'JOB_NOT_CANCELLABLE' }));
  await jobs.close();
  expect(told.at(-1)).toMatchObject({ jobId, state: 'cancelled' });
});
