import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectedBox, testBox, testPool } from '#test/lab/ssh-pool.ts';
import { sshNow, writeSshConfig } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';

const noise = {
  '.bashrc': 'echo "welcome"; echo complaint >&2; set -v\n',
  '.zshenv': 'echo welcome; echo complaint >&2\n',
  '.tcshrc': 'echo welcome\n',
  '.config/fish/config.fish': 'echo welcome; echo complaint >&2\n',
};

const nasty = fc.array(
  fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: fc.constantFrom(...'\'"\\!$`\n\r\t %*?~#&|;<>(){}[]=^\x1b-01ab'), maxLength: 40 }),
      fc.constantFrom('', '-n', '--', '\\0101', '!!', "'!'", '\\\n', '$(touch /tmp/never)', '%s%b', "\\'"),
    )
    .filter((text) => !text.includes('\0')),
  { maxLength: 8 },
);

describe.skipIf(!needs('sshd', 'root', 'dash', 'busybox', 'zsh', 'fish', 'tcsh'))(
  'a program arrives as written',
  () => {
    test.each(['bash', 'dash', 'ash', 'zsh', 'fish', 'tcsh'] as const)(
      'whatever the login shell is: %s',
      async (shell) => {
        const { connection } = await connectedBox({ shell, files: noise });
        await fc.assert(
          fc.asyncProperty(nasty, fc.string({ unit: 'grapheme', maxLength: 100 }), async (args, stdin) => {
            const script = `# it's a "comment" with ! and \\ in it
          printf '%s\\0' "$@"; printf 'in:'; cat; echo "it's" >&2; exit "$(( $# + 40 ))"`;
            const result = await connection.exec({ script, args }, { stdin });
            expect(result.stdout.toString()).toBe(
              `${args.map((arg) => `${arg}\0`).join('') || '\0'}in:${stdin}`,
            );
            expect(result.stderr.toString()).toBe("it's\n");
            expect(result.exitCode).toBe(args.length + 40);
          }),
          { numRuns: 30, seed: 20261128 },
        );
      },
    );

    test('also when it is longer than a command line may be', async () => {
      const { connection } = await connectedBox({ files: noise });
      const long = "it's é\n".repeat(30_000);
      const script = 'printf %s "$1"; cat';
      const result = await connection.exec({ script, args: [long] }, { stdin: 'and stdin' });
      expect(result.stdout.toString()).toBe(`${long}and stdin`);
    });
  },
);

describe.skipIf(!needs('dropbear', 'ssh', 'root', 'linux'))(
  'a server that takes short commands only (dropbear)',
  () => {
    test.each(['ssh2'] as const)('a long program arrives all the same, over %s', async (transport) => {
      const box = await testBox({ server: 'dropbear' });
      const configFile = await writeSshConfig(box.directory, [box]);
      const connection = await testPool().connection({ host: box.name, configFile });
      expect(connection.transport).toBe(transport);
      for (const length of [10, 8_500, 9_500, 40_000, 200_000]) {
        const long = "it's é\n".repeat(length / 8);
        const result = await connection.exec(
          { script: 'printf %s "$1"; cat', args: [long] },
          { stdin: 'and stdin' },
        );
        expect(result.stdout.toString() === `${long}and stdin`, `${length} bytes`).toBe(true);
      }
      expect(connection.state).toBe('connected');
    });
  },
);

describe.skipIf(!needs('sshd'))('programs over one connection', () => {
  test('stdout and stderr keep every byte, and stdin may be a stream', async () => {
    const { connection } = await connectedBox();
    const bytes = Buffer.from(Array.from({ length: 256 * 1024 }, (_, index) => (index * 7) % 256));
    const stdin = Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]);
    const result = await connection.exec({ script: 'tee /dev/stderr' }, { stdin });
    expect(result.stdout.equals(bytes)).toBe(true);
    expect(result.stderr.equals(bytes)).toBe(true);
  });

  test('a program that reads none of its stdin is no error', async () => {
    const { connection } = await connectedBox();
    const endless = Readable.from(
      (function* () {
        for (let piece = 0; piece < 2_000; piece++) yield Buffer.alloc(64 * 1024);
      })(),
    );
    const result = await connection.exec({ script: 'exit 5' }, { stdin: endless });
    expect(result.exitCode).toBe(5);
  });

  test('the signal that ended it is told', async () => {
    const { connection } = await connectedBox();
    expect(await connection.exec({ script: 'kill -USR1 $$' })).toMatchObject({
      exitCode: null,
      signal: 'SIGUSR1',
    });
  });

  test('512 MB flow through in bounded memory, and stop flowing when nobody reads', async () => {
    const { connection } = await connectedBox();
    const size = 512 * 1024 * 1024;
    const before = process.memoryUsage().rss;
    const program = await connection.spawn({ script: `head -c ${size} /dev/zero` });
    let [received, peak] = [0, 0];
    for await (const chunk of program.stdout) {
      received += (chunk as Buffer).length;
      if (received % (32 * 1024 * 1024) < 64 * 1024)
        peak = Math.max(peak, process.memoryUsage().rss - before);
    }
    expect(received).toBe(size);
    expect(peak).toBeLessThan(400 * 1024 * 1024);
    expect(await program.exited).toEqual({ exitCode: 0, signal: null });

    const unread = await connection.spawn({ script: 'yes >/dev/null & yes' });
    await until('something has come', () => unread.stdout.readableLength > 0);
    await connection.ping();
    expect(unread.stdout.readableLength).toBeLessThan(4 * 1024 * 1024);
    unread.kill();
    await unread.exited;
  });

  test('endless output is ended over there with OUTPUT_TOO_LARGE', async () => {
    const { connection, box } = await connectedBox();
    const hostile = 'exec 2>&1; while :; do printf "\\033]0;x\\007\\n\\377\\200"; done';
    await expect(connection.exec({ script: hostile }, { maxOutputBytes: 100_000 })).rejects.toMatchObject({
      code: 'OUTPUT_TOO_LARGE',
    });
    await noneLeft(box, 'printf "');
    expect((await connection.exec({ script: 'echo fine' })).stdout.toString()).toBe('fine\n');
  });

  test('a timeout, an abort and kill() end the program over there, and what it has started', async () => {
    const { connection, box } = await connectedBox();
    const stubborn = 'trap "" TERM; sleep 4711 & sleep 4712 & wait; sleep 4713';
    await expect(connection.exec({ script: stubborn }, { timeoutMs: 300 })).rejects.toMatchObject({
      code: 'COMMAND_TIMED_OUT',
    });
    const abort = new AbortController();
    const waiting = connection.exec({ script: `echo; ${stubborn}` }, { signal: abort.signal });
    await until('it runs', async () => (await processes(box)).includes('sleep 4712'));
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });

    const program = await connection.spawn({ script: 'sleep 4714 & exec sleep 4715' });
    program.stdout.resume();
    await until('it runs', async () => (await processes(box)).includes('sleep 4715'));
    program.kill();
    program.kill();
    expect((await program.exited).exitCode).toBe(null);
    await noneLeft(box, 'sleep 471');
  });

  test.skipIf(!needs('root'))('a login shell that lets nobody in is named as the reason', async () => {
    const { connection } = await connectedBox({ files: { '.bashrc': 'echo "account closed"; exit 3\n' } });
    await expect(connection.exec({ script: 'echo hi' })).rejects.toMatchObject({
      code: 'SSH_SHELL_FAILED',
      details: expect.stringContaining('account closed'),
    });
  });

  test('where the server allows two sessions, more programs wait their turn', async () => {
    const { connection } = await connectedBox({ maxSessions: 2 });
    const follower = await connection.spawn({ script: 'echo on; exec sleep 600' });
    follower.stdout.resume();
    const second = connection.spawn({ script: 'echo two; exec sleep 600' });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        connection.exec({ script: 'echo "$1"', args: [String(index)] }),
      ),
    );
    expect(answers.map(({ stdout }) => Number(stdout))).toEqual(
      Array.from({ length: 12 }, (_, index) => index),
    );
    follower.kill();
    const after = await second;
    after.stdout.resume();
    after.kill();
    await after.exited;
  });

  test('twenty programs that stay leave room for short ones', async () => {
    const { connection } = await connectedBox();
    const abort = new AbortController();
    const staying = Array.from({ length: 20 }, () =>
      connection
        .spawn({ script: 'exec sleep 600' }, { signal: abort.signal })
        .catch((error: { code: string }) => error.code),
    );
    for (let round = 0; round < 5; round++) {
      expect((await connection.exec({ script: 'echo yes' })).stdout.toString()).toBe('yes\n');
    }
    abort.abort();
    const outcomes = await Promise.all(staying);
    expect(outcomes.filter((outcome) => outcome === 'CANCELLED').length).toBeGreaterThanOrEqual(13);
    for (const outcome of outcomes) if (typeof outcome !== 'string') await outcome.exited;
    expect((await connection.exec({ script: 'echo still' })).stdout.toString()).toBe('still\n');
  });

  test.each([1, 2, 10])(
    'with MaxSessions %i twenty programs that stay all run at once, and short ones pass between them',
    async (maxSessions) => {
      const { pool, target, connection } = await connectedBox({ maxSessions, config: ['MaxStartups 100'] });
      const wanted = maxSessions === 10 ? 20 : 3;
      const staying = await Promise.all(
        Array.from({ length: wanted }, () => pool.spawn(target, { script: 'exec cat' })),
      );
      const echoes = staying.map(async (program, index) => {
        program.stdin.end(String(index));
        let text = '';
        for await (const chunk of program.stdout) text += String(chunk);
        return [text, (await program.exited).exitCode];
      });
      expect((await connection.exec({ script: 'echo yes' })).stdout.toString()).toBe('yes\n');
      expect(await Promise.all(echoes)).toEqual(staying.map((_, index) => [String(index), 0]));
    },
  );
});

const processes = async (box: Parameters<typeof sshNow>[0]) => sshNow(box, 'ps -u "$(id -u)" -o args=');
const noneLeft = (box: Parameters<typeof sshNow>[0], text: string) =>
  until(`no "${text}" is left`, async () => !(await processes(box)).includes(text));
