import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { clockedBox } from '#test/lab/clocked-box.ts';
import { type BoxKind, isAlive, killed, type LocalBox, localBox } from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

// An armed stop where clocks are set, guards are killed at bad moments, and disks are full: it comes, and never too late.
const open: LocalBox[] = [];
afterEach(async () => {
  for (const box of open.splice(0)) await box.close();
});
const token = 'laptopA';
const hour = { token, seconds: 3600, graceSeconds: 1 };

async function boxWithClock(kind: BoxKind) {
  const box = await clockedBox(kind);
  open.push(box);
  return { box, set: box.setClock };
}
async function started(box: LocalBox, run = 'trap "" TERM; echo ready; sleep 1000') {
  const launch = box.launchOf(run);
  await box.runs.launch(launch);
  await until('it is ready', async () => (await box.log(launch.runId)).includes('ready'));
  return launch.runId;
}
const record = (box: LocalBox, runId: string, name: string) =>
  readFileSync(`${box.root}/runs/${runId}/attempts/1/${name}`, 'utf8').trim().split(' ');

describe.skipIf(!needs('linux', 'dash'))('the clocks of a machine', () => {
  test('a wall clock that jumps ahead (a machine that was asleep) ends it at once', async () => {
    const { box, set } = await boxWithClock('dash');
    const runId = await started(box);
    await box.runs.arm(runId, 1, hour);
    expect((await box.attempt(runId)).armed?.remainingMs).toBeGreaterThan(3_000_000);
    set(4000);
    expect((await box.ended(runId)).exit).toMatchObject({ signal: 'SIGKILL', by: 'timer' });
    await box.nothingLeft();
  });

  test.each(['dash', 'bare'] as const)(
    'a wall clock that is set back gives it no more time (%s)',
    async (kind) => {
      const { box, set } = await boxWithClock(kind);
      const runId = await started(box);
      await box.runs.arm(runId, 1, { token, seconds: 2, graceSeconds: 0 });
      set(-7200);
      expect((await box.ended(runId)).exit).toMatchObject({ by: 'timer' });
      await box.nothingLeft();
    },
  );

  test('too late is too late: after the time no renewal and no disarm, though no guard has come by yet', async () => {
    const { box, set } = await boxWithClock('dash');
    const [renewed, disarmed] = [await started(box), await started(box)];
    for (const runId of [renewed, disarmed]) {
      await box.runs.arm(runId, 1, hour);
      for (const name of ['timer', 'beater']) killed(Number(record(box, runId, name)[0]), 'SIGSTOP');
    }
    set(4000);
    await expect(box.runs.arm(renewed, 1, hour)).rejects.toMatchObject({ code: 'RUN_NOT_ALIVE' });
    await expect(box.runs.disarm(disarmed, 1, token)).rejects.toMatchObject({ code: 'RUN_NOT_ALIVE' });
    for (const runId of [renewed, disarmed])
      expect((await box.ended(runId)).exit).toMatchObject({ by: 'timer' });
    for (const runId of [renewed, disarmed]) killed(Number(record(box, runId, 'timer')[0]), 'SIGCONT');
    await box.killEverything();
  });

  test('a renewal brings back a guard that was killed; twenty leave no trail of files', async () => {
    const { box } = await boxWithClock('dash');
    const runId = await started(box);
    await box.runs.arm(runId, 1, hour);
    const first = Number(record(box, runId, 'timer')[0]);
    killed(first);
    await until('it is gone', () => !isAlive(first));
    for (let times = 0; times < 20; times++) await box.runs.arm(runId, 1, hour);
    const second = Number(record(box, runId, 'timer')[0]);
    expect(second).not.toBe(first);
    expect(isAlive(second)).toBe(true);
    const files = readdirSync(`${box.root}/runs/${runId}/attempts/1`).filter((name) =>
      name.startsWith('arm.'),
    );
    expect(files.length).toBeLessThanOrEqual(5);
    await box.runs.kill(runId, 1, 'test');
    await box.ended(runId);
    await box.nothingLeft();
  });

  test('whoever starts the stop is killed before it has sent anything: the other sends it', async () => {
    const { box } = await boxWithClock('dash');
    const runId = await started(
      box,
      'trap "echo told; exit 0" TERM; echo ready; while :; do sleep 0.05; done',
    );
    await box.runs.arm(runId, 1, hour);
    const attempt = `${box.root}/runs/${runId}/attempts/1`;
    // As one leaves it that is killed right after it has won.
    const newest = readdirSync(attempt)
      .filter((name) => /^arm\.1/.test(name))
      .sort()
      .at(-1);
    const next = Number(newest?.slice('arm.'.length)) + 1;
    execFileSync('ln', [`${attempt}/arm.fire`, `${attempt}/arm.${next}`]);
    expect((await box.ended(runId)).exit).toMatchObject({ code: 0, by: 'timer' });
    expect((await box.log(runId)).match(/told/g)).toHaveLength(1);
    await box.nothingLeft();
  });
});

describe.skipIf(!needs('linux', 'dash', 'root'))('a full disk', () => {
  test('cannot be armed, but what was armed before is stopped, recorded, and can be disarmed', async () => {
    const home = await tempDirectory('disk');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,nr_inodes=500', 'tmpfs', home]);
    onTestFinished(() => void execFileSync('umount', ['-l', home]));
    const box = await localBox({ home });
    open.push(box);
    const [armed, spared, late] = [await started(box), await started(box), await started(box)];
    await box.runs.arm(armed, 1, { token, seconds: 3, graceSeconds: 0 });
    await box.runs.arm(spared, 1, hour);
    // It ends, failing, when there is no room for even an empty file.
    spawnSync(
      'sh',
      ['-c', 'cat /dev/zero >"$1/fill"; i=0; while : >"$1/fill$i"; do i=$((i+1)); done', 'sh', home],
      { stdio: 'ignore' },
    );
    await expect(box.runs.arm(late, 1, hour)).rejects.toMatchObject({ code: 'BOX_DISK_FULL' });
    expect((await box.ended(armed)).exit).toMatchObject({ by: 'timer' });
    rmSync(`${home}/fill0`); // a name; there still is no room for a byte
    await box.runs.disarm(spared, 1, token);
    expect(await box.attempt(spared)).toMatchObject({ phase: 'running', armed: null });
    await expect(box.runs.entomb(armed, 1, 'there')).rejects.toMatchObject({ code: 'BOX_DISK_FULL' });
    for (const name of readdirSync(home).filter((one) => one.startsWith('fill')))
      rmSync(path.join(home, name));
    await box.runs.entomb(armed, 1, 'there');
    for (const runId of [spared, late]) await box.runs.kill(runId, 1, 'test');
    for (const runId of [spared, late]) await box.ended(runId);
    await box.nothingLeft();
  });
});
