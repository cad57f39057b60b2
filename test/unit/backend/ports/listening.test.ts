import { execFileSync, spawn } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseListening } from '#backend/ports/index.ts';
import { listeningPort } from '#shared/domain/forward.ts';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';

const said = (...lines: string[]) => lines.join('\n');

describe('what listens on a machine', () => {
  test('sockets, their processes and runs; who may not be seen is not; a port on several addresses is one', () => {
    const found = parseListening(
      said(
        'T 0100007F:1776 111',
        'T 00000000:0016 222',
        'T 00000000000000000000000000000000:0016 223',
        'T 0000000000000000FFFF00000100007F:22B8 333',
        'T 00000000000000000000000001000000:1F90 444',
        'T B80D0120000000000000000001000000:1F91 0',
        'I 111 41',
        'I 333 42',
        'I 444 43',
        'P 41',
        'N python3',
        'C /usr/bin/python3 /home/ann/.local/bin/tensorboard --logdir runs ',
        'R 0123456789abcdefghjk',
        'P 42',
        'N jupyter-lab',
        'C /usr/bin/python3 /usr/bin/jupyter-lab --IdentityProvider.token=hunter2 --port 8888',
        'R ',
        'P 43',
        'N sh',
        'C sh -c echo \u001b]0;evil\u0007\u202e',
      ),
    );
    expect(found.map(({ port, address, guess }) => [port, address, guess])).toEqual([
      [22, '0.0.0.0', null],
      [6006, '127.0.0.1', 'tensorboard'],
      [8080, '::1', null],
      [8081, '2001:db8::1', null],
      [8888, '127.0.0.1', 'jupyter'],
    ]);
    expect(found[0]?.process).toBeNull();
    expect(found[1]).toMatchObject({ process: { pid: 41, name: 'python3' }, runId: '0123456789abcdefghjk' });
    expect(JSON.stringify(found)).not.toMatch(/hunter2|\\u001b|\u202e/);
    expect(found[4]?.process?.command).toContain('--port 8888');
  });

  test('where only lsof or netstat tell', () => {
    const lsof = said(
      'L p812',
      'L cPython',
      'L n127.0.0.1:8888',
      'L n[::1]:8888',
      'L p9',
      'L cnginx',
      'L n*:80',
    );
    expect(parseListening(said(lsof, 'P 812', 'C python -m tensorboard.main'))).toMatchObject([
      { port: 80, address: '*', process: { pid: 9, name: 'nginx' }, guess: 'web' },
      { port: 8888, address: '127.0.0.1', process: { pid: 812, name: 'Python' }, guess: 'tensorboard' },
    ]);
    expect(parseListening(said('S 127.0.0.1.6006', 'S *.22', 'S :::8888', 'S nonsense'))).toMatchObject([
      { port: 22, address: '*', process: null },
      { port: 6006, address: '127.0.0.1', guess: 'tensorboard' },
      { port: 8888, address: '::' },
    ]);
  });

  test('programs by what they are called with', () => {
    const guess = (command: string) =>
      parseListening(said('T 0100007F:2710 1', 'I 1 2', 'P 2', 'N x', `C ${command}`))[0]?.guess;
    for (const [command, wanted] of [
      ['python -m http.server 8000', 'web'],
      ['/opt/conda/bin/python /opt/conda/bin/mlflow ui', 'mlflow'],
      ['gunicorn: master [mlflow.server:app]', 'mlflow'],
      ['/usr/lib/ray/gcs_server --log_dir=/tmp', 'ray'],
      ['python -m vllm.entrypoints.openai.api_server', 'vllm'],
      ['streamlit run app.py', 'streamlit'],
      ['python train.py --logdir tensorboard-logs', null],
      ['/usr/sbin/sshd -D', null],
    ] as const)
      expect(guess(command), command).toBe(wanted);
  });

  test('50,000 answers that are not as they should be: a list in good form; never a throw', () => {
    const hex = fc.stringMatching(/^[0-9A-F]{0,34}$/);
    const digits = fc.stringMatching(/^[0-9]{0,12}$/);
    const line = fc.oneof(
      fc.tuple(
        fc.constant('T '),
        fc.tuple(hex, fc.stringMatching(/^[0-9A-Fa-f]{0,5}$/), digits).map(([a, p, i]) => `${a}:${p} ${i}`),
      ),
      fc.tuple(
        fc.constant('T '),
        fc.tuple(fc.constantFrom('0100007F', '00000000'), digits).map(([a, i]) => `${a}:1F90 ${i}`),
      ),
      fc.tuple(fc.constantFrom('I ', 'P ', 'R ', 'S '), fc.oneof(digits, fc.string({ maxLength: 30 }))),
      fc.tuple(
        fc.constantFrom('N ', 'C ', 'L p', 'L c', 'L n', '', 'X '),
        fc.string({ unit: 'binary', maxLength: 30 }),
      ),
      fc.tuple(
        fc.constant('I '),
        fc.tuple(digits, digits).map((two) => two.join(' ')),
      ),
    );
    const text = fc
      .array(line, { maxLength: 12 })
      .map((lines) => lines.map((parts) => parts.join('')).join('\n'));
    const lists = fc.sample(text, { numRuns: 50_000, seed: 5 });
    for (const one of lists) {
      const found = parseListening(one);
      for (const each of found) {
        const read = listeningPort.safeParse({ ...each, runName: null });
        if (!read.success && each.runId === null)
          throw new Error(`${JSON.stringify(one)}: ${read.error.message}`);
      }
      if (new Set(found.map(({ port }) => port)).size !== found.length) throw new Error(`twice: ${one}`);
    }
  });

  test.skipIf(!needs('linux', 'python3', 'dash', 'busybox'))(
    'the script tells of a real server, its run, and takes no word of a forged variable',
    async () => {
      const server = spawn('python3', ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1'], {
        env: {
          ...process.env,
          FORGED: 'x\nTRAINYARD_RUN_ID=forged0000000000000',
          TRAINYARD_RUN_ID: '0123456789abcdefghjk',
        },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      onTestFinished(() => void server.kill('SIGKILL'));
      let text = '';
      server.stdout.on('data', (bytes: Buffer) => {
        text += bytes;
      });
      const port = Number(await until('it listens', () => /port (\d+)/.exec(text)?.[1]));
      for (const [shell = '', ...args] of [['dash'], ['bash'], ['busybox', 'sh']]) {
        const told = execFileSync(shell, [...args, 'resources/remote/ports.sh'], {
          encoding: 'utf8',
          timeout: 60_000,
        });
        const found = parseListening(told).find((one) => one.port === port);
        expect(found, shell).toMatchObject({
          address: '127.0.0.1',
          process: { pid: server.pid },
          guess: 'web',
          runId: '0123456789abcdefghjk',
        });
      }
    },
  );
});
