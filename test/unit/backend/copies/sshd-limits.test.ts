import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { CopyBox } from '#backend/copies/box.ts';
import { DirectWay } from '#backend/copies/direct-way.ts';
import { KeyJournal } from '#backend/copies/index.ts';
import { type KeyLimits, limitsOf, softwareIn, withoutTrace } from '#backend/copies/sshd-limits.ts';
import type { RunningProgram, RunsPrograms } from '#backend/processes/index.ts';
import { ManualClock, tempStore } from '#test/temp-store.ts';

/** As `ssh -v` tells them: the forms that these servers are known to announce themselves in. */
const banners: [string, KeyLimits][] = [
  ['OpenSSH_5.3', 'none'],
  ['OpenSSH_6.6.1p1 Ubuntu-2ubuntu2.13', 'none'],
  ['OpenSSH_7.2p2 Ubuntu-4ubuntu2.10', 'lasting'],
  ['OpenSSH_7.4', 'lasting'],
  ['OpenSSH_7.9p1 Debian-10+deb10u2', 'expiring'],
  ['OpenSSH_8.0', 'expiring'],
  ['OpenSSH_8.2p1 Ubuntu-4ubuntu0.5', 'expiring'],
  ['OpenSSH_9.2p1 Debian-2+deb12u2', 'expiring'],
  ['OpenSSH_10.0p2 Debian-7', 'expiring'],
  ['OpenSSH_for_Windows_8.1', 'expiring'],
  ['dropbear_2019.78', 'none'],
  ['dropbear_2022.83', 'none'],
  ['mod_sftp', 'unknown'],
  ['Go', 'unknown'],
];

const trace = (software: string, end: string): string =>
  [
    'OpenSSH_9.2p1 Debian-2+deb12u2, OpenSSL 3.0.11 19 Sep 2023',
    'debug1: Connecting to 10.0.0.2 [10.0.0.2] port 22.',
    'debug1: Local version string SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2',
    `debug1: Remote protocol version 2.0, remote software version ${software}`,
    'debug1: Next authentication method: publickey',
    end,
    '',
  ].join('\r\n');
const denied = 'u@10.0.0.2: Permission denied (publickey,password).';

test.each(banners)('%s: %s', (software, limits) => {
  expect(softwareIn(trace(software, denied))).toBe(software);
  expect(limitsOf(software)).toBe(limits);
});

test('of what was said only the complaint is told', () => {
  expect(withoutTrace(trace('OpenSSH_7.4', denied)).trim()).toBe(denied);
  expect(softwareIn('ssh: connect to host 10.0.0.2 port 22: Connection refused\n')).toBeNull();
  expect(limitsOf(null)).toBe('unknown');
});

type Answer = { exitCode: number; stdout?: string; stderr?: string };

/** A way between two machines, the destination's server being this one; and what was laid there: address and whether it expires. */
async function wayTo(software: string): Promise<{ way: DirectWay; laid: string[] }> {
  const laid: string[] = [];
  let expires = false;
  const limits = limitsOf(software);
  const answer = ([verb = '', ...args]: readonly string[]): Answer => {
    if (verb === 'make')
      return { exitCode: 0, stdout: 'ssh-ed25519 AAAA trainyard-copy\n/home/u/.trainyard/copies/x\n' };
    if (verb === 'remove') return { exitCode: 0, stdout: '0\n' };
    if (verb === 'lay') {
      expires = args[3] === '1';
      laid.push(`${args[1] === '' ? 'any' : args[1]} ${expires ? 'expires' : 'lasts'}`);
      return { exitCode: 0 };
    }
    // A line with an option that the server does not know is no key to it.
    const isKey = limits === 'expiring' || limits === 'unknown' || (limits === 'lasting' && !expires);
    return isKey
      ? { exitCode: 0, stdout: '10.0.0.1\n', stderr: trace(software, '') }
      : { exitCode: 255, stderr: trace(software, denied) };
  };
  const programs = {
    exec: async ({ args = [] }: { args?: readonly string[] }) => {
      const { exitCode, stdout = '', stderr = '' } = answer(args);
      return { exitCode, signal: null, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
    },
    spawn: async () => {
      const stdout = new PassThrough();
      stdout.write('up 4\n');
      return {
        stdin: new PassThrough(),
        stdout,
        stderr: new PassThrough(),
        exited: new Promise(() => undefined),
        kill: () => stdout.end(),
      } as unknown as RunningProgram;
    },
  } as unknown as RunsPrograms;
  const box = (name: string) => new CopyBox({ id: name, name }, async () => programs);
  const way = new DirectWay({
    from: box('one'),
    to: box('two'),
    place: '/a',
    stage: '/b',
    tarOptions: '',
    reach: { hostName: '10.0.0.2', port: 22, user: 'u', hostKeys: [{ type: 'ssh-ed25519', key: 'AAAA' }] },
    journal: new KeyJournal(await tempStore(), new ManualClock()),
  });
  return { way, laid };
}

const signal = new AbortController().signal;

test.each(banners)('the line that is laid for %s', async (software, limits) => {
  const { way, laid } = await wayTo(software);
  if (limits === 'none') {
    await expect(way.connect(signal)).rejects.toMatchObject({
      code: 'COPY_KEY_LIMITS',
      params: { machine: 'two', software },
    });
    expect(laid).toEqual(['any expires']);
  } else {
    await way.connect(signal);
    expect(laid).toEqual(
      limits === 'lasting'
        ? ['any expires', 'any lasts', '10.0.0.1 lasts']
        : ['any expires', '10.0.0.1 expires'],
    );
  }
  await way.close();
});
