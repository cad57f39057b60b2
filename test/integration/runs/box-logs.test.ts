import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { LogMatch, LogQuery } from '#backend/runs/box/index.ts';
import { type BoxKind, type LocalBox, localBox } from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';

const kinds: { kind: BoxKind; present: boolean }[] = [
  { kind: 'dash', present: needs('linux', 'dash') },
  { kind: 'busybox', present: needs('linux', 'busybox') },
];

/** Deterministic numbers in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
}

for (const { kind, present } of kinds) {
  describe.skipIf(!present)(`logs and files on the box (${kind})`, () => {
    let box: LocalBox;
    beforeAll(async () => {
      box = await localBox({ kind });
      await box.runs.install();
    });
    afterEach(() => box.killEverything());
    afterAll(() => box.close());

    const logFile = (runId: string, epoch = 1) => `${box.root}/runs/${runId}/attempts/${epoch}/log`;
    async function endedRun(run: string): Promise<string> {
      const launch = box.launchOf(run);
      await box.runs.launch(launch);
      await box.ended(launch.runId);
      return launch.runId;
    }
    async function follow(runId: string, offset: number): Promise<string> {
      let text = '';
      for await (const chunk of await box.runs.followLog(runId, 1, offset, new AbortController().signal))
        text += String(chunk);
      return text;
    }
    async function search(runId: string, query: Partial<LogQuery>): Promise<LogMatch[]> {
      const whole = { pattern: '', regex: true, ignoreCase: false, limit: 100, ...query };
      const found: LogMatch[] = [];
      for await (const match of box.runs.searchLog(runId, 1, whole, new AbortController().signal))
        found.push(match);
      return found;
    }

    test('any piece of a log, exact', async () => {
      const runId = await endedRun(
        'i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "line $i of many, some longer $i$i$i"; done',
      );
      const whole = readFileSync(logFile(runId));
      expect(whole.length).toBeGreaterThan(131_072);
      for (const [offset, length] of [
        [0, 10],
        [65_535, 2],
        [65_536, 65_536],
        [100_000, 1],
        [whole.length - 5, 100],
        [whole.length, 10],
      ] as const)
        expect(await box.runs.readLog(runId, 1, offset, length)).toEqual(
          whole.subarray(offset, offset + length),
        );
      expect(await box.runs.readLog(runId, 1, 99_999_999, 10)).toEqual(Buffer.alloc(0));
    });

    test('the end of a log of a gigabyte', async () => {
      const runId = await endedRun('true');
      truncateSync(logFile(runId), 1024 ** 3);
      appendFileSync(logFile(runId), 'the end');
      expect(String(await box.runs.readLog(runId, 1, 1024 ** 3, 100))).toBe('the end');
      expect((await box.attempt(runId)).logBytes).toBe(1024 ** 3 + 7);
      expect(await follow(runId, 1024 ** 3 + 4)).toBe('end');
      await box.runs.remove(runId);
    });

    test('an ended log is followed to its last byte and no further', async () => {
      const runId = await endedRun('printf "one\\ntwo"');
      expect(await follow(runId, 0)).toBe('one\ntwo');
      expect(await follow(runId, 4)).toBe('two');
      expect(await follow(runId, 7)).toBe('');
      await box.nothingLeft();
    });

    test('random writes, random cuts: not a byte doubled or missing', async () => {
      const launch = box.launchOf(
        `i=0; while [ $i -lt 1200 ]; do i=$((i+1)); printf "%s " $i
         [ $((i % 7)) = 0 ] && echo "$i$i$i$i$i$i$i$i$i$i"
         [ $((i % 60)) = 0 ] && sleep 0.1; done; printf 'no newline'`,
      );
      await box.runs.launch(launch);
      const random = randomFrom(4711);
      const pieces: Buffer[] = [];
      let offset = 0;
      let cuts = 0;
      for (let complete = false; !complete; ) {
        const leave = new AbortController();
        const budget = cuts < 12 ? Math.floor(random() * 900) : Number.POSITIVE_INFINITY;
        let taken = 0;
        complete = true;
        try {
          for await (const chunk of await box.runs.followLog(launch.runId, 1, offset, leave.signal)) {
            pieces.push(chunk as Buffer);
            taken += (chunk as Buffer).length;
            offset += (chunk as Buffer).length;
            if (taken > budget) leave.abort();
          }
        } catch (error) {
          if (!leave.signal.aborted) throw error;
          complete = false;
          cuts++;
        }
      }
      expect(cuts).toBeGreaterThan(3);
      expect(Buffer.concat(pieces).equals(readFileSync(logFile(launch.runId)))).toBe(true);
      await box.ended(launch.runId);
      await box.nothingLeft();
    });

    test('a reader that leaves, or whose laptop is closed, leaves nothing running', async () => {
      const launch = box.launchOf('echo begun; sleep 1000');
      await box.runs.launch(launch);
      const only = ['supervise.sh', 'sleep', 'run.sh'];
      const readers = () =>
        box.processes().filter(({ command }) => !only.some((one) => command.includes(one)));
      const leave = new AbortController();
      const log = await box.runs.followLog(launch.runId, 1, 0, leave.signal);
      log.on('error', () => undefined);
      await until('a byte has come', () => log.read());
      expect(readers().length).toBeGreaterThan(0);
      leave.abort();
      await until('the reader is gone', () => readers().length === 0);

      const laptop = await localBox({ kind, home: box.home });
      const other = await laptop.runs.followLog(launch.runId, 1, 0, new AbortController().signal);
      other.on('error', () => undefined);
      other.resume();
      await laptop.leave();
      await until('the reader is gone', () => readers().length === 0);
      await box.runs.kill(launch.runId, 1, 'test');
      await box.ended(launch.runId);
    });

    test('a follower hears the end also from a supervisor that was killed', async () => {
      const launch = box.launchOf('echo one; while [ ! -e go ]; do sleep 0.05; done; echo two');
      await box.runs.launch(launch);
      const supervisor = readFileSync(`${box.root}/runs/${launch.runId}/attempts/1/start`, 'utf8').split(
        ' ',
      )[3];
      const followed = follow(launch.runId, 0);
      process.kill(Number(supervisor), 'SIGKILL');
      writeFileSync(`${box.root}/runs/${launch.runId}/code/go`, '');
      expect(await followed).toBe('one\ntwo\n');
    });

    // busybox's tail cannot notice it.
    if (kind === 'dash')
      test('a log that is cut short while it is followed is said, not read twice', async () => {
        const launch = box.launchOf(
          'echo a long first line; while [ ! -e go ]; do sleep 0.05; done; echo b; sleep 1000',
        );
        await box.runs.launch(launch);
        let text = '';
        const reading = (async () => {
          for await (const chunk of await box.runs.followLog(
            launch.runId,
            1,
            0,
            new AbortController().signal,
          ))
            text += String(chunk);
        })();
        await until('the line has come', () => text !== '');
        truncateSync(logFile(launch.runId));
        writeFileSync(`${box.root}/runs/${launch.runId}/code/go`, '');
        await expect(reading).rejects.toMatchObject({ code: 'LOG_CHANGED' });
        expect(text).toBe('a long first line\n');
      });

    test('what the box does not have is said', async () => {
      const { runId } = box.launchOf('');
      const unknown = { code: 'RUN_UNKNOWN_ON_BOX' };
      await expect(box.runs.readLog(runId, 1, 0, 10)).rejects.toMatchObject(unknown);
      await expect(box.runs.followLog(runId, 1, 0, new AbortController().signal)).rejects.toMatchObject(
        unknown,
      );
      await expect(search(runId, { pattern: 'x' })).rejects.toMatchObject(unknown);
      await expect(box.runs.readSpecification(runId, 1)).rejects.toMatchObject(unknown);
      await expect(box.runs.stop(runId, 1, 5, 'test')).rejects.toMatchObject(unknown);
      await expect(box.runs.listFiles(runId, '')).rejects.toMatchObject({ code: 'RUN_FILE_NOT_FOUND' });
      expect(await box.runs.usage(runId)).toBe(0);
    });

    test('lines that match, with the byte where each begins', async () => {
      const runId = await endedRun('printf "Ünder loss=0.5\\n-e dash\\nLoss=0.25 a.b\\naxb\\n\\nloss end"');
      const whole = readFileSync(logFile(runId));
      const found = await search(runId, { pattern: 'loss=0\\.[0-9]+', ignoreCase: true });
      expect(found.map(({ lineNumber, text }) => [lineNumber, text])).toEqual([
        [1, 'Ünder loss=0.5'],
        [3, 'Loss=0.25 a.b'],
      ]);
      for (const { offset, text } of found)
        expect(whole.subarray(offset, offset + Buffer.byteLength(text)).toString()).toBe(text);
      expect((await search(runId, { pattern: '-e', regex: false })).map((one) => one.text)).toEqual([
        '-e dash',
      ]);
      expect((await search(runId, { pattern: 'a.b', regex: false })).map((one) => one.lineNumber)).toEqual([
        3,
      ]);
      expect((await search(runId, { pattern: 'a.b' })).map((one) => one.lineNumber)).toEqual([3, 4]);
      expect(await search(runId, { pattern: 'loss', ignoreCase: true, limit: 2 })).toHaveLength(2);
      expect(await search(runId, { pattern: '$(touch /tmp/owned)' })).toEqual([]);
      await expect(search(runId, { pattern: '[' })).rejects.toMatchObject({ code: 'LOG_PATTERN_INVALID' });
      await expect(search(runId, { pattern: 'a\nb' })).rejects.toMatchObject({ code: 'LOG_PATTERN_INVALID' });
    });

    test('an endless line comes in a bounded piece', async () => {
      const runId = await endedRun('true');
      writeFileSync(logFile(runId), `needle ${'x'.repeat(3_000_000)}\nneedle two\n`);
      const found = await search(runId, { pattern: 'needle' });
      expect(found.map((one) => one.offset)).toEqual([0, 3_000_008]);
      expect(found[0]?.text.length).toBeLessThan(5_000);
    });

    test('files of the run, whatever their names, and none beside', async () => {
      const runId = await endedRun('true');
      const code = `${box.root}/runs/${runId}/code`;
      const names = ['a\nb', 'quote\'"$(x)`y`', '.hidden', '-rf', ' space ', 'größe'];
      for (const name of names) writeFileSync(`${code}/${name}`, `content of ${name}`);
      mkdirSync(`${code}/sub`);
      symlinkSync('/etc', `${code}/etc`);
      symlinkSync('/etc/passwd', `${code}/passwd`);
      symlinkSync('.hidden', `${code}/inside`);
      const files = await box.runs.listFiles(runId, 'code');
      expect(files[0]).toMatchObject({ name: 'sub', kind: 'directory' });
      expect(
        files
          .filter((one) => one.kind === 'file')
          .map((one) => one.name)
          .toSorted(),
      ).toEqual(names.toSorted());
      expect(files.find((one) => one.name === 'größe')).toMatchObject({
        sizeBytes: Buffer.byteLength('content of größe'),
      });
      expect(Math.abs(Date.now() - (files[0]?.modifiedAt ?? 0))).toBeLessThan(3_600_000);
      for (const name of names)
        expect(String((await box.runs.readFile(runId, `code/${name}`, 100)).bytes)).toBe(
          `content of ${name}`,
        );
      expect(await box.runs.readFile(runId, 'code/inside', 7)).toEqual({
        bytes: Buffer.from('content'),
        sizeBytes: 18,
      });
      const outside = { code: 'RUN_PATH_OUTSIDE' };
      await expect(box.runs.listFiles(runId, 'code/etc')).rejects.toMatchObject(outside);
      await expect(box.runs.readFile(runId, 'code/passwd', 10)).rejects.toMatchObject(outside);
      await expect(box.runs.readFile(runId, 'code/etc/passwd', 10)).rejects.toMatchObject(outside);
      await expect(box.runs.readFile(runId, '../../x', 10)).rejects.toMatchObject(outside);
      await expect(box.runs.readFile(runId, 'code/sub', 10)).rejects.toMatchObject({
        code: 'RUN_FILE_NOT_FOUND',
      });
      expect(await box.runs.usage(runId)).toBeGreaterThan(4096);
    });

    test('scripts that somebody deleted are put back', async () => {
      const runId = await endedRun('echo still here');
      rmSync(`${box.root}/bin`, { recursive: true });
      expect(await box.log(runId)).toBe('still here\n');
      rmSync(`${box.root}/bin`, { recursive: true });
      expect(await follow(runId, 0)).toBe('still here\n');
      rmSync(box.root, { recursive: true });
      expect((await box.runs.status()).attempts).toEqual([]);
    });
  });
}
