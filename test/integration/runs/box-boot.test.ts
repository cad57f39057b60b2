import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { BoxBootPlan, BoxLaunch } from '#backend/runs/box/index.ts';
import { type BoxKind, type LocalBox, localBox, script } from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

// A machine that is started anew goes on with its runs, though no laptop is there. crontab, cron and systemctl are stand-ins
// at the outermost edge; the reboot is what it leaves behind: no process, and records of another boot.
const kinds: { kind: BoxKind; present: boolean }[] = [
  { kind: 'dash', present: needs('linux', 'dash') },
  { kind: 'busybox', present: needs('linux', 'busybox') },
  { kind: 'bare', present: needs('linux', 'dash') },
];

const open: LocalBox[] = [];
afterEach(async () => {
  for (const box of open.splice(0)) await box.close();
});

interface Machine {
  box: LocalBox;
  crontab: string;
  /** Ends everything as a machine that goes down does, and makes the records those of another boot. */
  goesDown(runIds: string[], epoch?: number): Promise<void>;
  /** What cron does when it starts: each @reboot line of the crontab, in cron's own environment. */
  comesUp(): void;
  log(): string;
}

async function machine(
  kind: BoxKind,
  { cron = 'runs' }: { cron?: 'runs' | 'stands' | 'denied' | 'absent' } = {},
) {
  const directory = await tempDirectory('boot');
  const bin = path.join(directory, 'bin');
  mkdirSync(bin);
  const crontab = path.join(directory, 'crontab');
  if (cron === 'denied')
    script(
      `${bin}/crontab`,
      '#!/bin/sh\necho "You (x) are not allowed to use this program (crontab)" >&2; exit 1\n',
    );
  else
    script(
      `${bin}/crontab`,
      `#!/bin/sh
if [ "$1" = -l ]; then
  [ -e '${crontab}' ] || { echo "no crontab for x" >&2; exit 1; }
  cat '${crontab}'
else
  cat "$1" >'${crontab}'
fi
`,
    );
  if (cron === 'runs' || cron === 'denied') {
    // Anything that is called so: it is only looked for.
    copyFileSync('/bin/sleep', `${directory}/cron`);
    execFileSync('chmod', ['+x', `${directory}/cron`]);
    const daemon = spawn(`${directory}/cron`, ['1000'], { stdio: 'ignore', env: {} });
    onTestFinished(() => void daemon.kill('SIGKILL'));
  }
  const plain = await localBox({ kind });
  open.push(plain);
  const inner = await plain.programs.exec({ script: 'printf %s "$PATH"' });
  const PATH = `${bin}:${inner.stdout}`;
  const box = await localBox({ kind, home: plain.home, env: { PATH, TY_BOOT_TRIES: '1' } });
  open.unshift(box);
  await box.runs.install();
  const bare = kind === 'bare' ? { TY_NO_PROC: '1', TY_NO_FLOCK: '1' } : {};
  const made: Machine & { bin: string } = {
    box,
    bin,
    crontab,
    async goesDown(runIds, epoch = 1) {
      await box.killEverything();
      for (const runId of runIds) {
        asOfAnotherBoot(box, runId, epoch);
      }
    },
    comesUp() {
      for (const line of readFileSync(crontab, 'utf8').split('\n')) {
        const command = /^@reboot (.*)$/.exec(line)?.[1]?.replaceAll('\\%', '%');
        if (command === undefined) continue;
        execFileSync('/bin/sh', ['-c', command], {
          env: { HOME: box.home, PATH, LOGNAME: 'x', TY_BEAT: '1', TY_BOOT_TRIES: '1', ...bare },
        });
      }
    },
    log: () => readFileSync(`${box.root}/boot.log`, 'utf8'),
  };
  return made;
}

function asOfAnotherBoot(box: LocalBox, runId: string, epoch: number): void {
  const file = `${box.root}/runs/${runId}/attempts/${epoch}/start`;
  const words = readFileSync(file, 'utf8').trim().split(' ');
  writeFileSync(file, `${words.with(1, '11111111-2222-3333-4444-555555555555').join(' ')}\n`);
}

const run = 'echo "ready $WORD $TRAINYARD_EPOCH"; sleep 1000';
const planOf = (launch: BoxLaunch, more: Partial<BoxBootPlan> = {}): BoxBootPlan => {
  const { runId: _runId, epoch: _epoch, token: _token, ...rest } = launch;
  return { launch: { ...rest, env: { WORD: 'again' } }, secretNames: [], max: 2, ...more };
};

for (const { kind, present } of kinds) {
  describe.skipIf(!present)(`after a reboot (${kind})`, () => {
    test('what was alive goes on by itself, so many times; other lines of the crontab stay as they are', async () => {
      const { box, crontab, goesDown, comesUp, log } = await machine(kind);
      writeFileSync(crontab, '# mine\n0 3 * * * backup 100\\% # trainyard-like\n');
      const launch = box.launchOf(run, { env: { WORD: 'first' }, specification: '{"name":"x"}' });
      const ending = box.launchOf('exit 3');
      const other = box.launchOf('echo "ready"; sleep 1000');
      for (const one of [launch, ending, other]) await box.runs.launch(one);
      await box.ended(ending.runId);
      await until('it runs', async () => (await box.log(launch.runId)).includes('ready'));
      for (const one of [launch, ending])
        expect(await box.runs.startAtBoot(one.runId, 1, planOf(one))).toEqual({
          by: 'cron',
          why: null,
          details: null,
        });
      // Again, with the next checkpoint.
      await box.runs.startAtBoot(launch.runId, 1, planOf({ ...launch, run: `echo "from 5"; ${run}` }));
      expect(readFileSync(crontab, 'utf8')).toMatch(
        /^# mine\n0 3 \* \* \* backup 100\\% # trainyard-like\n@reboot [^\n]* # trainyard\n$/,
      );
      expect(statSync(`${box.root}/runs/${launch.runId}/boot`).mode & 0o777).toBe(0o600);

      await goesDown([launch.runId, ending.runId, other.runId]);
      comesUp();
      await until('it goes on', async () => (await box.log(launch.runId, 2)).includes('ready again 2'));
      expect(await box.log(launch.runId, 2)).toContain('from 5');
      const report = await box.runs.status();
      expect(report.attempts.filter(({ runId }) => runId === launch.runId)).toMatchObject([
        { epoch: 1, phase: 'lost', startedAtBoot: false },
        { epoch: 2, phase: 'running', startedAtBoot: true, trainerAlive: true },
      ]);
      expect(await box.runs.readSpecification(launch.runId, 2)).toBe('{"name":"x"}');
      for (const one of [ending, other])
        expect(report.attempts.filter(({ runId }) => runId === one.runId)).toHaveLength(1);
      expect(log()).toContain('launched');

      // cron is started anew, the machine is not.
      comesUp();
      expect((await box.runs.status([launch.runId])).attempts).toHaveLength(2);
      // A run that brings the machine down does so no more often than agreed.
      await goesDown([launch.runId], 2);
      comesUp();
      await until('a second time', async () => (await box.log(launch.runId, 3)).includes('ready again 3'));
      await goesDown([launch.runId], 3);
      comesUp();
      expect((await box.runs.status([launch.runId])).attempts).toHaveLength(3);
      expect(log()).toContain('2 times');

      for (const one of [launch, ending])
        expect(await box.runs.startAtBoot(one.runId, 1, null)).toMatchObject({ by: 'off' });
      expect(readFileSync(crontab, 'utf8')).toBe('# mine\n0 3 * * * backup 100\\% # trainyard-like\n');
      expect(existsSync(`${box.root}/runs/${launch.runId}/boot`)).toBe(false);
    });

    test('stopped, armed, moved, or planned for an older attempt: left to the laptop', async () => {
      const { box, goesDown, comesUp, log } = await machine(kind);
      const [stopped, armed, moved, renewed] = ['stopped', 'armed', 'moved', 'renewed'].map(() =>
        box.launchOf('trap "" TERM; echo ready; while :; do sleep 1; done'),
      ) as [BoxLaunch, BoxLaunch, BoxLaunch, BoxLaunch];
      for (const one of [stopped, armed, moved, renewed]) {
        await box.runs.launch(one);
        await box.runs.startAtBoot(one.runId, 1, planOf(one));
      }
      await box.runs.stop(stopped.runId, 1, 3600, 'test');
      await box.runs.arm(armed.runId, 1, { token: 'a', seconds: 3600, graceSeconds: 1 });
      for (const one of [moved, renewed]) {
        await box.runs.kill(one.runId, 1, 'test');
        await box.ended(one.runId);
      }
      await box.runs.launch({ ...renewed, epoch: 2 });
      await goesDown([stopped.runId, armed.runId]);
      await goesDown([renewed.runId], 2);
      const file = `${box.root}/runs/${moved.runId}/attempts/1/exit`;
      await box.runs.entomb(moved.runId, 1, 'elsewhere');
      writeFileSync(file, '\n');
      writeFileSync(file.replace('exit', 'stop'), '\n');
      writeFileSync(file.replace('exit', 'state'), 'running 1\n');
      await goesDown([moved.runId]);
      comesUp();
      for (const why of ['was to end', 'about to be moved', 'has moved', 'since this was planned'])
        expect(log()).toContain(why);
      expect(log()).not.toContain('launched');
      expect((await box.runs.status()).attempts.every(({ trainerAlive }) => !trainerAlive)).toBe(true);
    });
  });
}

describe.skipIf(!needs('linux', 'dash'))('what starts it', () => {
  const asked = async (options: Parameters<typeof machine>[1], plan: Partial<BoxBootPlan> = {}) => {
    const made = await machine('dash', options);
    script(`${made.bin}/systemctl`, '#!/bin/sh\necho "no bus" >&2; exit 1\n');
    const launch = made.box.launchOf('echo ready; sleep 1000');
    await made.box.runs.launch(launch);
    return {
      ...made,
      launch,
      answer: await made.box.runs.startAtBoot(launch.runId, 1, planOf(launch, plan)),
    };
  };

  test("a run with secrets is not the box's to start: it has none of them", async () => {
    const { answer, box, launch, crontab } = await asked({}, { secretNames: ['WANDB_API_KEY'] });
    expect(answer).toEqual({ by: 'impossible', why: 'secrets', details: 'WANDB_API_KEY' });
    expect(existsSync(`${box.root}/runs/${launch.runId}/boot`)).toBe(false);
    expect(existsSync(crontab)).toBe(false);
  });

  test('a crontab that is not allowed, and no systemd that would do it: impossible, and why', async () => {
    const { answer, box, launch, bin } = await asked({ cron: 'denied' });
    expect(answer).toMatchObject({ by: 'impossible', why: 'no-scheduler' });
    expect(answer.details).toContain('not allowed');
    expect(existsSync(`${box.root}/runs/${launch.runId}/boot`)).toBe(false);

    // systemd, for a user who lingers: its unit is written and enabled, and taken away again.
    script(`${bin}/loginctl`, '#!/bin/sh\necho Linger=yes\n');
    script(`${bin}/systemctl`, `#!/bin/sh\necho "$*" >>'${bin}/asked'\n`);
    expect(await box.runs.startAtBoot(launch.runId, 1, planOf(launch))).toMatchObject({ by: 'systemd' });
    const unit = `${box.home}/.config/systemd/user/trainyard-boot.service`;
    expect(readFileSync(unit, 'utf8')).toMatch(/^ExecStart="\/bin\/dash" ".*\/boot\.sh" /m);
    await box.runs.startAtBoot(launch.runId, 1, null);
    expect(existsSync(unit)).toBe(false);
    expect(readFileSync(`${bin}/asked`, 'utf8')).toBe(
      '--user enable trainyard-boot.service\n--user disable trainyard-boot.service\n',
    );
  });

  test('a plan that makes no sense is not sent', async () => {
    const { box, launch } = await machine('dash').then(async (made) => ({
      ...made,
      launch: made.box.launchOf('true'),
    }));
    const bad = planOf(launch);
    await expect(box.runs.startAtBoot(launch.runId, 1, { ...bad, max: 0 })).rejects.toMatchObject({
      code: 'RUN_REQUEST_INVALID',
    });
    await expect(box.runs.startAtBoot(launch.runId, 1, bad)).rejects.toMatchObject({
      code: 'RUN_UNKNOWN_ON_BOX',
    });
  });
});

describe.skipIf(!needs('linux', 'root', 'dash', 'cron'))("Debian's own cron", () => {
  test('its crontab takes the line, and cron starts the run when it starts', async () => {
    const directory = await tempDirectory('cron');
    const spool = path.join(directory, 'spool');
    execFileSync('sh', [
      '-c',
      'mkdir -p "$1/crontabs" && chgrp crontab "$1/crontabs" && chmod 1730 "$1/crontabs"',
      'sh',
      spool,
    ]);
    // The machine's own crontabs, jobs and marks are out of sight, and stay as they are.
    const mounts = `mount --bind ${spool} /var/spool/cron && mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /etc/cron.d && mount --bind /dev/null /etc/crontab`;
    const apart = (command: string) => ['-m', 'sh', '-c', `${mounts} && ${command}`, 'sh'];
    const cron = () => {
      const daemon = spawn('unshare', apart('exec cron -f'), { stdio: 'ignore', detached: true });
      onTestFinished(() => void daemon.kill('SIGKILL'));
      return daemon;
    };
    const box = await localBox({
      programsShell: script(
        `${directory}/shell`,
        `#!/bin/sh\nexec unshare -m sh -c '${mounts} && exec /bin/dash "$@"' sh "$@"\n`,
      ),
    });
    open.push(box);
    const environment = `HOME="${box.home}"\nTY_BEAT=1\nTY_BOOT_TRIES=1\n`;
    await box.programs.exec({ script: 'crontab -' }, { stdin: environment });
    const first = cron();
    const launch = box.launchOf(run);
    await box.runs.launch(launch);
    const answer = await until('cron runs', async () => {
      const said = await box.runs.startAtBoot(launch.runId, 1, planOf(launch));
      return said.by === 'impossible' ? null : said;
    });
    expect(answer.by).toBe('cron');
    first.kill('SIGKILL');
    await box.killEverything();
    asOfAnotherBoot(box, launch.runId, 1);
    cron();
    await until('it goes on', async () => {
      const log = path.join(box.root, 'runs', launch.runId, 'attempts/2/log');
      return existsSync(log) && readFileSync(log, 'utf8').includes('ready again 2');
    });
  });
});
