import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createBoxRuns } from '#backend/runs/box/index.ts';
import { newId } from '#shared/domain/id.ts';
import { killed, processesWith } from '#test/lab/local-box.ts';
import { connectedBox } from '#test/lab/ssh-pool.ts';
import type { BoxShell } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';

// The same over real SSH servers, whose users have different login shells, and through connections that are cut.
const shells: { shell: BoxShell; program: string; present: boolean }[] = [
  { shell: 'bash', program: '/bin/bash', present: needs('linux', 'sshd', 'root') },
  { shell: 'dash', program: '/bin/dash', present: needs('linux', 'sshd', 'root', 'dash') },
  { shell: 'ash', program: 'ash', present: needs('linux', 'sshd', 'root', 'busybox') },
];

const launchOf = (run: string) => ({
  runId: newId(),
  epoch: 1,
  specification: '{"name":"over ssh"}',
  workdir: 'code',
  setup: null,
  setupKey: null,
  run,
  env: { SECRET: 'it\'s "secret"\n$HOME' },
  graceSeconds: 5,
});

async function boxOverSsh(shell: BoxShell, program: string) {
  const { box, pool, target } = await connectedBox({ shell });
  const processes = () =>
    processesWith(`HOME=${box.home}\0`).filter((one) => !one.command.startsWith('sshd'));
  onTestFinished(async () => {
    await until('everything of the box is gone', () => {
      const left = processes();
      for (const { pid } of left) killed(pid);
      return left.length === 0;
    });
  });
  // Anew for each connection, as the app does.
  const connect = async () =>
    createBoxRuns(await pool.connection(target), {
      shell: program.startsWith('/') ? program : path.join(box.directory, program),
      watchEverySeconds: 1,
    });
  return { box, connect, processes };
}

for (const { shell, program, present } of shells) {
  describe.skipIf(!present)(`runs on an SSH box (${shell})`, () => {
    test('the run and its log outlive every connection; nothing of ours is left behind', async () => {
      const { box, connect, processes } = await boxOverSsh(shell, program);
      let runs = await connect();
      const launch = launchOf(
        'echo "$SECRET"; i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "line $i"; [ $((i % 10)) = 0 ] && sleep 0.1; done',
      );
      const launched = await runs.launch(launch);
      expect(launched.directory).toBe(`${box.home}/.trainyard/runs/${launch.runId}`);
      const changes = new AbortController();
      const watched = runs.watch(() => undefined, changes.signal).catch((error: unknown) => error);

      const pieces: Buffer[] = [];
      let offset = 0;
      let cuts = 0;
      for (let complete = false; !complete; ) {
        try {
          for await (const chunk of await runs.followLog(
            launch.runId,
            1,
            offset,
            new AbortController().signal,
          )) {
            pieces.push(chunk as Buffer);
            offset += (chunk as Buffer).length;
            if (cuts < 3 && offset > 400 * (cuts + 1)) {
              cuts++;
              box.dropConnections();
            }
          }
          complete = true;
        } catch (error) {
          expect(error).toMatchObject({ retryable: true });
          runs = await until('it is connected again', connect);
        }
      }
      expect(cuts).toBe(3);
      const log = readFileSync(`${launched.directory}/attempts/1/log`);
      expect(Buffer.concat(pieces).equals(log)).toBe(true);
      expect(log.toString()).toContain('it\'s "secret"\n$HOME\nline 1\n');
      const ended = await until('it has ended', async () => {
        const found = (await runs.status()).attempts[0];
        return found?.phase === 'ended' ? found : null;
      });
      expect(ended).toMatchObject({ pid: launched.pid, exit: { code: 0, by: 'itself' } });
      expect(await watched).toMatchObject({ retryable: true });
      changes.abort();
      await until('nothing of ours runs on the box', () => processes().length === 0);
    });

    test('a stop is seen through by the box when the connection is cut at once', async () => {
      const { box, connect, processes } = await boxOverSsh(shell, program);
      const runs = await connect();
      const launch = launchOf('trap "" TERM; echo ready; while :; do sleep 0.2; done');
      await runs.launch(launch);
      await until('it is ready', async () =>
        String(await runs.readLog(launch.runId, 1, 0, 1000)).includes('ready'),
      );
      await runs.stop(launch.runId, 1, 1, 'test');
      box.dropConnections();
      await until('nothing of ours runs on the box', () => processes().length === 0);
      const again = await until('it is connected again', connect);
      expect((await again.status()).attempts).toMatchObject([
        { phase: 'ended', exit: { code: 137, by: 'user' } },
      ]);
    });

    test('a setup ahead of its launch: done over the connection, and ended with all of it when that is cut', async () => {
      const { box, connect, processes } = await boxOverSsh(shell, program);
      const runs = await connect();
      const { runId, workdir } = launchOf('');
      const setup = 'printf %s "$SECRET" >made';
      const asked = { runId, workdir, setup, setupKey: 'ahead', env: { SECRET: `it's "secret"` } };
      await runs.warm(asked, new AbortController().signal);
      const code = path.join(box.home, '.trainyard/runs', runId, 'code');
      expect(readFileSync(`${code}/made`, 'utf8')).toBe(`it's "secret"`);
      const endless = { ...asked, setup: ': >begun; while :; do sleep 1; done', setupKey: 'endless' };
      const under = runs.warm(endless, new AbortController().signal).catch((error: unknown) => error);
      await until('it has begun', () => existsSync(`${code}/begun`));
      box.dropConnections();
      expect(await under).toMatchObject({ retryable: true });
      await until('nothing of ours runs on the box', () => processes().length === 0);
    });

    test('armed and cut off: the box keeps the time by itself', async () => {
      const { box, connect, processes } = await boxOverSsh(shell, program);
      const runs = await connect();
      const launch = launchOf('trap "" TERM; echo ready; while :; do sleep 0.2; done');
      await runs.launch(launch);
      await until('it is ready', async () =>
        String(await runs.readLog(launch.runId, 1, 0, 1000)).includes('ready'),
      );
      await runs.arm(launch.runId, 1, { token: 'a', seconds: 1, graceSeconds: 1 });
      box.dropConnections();
      await until('nothing of ours runs on the box', () => processes().length === 0);
      const again = await until('it is connected again', connect);
      expect((await again.status()).attempts).toMatchObject([
        { phase: 'ended', exit: { code: 137, by: 'timer' }, armed: { token: 'a', fired: true } },
      ]);
    });
  });
}
