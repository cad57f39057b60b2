import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BoxKind, isAlive, type LocalBox, localBox } from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';

// A trainer is asked to save: a signal only where it is handled, since anybody else would die of it.
const kinds: { kind: BoxKind; present: boolean }[] = [
  { kind: 'dash', present: needs('linux', 'dash') },
  { kind: 'bash', present: needs('linux') },
  { kind: 'busybox', present: needs('linux', 'busybox') },
];
const usr1 = { signal: 'SIGUSR1' };
const handler = (name: string) =>
  `import os, signal, subprocess, sys, time
def save(*_): print("saved ${name}", flush=True)
signal.signal(signal.SIGUSR1, save)
`;

for (const { kind, present } of kinds) {
  describe.skipIf(!present)(`asked to save (${kind})`, () => {
    let box: LocalBox;
    beforeAll(async () => {
      box = await localBox({ kind });
      await box.runs.install();
    });
    afterEach(() => box.killEverything());
    afterAll(() => box.close());

    const started = async (run: string, env: Record<string, string> = {}, ready = 'ready') => {
      const launch = box.launchOf(run, { env });
      const { directory, pid } = await box.runs.launch(launch);
      await until('it is ready', async () => (await box.log(launch.runId)).includes(ready));
      return { runId: launch.runId, directory, pid };
    };
    const logged = (runId: string, text: string) =>
      until(`the log has ${text}`, async () => (await box.log(runId)).includes(text));

    test("a script's own trap; where nobody handles it nothing is sent", async () => {
      const listens = await started('trap "echo saved" USR1; echo ready; while :; do sleep 0.05; done');
      expect(await box.runs.requestCheckpoint(listens.runId, 1, usr1)).toBe(1);
      await logged(listens.runId, 'saved');
      const deaf = await started('echo ready; sleep 1000');
      await expect(box.runs.requestCheckpoint(deaf.runId, 1, usr1)).rejects.toMatchObject({
        code: 'RUN_SIGNAL_UNHANDLED',
      });
      await expect(box.runs.requestCheckpoint(listens.runId, 1, { signal: 'USR2' })).rejects.toMatchObject({
        code: 'RUN_SIGNAL_UNHANDLED',
      });
      for (const { runId } of [listens, deaf])
        expect(await box.attempt(runId)).toMatchObject({ phase: 'running', trainerAlive: true });
      await box.runs.kill(deaf.runId, 1, 'test');
      await box.ended(deaf.runId);
      await expect(box.runs.requestCheckpoint(deaf.runId, 1, usr1)).rejects.toMatchObject({
        code: 'RUN_NOT_ALIVE',
      });
    });

    test('a command: in the working directory, with the variables of the run; its failure is said, its secrets stay', async () => {
      const env = { WORD: `it's "a" word\nand more`, TOKEN: 'canary-of-the-run' };
      const { runId, directory } = await started('echo ready; while :; do sleep 0.2; done', env);
      const asked = await box.runs.requestCheckpoint(runId, 1, {
        command:
          'pwd >asked; printf %s "$WORD" >word; printf %s "$TRAINYARD_RUN_ID $TRAINYARD_EPOCH" >who; echo said',
      });
      expect(asked).toBe(1);
      expect(readFileSync(`${directory}/code/asked`, 'utf8')).toBe(`${directory}/code\n`);
      expect(readFileSync(`${directory}/code/word`, 'utf8')).toBe(env.WORD);
      expect(readFileSync(`${directory}/code/who`, 'utf8')).toBe(`${runId} 1`);
      expect(readFileSync(`${directory}/attempts/1/asked.log`, 'utf8')).toBe('said\n');
      expect(await box.log(runId)).toBe('ready\n');
      const failed = await box.runs
        .requestCheckpoint(runId, 1, { command: 'echo "$TOKEN"; exit 7' })
        .catch((error: unknown) => error);
      expect(failed).toMatchObject({ code: 'RUN_SAVE_COMMAND_FAILED', params: { ended: 'code 7' } });
      expect(JSON.stringify(failed)).not.toContain('canary');
      await box.runs.kill(runId, 1, 'test');
      await box.ended(runId);
      await box.nothingLeft();
    });

    test('called off, the command ends with all it started', async () => {
      const { runId, directory } = await started('echo ready; sleep 1000');
      const off = new AbortController();
      const asked = box.runs
        .requestCheckpoint(runId, 1, { command: 'sleep 1000 & echo $! >child; sleep 1000' }, off.signal)
        .catch((error: unknown) => error);
      const child = await until('it has begun', () =>
        existsSync(`${directory}/code/child`) ? Number(readFileSync(`${directory}/code/child`, 'utf8')) : 0,
      );
      off.abort();
      expect(await asked).toMatchObject({ code: 'CANCELLED' });
      await until('its child is gone', () => !isAlive(child));
      expect(await box.attempt(runId)).toMatchObject({ phase: 'running', trainerAlive: true });
      await box.runs.kill(runId, 1, 'test');
      await box.ended(runId);
      await box.nothingLeft();
    });

    // What a shell has no part in need not be tried under each of them.
    if (kind === 'busybox') return;
    describe.skipIf(!needs('python3'))('Python', () => {
      const program = (directory: string, name: string, text: string) =>
        writeFileSync(`${directory}/${name}`, text);

      test('a launcher and its workers: the workers that handle it, not the launcher, nor what they forked', async () => {
        const { runId, directory } = await started(
          'echo first; while [ ! -e go ]; do sleep 0.05; done; trap "echo shell" USR1; python3 launch.py; :',
          {},
          'first',
        );
        program(
          `${directory}/code`,
          'launch.py',
          `${handler('launcher')}
workers = [subprocess.Popen([sys.executable, "-u", "work.py", str(rank)]) for rank in (0, 1)]
for each in workers: each.wait()
`,
        );
        // Each forks a loader of data, which has its handlers, and starts a helper that has none.
        program(
          `${directory}/code`,
          'work.py',
          `${handler('rank " + sys.argv[1] + "')}
if os.fork() == 0:
    signal.signal(signal.SIGUSR1, lambda *_: print("a loader was asked", flush=True))
    print("loader", flush=True)
    while True: time.sleep(0.05)
helper = subprocess.Popen(["sleep", "1000"])
print("at work " + sys.argv[1], flush=True)
while True: time.sleep(0.05)
`,
        );
        program(`${directory}/code`, 'go', '');
        await until('all are there', async () => {
          const text = await box.log(runId);
          return (
            text.includes('at work 0') && text.includes('at work 1') && text.split('loader').length === 3
          );
        });
        expect(await box.runs.requestCheckpoint(runId, 1, usr1)).toBe(2);
        await logged(runId, 'saved rank 0');
        await logged(runId, 'saved rank 1');
        const text = await box.log(runId);
        for (const word of ['launcher', 'asked', 'shell']) expect(text).not.toContain(word);
        expect(await box.attempt(runId)).toMatchObject({ phase: 'running', trainerAlive: true });
      });

      test('a plain program would die of it: nothing is sent', async () => {
        const { runId } = await started(
          'python3 -c "import time; print(\'ready\', flush=True); time.sleep(1000)"',
        );
        await expect(box.runs.requestCheckpoint(runId, 1, usr1)).rejects.toMatchObject({
          code: 'RUN_SIGNAL_UNHANDLED',
        });
        expect(await box.attempt(runId)).toMatchObject({ phase: 'running', trainerAlive: true });
      });

      test('a command has what the trainer itself has set, an environment it has entered', async () => {
        const { runId, directory } = await started(
          'export ENTERED="by the script"; python3 -c "import time; print(\'ready\', flush=True); time.sleep(1000)"; :',
        );
        await box.runs.requestCheckpoint(runId, 1, { command: 'printf %s "$ENTERED" >entered' });
        expect(readFileSync(`${directory}/code/entered`, 'utf8')).toBe('by the script');
      });
    });
  });
}

describe.skipIf(!needs('linux', 'dash'))('without /proc', () => {
  test('a signal is refused; a command has the names of the run only', async () => {
    const box = await localBox({ kind: 'bare' });
    try {
      const launch = box.launchOf('trap "echo saved" USR1; echo ready; while :; do sleep 0.05; done', {
        env: { WORD: 'word' },
      });
      const { directory } = await box.runs.launch(launch);
      await until('it is ready', async () => (await box.log(launch.runId)).includes('ready'));
      await expect(box.runs.requestCheckpoint(launch.runId, 1, usr1)).rejects.toMatchObject({
        code: 'RUN_SIGNAL_UNKNOWN',
      });
      const command = 'printf %s "$TRAINYARD_RUN_ID[$WORD]" >asked';
      await box.runs.requestCheckpoint(launch.runId, 1, { command });
      expect(readFileSync(`${directory}/code/asked`, 'utf8')).toBe(`${launch.runId}[]`);
    } finally {
      await box.close();
    }
  });
});
