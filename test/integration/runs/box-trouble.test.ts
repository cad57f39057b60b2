import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { RunsPrograms } from '#backend/processes/index.ts';
import { type BoxReport, createBoxRuns } from '#backend/runs/box/index.ts';
import { newId } from '#shared/domain/id.ts';
import {
  isAlive,
  killed,
  type LocalBox,
  type LocalBoxOptions,
  localBox,
  script,
} from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const open: LocalBox[] = [];
async function makeBox(options: LocalBoxOptions = {}): Promise<LocalBox> {
  const box = await localBox(options);
  open.push(box);
  return box;
}
afterEach(async () => {
  for (const box of open.splice(0).reverse()) await box.close();
});

/** Changes one word of a record without changing its length on the disk. */
function alter(file: string, index: number, word: string): void {
  const words = readFileSync(file, 'utf8').trim().split(' ');
  words[index] = word;
  writeFileSync(file, `${words.join(' ').padEnd(127)}\n`);
}

describe.skipIf(!needs('linux'))('what a box must withstand', () => {
  test("the environment is in no file, no argument, and in nobody's environment but the trainer's", async () => {
    const box = await makeBox();
    const canary = `canary-${newId()}`;
    const launch = box.launchOf('printf %s "$SECRET" | wc -c; sleep 1000', {
      env: { SECRET: canary },
      setup: '[ -n "$SECRET" ]',
      setupKey: 'canary',
    });
    const { pid } = await box.runs.launch(launch);
    await until('it runs', async () => (await box.log(launch.runId)).includes(`${canary.length}`));
    const files = readdirSync(box.home, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    expect(files.length).toBeGreaterThan(10);
    for (const file of files)
      expect(readFileSync(path.join(file.parentPath, file.name)).includes(canary), file.name).toBe(false);
    const holders = [];
    for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
      const read = (file: string) => {
        try {
          return readFileSync(`/proc/${name}/${file}`, 'latin1');
        } catch {
          return ''; // gone meanwhile
        }
      };
      expect(read('cmdline').includes(canary), name).toBe(false);
      if (read('environ').includes(canary))
        holders.push({ pid: Number(name), session: read('stat').split(') ').pop()?.split(' ')[3] });
    }
    expect(holders.length).toBeGreaterThan(0);
    for (const holder of holders) expect(holder.session).toBe(String(pid));
  });

  test('the trainer finds INT, QUIT, HUP and TERM as a login shell would leave them', async () => {
    const box = await makeBox();
    const launch = box.launchOf('grep SigIgn /proc/self/status');
    await box.runs.launch(launch);
    await box.ended(launch.runId);
    const ignored = Number.parseInt(
      /SigIgn:\s*([0-9a-f]+)/.exec(await box.log(launch.runId))?.[1] ?? 'f',
      16,
    );
    const bit = (signal: number) => 1 << (signal - 1);
    expect(ignored & (bit(1) | bit(2) | bit(3) | bit(15))).toBe(0);
  });

  test('a login profile that ends the shell is no success', async () => {
    const box = await makeBox();
    writeFileSync(path.join(box.home, '.bash_profile'), 'exec true\n');
    const launch = box.launchOf('echo never');
    await box.runs.launch(launch);
    expect(await box.ended(launch.runId)).toMatchObject({
      exit: { code: 125, by: 'supervisor' },
      complaint: expect.stringContaining('.bash_profile'),
    });
    const withSetup = box.launchOf('echo never', { setup: 'echo never', setupKey: 'profile' });
    await box.runs.launch(withSetup);
    expect((await box.ended(withSetup.runId)).exit).toMatchObject({ code: 125 });
    expect(await box.log(withSetup.runId)).toBe('');
  });

  test('a profile cannot take the assigned GPUs away', async () => {
    const box = await makeBox();
    writeFileSync(path.join(box.home, '.bash_profile'), 'export CUDA_VISIBLE_DEVICES=0 FROM_PROFILE=yes\n');
    const launch = box.launchOf('echo "$CUDA_VISIBLE_DEVICES $FROM_PROFILE"', {
      env: { CUDA_VISIBLE_DEVICES: '3,4' },
    });
    await box.runs.launch(launch);
    await box.ended(launch.runId);
    expect(await box.log(launch.runId)).toBe('3,4 yes\n');
  });

  test("variables that could confuse our own scripts are only the trainer's", async () => {
    const box = await makeBox();
    const env = {
      run: 'x',
      epoch: '9',
      attempt: '/nowhere',
      IFS: 'r',
      PATH: '/nowhere:/usr/bin:/bin',
      ty_root: '/',
      TRAINYARD_ATTEMPT: 'no',
    };
    const big = 'b'.repeat(100_000);
    const launch = box.launchOf(
      'printf "%s\\n" "$run $epoch $attempt $PATH $ty_root" "$TRAINYARD_ATTEMPT" "$BIG" | cut -c1-80',
      {
        env: { ...env, BIG: big },
        setup: 'echo "$PATH"',
        setupKey: 'confusing',
      },
    );
    await box.runs.launch(launch);
    expect((await box.ended(launch.runId)).exit).toMatchObject({ code: 0 });
    expect(await box.log(launch.runId)).toBe(
      `${env.PATH}\nx 9 /nowhere ${env.PATH} /\n${launch.runId}.1.\n${'b'.repeat(80)}\n`,
    );
    await expect(
      box.runs.launch({ ...launch, epoch: 2, env: { BIG: `${big}${big}` } }),
    ).rejects.toMatchObject({
      code: 'RUN_REQUEST_INVALID',
    });
  });

  test('a launch whose answer was lost, at whatever moment, is one run when it is sent again', async () => {
    const box = await makeBox();
    await box.runs.install();
    for (let round = 0; round < 12; round++) {
      const launch = box.launchOf('echo started; sleep 1000');
      const leave = new AbortController();
      const lost = box.runs.launch(launch, leave.signal).catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, round * 4));
      leave.abort();
      await lost;
      const launched = await box.runs.launch(launch);
      await until('it has begun', async () => (await box.log(launch.runId)) !== '');
      expect(await box.attempt(launch.runId)).toMatchObject({ phase: 'running', pid: launched.pid });
      expect(await box.log(launch.runId)).toBe('started\n');
      await box.runs.kill(launch.runId, 1, 'test');
      await box.ended(launch.runId);
    }
    await box.nothingLeft();
  });

  test('a launch broken off before there was a process is made anew by the same launch only', async () => {
    const box = await makeBox();
    const launch = box.launchOf('echo ran');
    await box.runs.launch(launch);
    await box.ended(launch.runId);
    // As if the supervisor had been killed between its records and the first process.
    for (const record of ['pid', 'state', 'exit'])
      writeFileSync(`${box.root}/runs/${launch.runId}/attempts/1/${record}`, `${' '.repeat(127)}\n`);
    await expect(box.laptop().launch(launch)).rejects.toMatchObject({ code: 'RUN_EPOCH_STALE' });
    await box.runs.launch(launch);
    expect((await box.ended(launch.runId)).exit).toMatchObject({ code: 0 });
    expect(await box.log(launch.runId)).toBe('ran\n');
  });

  test('a recycled process number is neither trusted nor signalled', async () => {
    const box = await makeBox();
    const launch = box.launchOf('true');
    await box.runs.launch(launch);
    await box.ended(launch.runId);
    const stranger = spawn('sleep', ['1000']);
    onTestFinished(() => void stranger.kill('SIGKILL'));
    const attempt = `${box.root}/runs/${launch.runId}/attempts/1`;
    // As after a supervisor and a trainer that vanished without a word, their numbers now another's.
    writeFileSync(`${attempt}/exit`, `${' '.repeat(127)}\n`);
    writeFileSync(`${attempt}/state`, `${'running 5'.padEnd(127)}\n`);
    alter(`${attempt}/pid`, 0, String(stranger.pid));
    const start = readFileSync(`${attempt}/start`, 'utf8').trim().split(' ');
    writeFileSync(`${attempt}/start`, `${start.with(3, String(stranger.pid)).join(' ')}\n`);
    await box.runs.kill(launch.runId, 1, 'test');
    expect(await box.ended(launch.runId)).toMatchObject({ trainerAlive: false, supervisorAlive: false });
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  });

  test('a process that carries the tag keeps its run alive when nothing else does', async () => {
    const box = await makeBox();
    const launch = box.launchOf('(exec 9>&-; exec setsid sleep 1000) & echo "$!"; sleep 1000');
    const { pid } = await box.runs.launch(launch);
    const child = Number(await until('the child is there', async () => (await box.log(launch.runId)).trim()));
    killed(Number(readFileSync(`${box.root}/runs/${launch.runId}/attempts/1/start`, 'utf8').split(' ')[3]));
    killed(pid);
    const sleeps = () =>
      box.processes().filter((one) => one.command.startsWith('sleep 1000') && one.pid !== child);
    for (const one of sleeps()) killed(one.pid);
    await until('only the child is left', () => sleeps().length === 0 && !isAlive(pid));
    expect(await box.attempt(launch.runId)).toMatchObject({
      phase: 'running',
      trainerAlive: true,
      supervisorAlive: false,
    });
    await expect(box.runs.launch({ ...launch, epoch: 2 })).rejects.toMatchObject({
      code: 'RUN_ALREADY_LIVE',
    });
    killed(child);
    expect(await box.ended(launch.runId)).toMatchObject({ phase: 'lost' });
  });

  test('one damaged run hides no other', async () => {
    const box = await makeBox();
    const [one, two, three] = [box.launchOf('true'), box.launchOf('true'), box.launchOf('true')];
    for (const launch of [one, two, three]) {
      await box.runs.launch(launch);
      await box.ended(launch.runId);
    }
    writeFileSync(`${box.root}/runs/${one.runId}/attempts/1/start`, 'nonsense\u001b[2J\n');
    writeFileSync(`${box.root}/runs/${two.runId}/epoch`, '');
    mkdirSync(`${box.root}/runs/not a run\nat all/attempts/1`, { recursive: true });
    const report = await box.runs.status();
    expect(report.attempts.map((found) => found.runId)).toEqual([three.runId]);
    expect(report.damaged.map((found) => found.runId).toSorted()).toEqual([one.runId, two.runId].toSorted());
  });

  test('two hundred ended attempts come in one round trip', async () => {
    const box = await makeBox();
    const launch = box.launchOf('exit 3');
    await box.runs.launch(launch);
    await box.ended(launch.runId);
    for (let count = 0; count < 200; count++)
      cpSync(`${box.root}/runs/${launch.runId}`, `${box.root}/runs/${newId()}`, { recursive: true });
    let trips = 0;
    const counting: RunsPrograms = {
      exec: (command, options) => {
        trips++;
        return box.programs.exec(command, options);
      },
      spawn: (command, options) => box.programs.spawn(command, options),
    };
    const runs = createBoxRuns(counting, { shell: '/bin/dash' });
    await runs.install();
    trips = 0;
    const report = await runs.status();
    expect(trips).toBe(1);
    expect(report.attempts).toHaveLength(201);
    expect(new Set(report.attempts.map((one) => one.exit?.code))).toEqual(new Set([3]));
  });

  test('changes are told as they happen, to every laptop, and nothing stays behind', async () => {
    const box = await makeBox();
    const launch = box.launchOf('sleep 0.3; exit 2', { setup: 'sleep 0.3', setupKey: 'watched' });
    const leave = new AbortController();
    const phases: string[][] = [[], []];
    const reports: BoxReport[] = [];
    const watches = [box.runs, box.laptop()].map((runs, index) =>
      runs.watch((report) => {
        reports.push(report);
        for (const one of report.attempts)
          if (phases[index]?.at(-1) !== one.phase) phases[index]?.push(one.phase);
      }, leave.signal),
    );
    await until('both have said what is there', () => reports.length >= 2);
    await box.runs.launch(launch);
    await until('both have told of the end', () => phases.every((one) => one.at(-1) === 'ended'));
    for (const told of phases) expect(told).toEqual(['setup', 'running', 'ended']);
    leave.abort();
    await Promise.all(watches);
    await box.nothingLeft();
    expect(readdirSync(`${box.root}/watch`)).toEqual([]);
    expect(readdirSync(`${box.root}/tmp`)).toEqual([]);
  });

  test('a watcher that stopped reading holds no run up', async () => {
    const box = await makeBox();
    await box.runs.install();
    const fifo = `${box.root}/watch/1.fifo`; // init lives: taken for a laptop that is asleep
    execFileSync('mkfifo', [fifo]);
    const sleeper = spawn('sh', ['-c', 'exec 5<>"$1"; yes >&5 & sleep 1000', 'sh', fifo], { detached: true });
    onTestFinished(() => void process.kill(-(sleeper.pid ?? 0), 'SIGKILL'));
    const launch = box.launchOf('exit 5', { setup: 'true', setupKey: 'full' });
    await box.runs.launch(launch);
    expect((await box.ended(launch.runId)).exit).toMatchObject({ code: 5 });
  });
});

describe.skipIf(!needs('linux', 'root'))('what only root can stage', () => {
  /** A shell for RunsPrograms that first changes what the box looks like, in namespaces of its own. */
  async function pretending(unshare: string[], change: string): Promise<string> {
    const directory = await tempDirectory('pretend');
    return script(
      path.join(directory, 'sh'),
      `#!/bin/sh\nexec unshare ${unshare.join(' ')} /bin/sh -c '${change}; exec /bin/dash "$@"' sh "$@"\n`,
    );
  }

  test('after a reboot the attempt is lost, whoever has its numbers now, and can be launched anew', async () => {
    const before = await makeBox();
    const launch = before.launchOf('sleep 1000');
    await before.runs.launch(launch);
    const bootFile = path.join(await tempDirectory('boot'), 'id');
    writeFileSync(bootFile, '11111111-2222-3333-4444-555555555555\n');
    const after = await makeBox({
      home: before.home,
      programsShell: await pretending(['-m'], `mount --bind ${bootFile} /proc/sys/kernel/random/boot_id`),
    });
    const report = await after.runs.status([launch.runId]);
    expect(report.bootId).toBe('11111111-2222-3333-4444-555555555555');
    expect(report.attempts).toMatchObject([
      { phase: 'lost', trainerAlive: false, supervisorAlive: false, exit: null },
    ]);
    expect(report.attempts[0]?.bootId).not.toBe(report.bootId);
    await after.runs.stop(launch.runId, 1, 5, 'test');
    expect(await before.attempt(launch.runId)).toMatchObject({ phase: 'running', trainerAlive: true });
    // What a reboot does to the processes and their lock.
    await before.killEverything();
    expect((await after.attempt(launch.runId)).phase).toBe('lost');
    await after.runs.launch({ ...launch, epoch: 2, run: 'exit 6' });
    expect((await after.ended(launch.runId, 2)).exit).toMatchObject({ code: 6 });
  });

  test('a home shared with another machine: its runs are neither reported, nor stopped, nor started twice', async () => {
    const here = await makeBox();
    const launch = here.launchOf('sleep 1000');
    await here.runs.launch(launch);
    const bootFile = path.join(await tempDirectory('boot'), 'id');
    writeFileSync(bootFile, '99999999-2222-3333-4444-555555555555\n');
    const there = await makeBox({
      home: here.home,
      programsShell: await pretending(
        ['-m', '-u'],
        `hostname elsewhere; mount --bind ${bootFile} /proc/sys/kernel/random/boot_id`,
      ),
    });
    expect((await there.runs.status()).attempts).toEqual([]);
    await expect(there.runs.stop(launch.runId, 1, 0, 'test')).rejects.toMatchObject({
      code: 'RUN_ON_OTHER_MACHINE',
    });
    await expect(there.runs.launch({ ...launch, epoch: 2 })).rejects.toMatchObject({
      code: 'RUN_ALREADY_LIVE',
    });
    await expect(there.runs.remove(launch.runId)).rejects.toMatchObject({ code: 'RUN_ALREADY_LIVE' });
    expect(await here.attempt(launch.runId)).toMatchObject({ phase: 'running', trainerAlive: true });
  });

  async function smallDisk(options: string): Promise<string> {
    const home = await tempDirectory('disk');
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', home]);
    onTestFinished(() => void execFileSync('umount', ['-l', home]));
    return home;
  }
  const fill = (home: string) => {
    try {
      execFileSync(
        'sh',
        [
          '-c',
          'cat /dev/zero >"$1/fill" 2>/dev/null; i=0; while : >"$1/fill$i"; do i=$((i+1)); done',
          'sh',
          home,
        ],
        {
          stdio: 'ignore',
        },
      );
    } catch {
      // ends when there is no room for even an empty file
    }
  };

  test('a full disk: a launch is refused, a running one still ends with its record, the stop still works', async () => {
    const home = await smallDisk('size=2m,nr_inodes=400');
    const box = await makeBox({ home });
    const ending = box.launchOf('while [ ! -e go ]; do sleep 0.05; done; echo no room for this; exit 9');
    const stopped = box.launchOf('sleep 1000');
    for (const launch of [ending, stopped]) await box.runs.launch(launch);
    writeFileSync(`${home}/reserve`, '');
    fill(home);
    const third = box.launchOf('echo never');
    await expect(box.runs.launch(third)).rejects.toMatchObject({ code: 'BOX_DISK_FULL' });
    await expect(box.runs.launch({ ...ending, runId: third.runId })).rejects.toMatchObject({
      code: 'BOX_DISK_FULL',
    });
    await box.runs.stop(stopped.runId, 1, 5, 'test');
    expect((await box.ended(stopped.runId)).exit).toMatchObject({ code: 143, by: 'user' });
    execFileSync('mv', [`${home}/reserve`, `${box.root}/runs/${ending.runId}/code/go`]);
    expect((await box.ended(ending.runId)).exit).toMatchObject({ code: 9, by: 'itself' });
    for (const name of readdirSync(home).filter((one) => one.startsWith('fill')))
      rmSync(path.join(home, name));
    await box.runs.launch(third);
    expect((await box.ended(third.runId)).exit).toMatchObject({ code: 0 });
    await box.nothingLeft();
  });

  test('no room for the scripts: said, nothing half is left, and it works once there is room', async () => {
    const home = await smallDisk('size=1m,nr_inodes=400');
    fill(home);
    const box = await makeBox({ home });
    await expect(box.runs.install()).rejects.toMatchObject({ code: 'BOX_DISK_FULL' });
    for (const name of readdirSync(home).filter((one) => one.startsWith('fill')))
      rmSync(path.join(home, name));
    const launch = box.launchOf('true');
    await box.runs.launch(launch);
    expect((await box.ended(launch.runId)).exit).toMatchObject({ code: 0 });
  });

  test('a home that cannot be written: another place, said so', async () => {
    const home = await smallDisk('size=1m,ro');
    const state = await tempDirectory('state');
    const box = await makeBox({ home, env: { XDG_STATE_HOME: state } });
    const places = await box.runs.install();
    expect(places.root).toBe(`${state}/trainyard`);
    expect(places.warning).toContain(places.root);
    expect(statSync(places.root).mode & 0o777).toBe(0o700);
    const launch = box.launchOf('true');
    await box.runs.launch(launch);
    expect((await box.ended(launch.runId)).exit).toMatchObject({ code: 0 });
  });
});
