import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { previewHosts } from '#backend/ssh/index.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';

const pick = fc.constantFrom;
const alias = pick('gpu1', 'gpu2', 'lab-a', 'node.example.com', 'x');
const pattern = pick(
  'gpu1',
  'gpu2',
  'gpu*',
  'lab-?',
  '*',
  '*.example.com',
  '!gpu2',
  '!lab-a',
  'node.example.com',
  'x',
  '?',
);
const hosts = fc.array(pattern, { minLength: 1, maxLength: 3 }).map((list) => list.join(' '));
const list = fc.array(pattern, { minLength: 1, maxLength: 3 }).map((words) => words.join(','));
const criterion = fc.oneof(
  list.map((names) => `host ${names}`),
  list.map((names) => `originalhost ${names}`),
  list.map((names) => `!host ${names}`),
  pick(
    'user ada',
    'user root',
    '!user ada',
    'localuser root',
    'localuser nobody',
    'final',
    'canonical',
    '!final',
    'user "ada,bob"',
  ),
);
const match = fc.oneof(
  fc.array(criterion, { minLength: 1, maxLength: 3 }).map((all) => `Match ${all.join(' ')}`),
  pick('Match all', 'Match final all', 'Match canonical all', 'Match !all', 'match ALL # comment'),
);
const option = fc.oneof(
  pick(
    'HostName 10.0.0.1',
    'HostName %h.internal',
    'HostName=Big.Example.COM',
    'HostName "quoted.example"',
    'hostname %h',
  ),
  pick('User ada', 'User=bob', 'User = "carol"', 'USER dave # the fourth', 'User "e ve"'),
  pick('Port 2222', 'Port=22', 'Port "2022"', 'port\t443', 'Port    80   # web'),
  pick(
    'IdentityFile ~/.ssh/id_a',
    'IdentityFile "~/my keys/b"',
    'IdentityFile /k/%h-%r',
    "IdentityFile '/k/c c'",
    'IdentityFile /k/\\"d',
    'IdentityFile none',
    'IdentityFile ~/.ssh/id_a',
  ),
  pick(
    'ProxyJump gate',
    'ProxyJump ada@gate:2200',
    'ProxyJump none',
    'ProxyJump gate1,bob@gate2',
    'ProxyJump [::1]:22',
    'ProxyJump=gate # comment',
    'ProxyJump ssh://ada@gate:22',
  ),
  pick(
    'ProxyCommand ssh -W %h:%p gate',
    'ProxyCommand none',
    'ProxyCommand = nc "%h" %p # kept',
    "ProxyCommand sh -c 'exec nc %h %p'",
  ),
  pick(
    'ServerAliveInterval 5',
    'Compression yes',
    'ForwardAgent no',
    'LocalForward 8888 localhost:8888',
    'StrictHostKeyChecking accept-new',
  ),
  pick(
    'IgnoreUnknown UseKeychain',
    'SendEnv LANG LC_*',
    'IdentitiesOnly yes',
    '# a comment',
    '',
    '   # another',
    'SetEnv A=1',
  ),
);
const line = fc.oneof(
  { weight: 3, arbitrary: hosts.map((names) => `Host ${names}`) },
  { weight: 2, arbitrary: match },
  { weight: 9, arbitrary: option },
  { weight: 1, arbitrary: pick('Include inc-*', 'Include inc-a', 'Include missing', 'Include inc-b inc-a') },
);
const dressed = fc
  .tuple(line, pick('', '', '  ', '\t'), pick('', '', ' ', '\r'))
  .map(([text, before, after]) => before + text + after);
const config = (most: number) =>
  fc.array(dressed, { maxLength: most }).map((lines) => `${lines.join('\n')}\n`);
const included = fc
  .array(
    fc.oneof(
      hosts.map((names) => `Host ${names}`),
      match,
      option,
    ),
    { maxLength: 5 },
  )
  .map((lines) => `${lines.join('\n')}\n`);

/** What `ssh -G` prints, for the keys that the preview has; null where ssh refuses the file. */
function openSsh(file: string, host: string, home: string) {
  const run = spawnSync('ssh', ['-G', '-F', file, host], {
    encoding: 'utf8',
    env: { ...process.env, HOME: home },
    timeout: 30_000,
  });
  if (run.status !== 0) return null;
  const all = (key: string) =>
    run.stdout
      .split('\n')
      .filter((text) => text.startsWith(`${key} `))
      .map((text) => text.slice(key.length + 1));
  const [hostName = '', user = '', port = ''] = ['hostname', 'user', 'port'].map((key) => all(key)[0] ?? '');
  // -G expands neither ~ nor tokens in files and commands: that is done here, by the manual's words.
  const expand = (text: string) =>
    text.replace(
      /%([hpr%])/g,
      (_, token: string) => ({ h: hostName, p: port, r: user, '%': '%' })[token] ?? '',
    );
  return {
    hostName,
    user,
    port: Number(port),
    identityFiles: all('identityfile')
      .filter((name) => name !== 'none')
      .map((name) => expand(name.replace(/^~/, home))),
    proxyJump: all('proxyjump')[0] ?? null,
    proxyCommand: all('proxycommand').map(expand)[0] ?? null,
  };
}

describe.skipIf(!needs('ssh', 'root'))('ssh_config', () => {
  test('is read as the system’s OpenSSH reads it', async () => {
    const home = '/root'; // ssh takes the home from the password file, not from $HOME
    const directory = await tempDirectory('config');
    const file = path.join(directory, 'config');
    const includes = path.join(directory, 'includes');
    await mkdir(includes);
    await fc.assert(
      fc.asyncProperty(config(14), included, included, alias, async (text, a, b, host) => {
        // Relative Includes lie in ~/.ssh, which is no test's to write: they are made absolute.
        const whole = text.replace(/inc-/g, `${includes}/inc-`).replace(/missing/g, `${includes}/missing`);
        await Promise.all([
          writeFile(file, whole),
          writeFile(path.join(includes, 'inc-a'), a),
          writeFile(path.join(includes, 'inc-b'), b),
        ]);
        const theirs = openSsh(file, host, home);
        const [ours] = await previewHosts({ configFile: file, hosts: [host] });
        if (!theirs) return; // a mistake anywhere makes ssh refuse everything; ours is an error of the hosts it is for
        expect(ours).toEqual({ host, ...theirs, proxyJump: ours?.proxyJump ?? null });
        expect(normalJump(ours?.proxyJump ?? null)).toBe(normalJump(theirs.proxyJump));
      }),
      { numRuns: 3000 },
    );
  });
});

/** ssh prints the hops that it has read, not what was written. */
function normalJump(text: string | null): string | null {
  return text === null ? null : text.replace(/^ssh:\/\//, '').replace(/\[(?!.*:.*\])([^\]]*)\]/g, '$1');
}
