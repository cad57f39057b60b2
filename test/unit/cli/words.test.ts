import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseEnvironment } from '#cli/environment.ts';
import { exitCodeOf } from '#cli/exit-codes.ts';
import { byteSize, duration, printable } from '#cli/output.ts';
import { buildProgram } from '#cli/program.ts';
import { readSecrets } from '#cli/secrets.ts';
import { sshArguments } from '#cli/verbs/ssh.ts';
import { TrainyardError } from '#shared/domain/error.ts';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));

test('nothing printable moves the cursor or turns the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }),
  );
  expect(printable('\u001b[2Jrun\r\n\u202eexe')).toBe('\ufffd[2Jrun\ufffd\ufffd\ufffdexe');
});

test('durations and sizes in words', () => {
  expect([0, 59_400, 60_000, 3_600_000, 12_000_000, 90_000_000].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '3 h 20 min',
    '1 d 1 h',
  ]);
  expect([null, 0, 1023, 1024, 1536, 200 * 1024 ** 3].map(byteSize)).toEqual([
    '–',
    '0 B',
    '1023 B',
    '1.0 KB',
    '1.5 KB',
    '200 GB',
  ]);
});

test('--env: values as they are, a bare name from our own environment, anything else refused', () => {
  expect(parseEnvironment(['A=1', 'B=x=y', 'C='], {})).toEqual({ A: '1', B: 'x=y', C: '' });
  expect(parseEnvironment(['HOME'], { HOME: '/h' })).toEqual({ HOME: '/h' });
  for (const wrong of ['=1', '1A=2', 'A B=1', 'UNSET'])
    expect(() => parseEnvironment([wrong], {})).toThrow(TrainyardError);
});

test('secrets come from the environment, never from the option', async () => {
  expect(await readSecrets(['A'], { A: 'value' })).toEqual({ A: 'value' });
  await expect(readSecrets(['A=value'], {})).rejects.toMatchObject({ code: 'USAGE' });
});

test('exit codes by what happened', () => {
  const code = (name: string) => exitCodeOf(new TrainyardError(name, ''));
  expect(['INTERNAL', 'RUN_ALREADY_LIVE', 'DATA_IN_USE'].map(code)).toEqual([1, 1, 1]);
  expect(['INPUT_INVALID', 'NAME_AMBIGUOUS', 'TASK_INVALID'].map(code)).toEqual([2, 2, 2]);
  expect(['RUN_UNKNOWN', 'SITE_UNKNOWN', 'TASK_FILE_NOT_FOUND'].map(code)).toEqual([3, 3, 3]);
  expect(['MACHINE_UNREACHABLE', 'BACKEND_OFFLINE', 'SSH_TIMED_OUT', 'SSH_HOST_NOT_FOUND'].map(code)).toEqual(
    [4, 4, 4, 4],
  );
  expect(['MACHINE_BLOCKED', 'SSH_HOST_KEY_CHANGED', 'SECRET_MISSING', 'SSH_AUTH_FAILED'].map(code)).toEqual([
    5, 5, 5, 5,
  ]);
});

test('ssh is given the address, and what follows `--` cannot become an option of it', () => {
  expect(
    sshArguments(
      { host: 'box', user: 'me', port: 22, hostName: '10.0.0.1', identityFile: '/k', configFile: '/c' },
      ['ls', '-l'],
      false,
    ),
  ).toEqual([
    '-F',
    '/c',
    '-l',
    'me',
    '-p',
    '22',
    '-i',
    '/k',
    '-o',
    'HostName=10.0.0.1',
    '--',
    'box',
    'ls',
    '-l',
  ]);
  expect(sshArguments({ host: '-oProxyCommand=x' }, [], true)).toEqual(['--', '-oProxyCommand=x']);
});

test('the reference in docs/cli.md knows every verb and every option', () => {
  const reference = readFileSync(path.join(root, 'docs', 'cli.md'), 'utf8');
  const look = (command: Command, before: string) => {
    for (const child of command.commands) {
      const name = `${before}${child.name()}`;
      if (name === 'names') continue;
      expect(reference, name).toMatch(new RegExp(`\`${name}( |\`)|\`${before.trim()} \\[${child.name()}`));
      const lines = reference.split('\n');
      const row =
        lines.find((line) => line.includes(`\`${name}`)) ??
        lines.find((line) => line.includes(`[${child.name()}`));
      for (const { long, short } of child.options) {
        if (long === '--json' || long === '--help') continue;
        const known = row?.includes(long ?? '') || (short && row?.includes(short));
        expect(known, `${name} ${long}`).toBe(true);
      }
      look(child, `${name} `);
    }
  };
  look(
    buildProgram('0', () => undefined),
    '',
  );
});
