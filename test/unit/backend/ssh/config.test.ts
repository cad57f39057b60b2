import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigReader } from '#backend/ssh/config/evaluate.ts';
import { globSteps, systemPlaces } from '#backend/ssh/config/files.ts';
import { jumpHops } from '#backend/ssh/config/options.ts';
import { configFiles, resolveHost } from '#backend/ssh/config/resolve.ts';
import { expandTilde } from '#backend/ssh/config/tokens.ts';
import { type ConfigSurroundings, previewHosts, realSurroundings } from '#backend/ssh/index.ts';
import { tempDirectory } from '#test/temp.ts';

/** Files in memory; Ada's computer. */
const around = (files: Record<string, string>, env: Record<string, string> = {}): ConfigSurroundings => ({
  ...systemPlaces('linux', env),
  home: '/home/ada',
  user: 'ada',
  localHost: 'laptop.example',
  env,
  read: async (file) => files[file] ?? null,
  glob: async (pattern) => {
    const start = pattern.slice(0, pattern.indexOf('*'));
    return Object.keys(files)
      .filter((file) => file.startsWith(start))
      .sort();
  },
});
const preview = (config: string, files: Record<string, string> = {}, hosts?: string[]) =>
  previewHosts({ configFile: '/c', ...(hosts ? { hosts } : {}) }, around({ '/c': config, ...files }));
const resolve = async (config: string, host: string, env: Record<string, string> = {}) =>
  (await resolveHost({ host, configFile: '/c' }, new ConfigReader(around({ '/c': config }, env)), null)).host;

describe('preview of an ssh_config', () => {
  test('concrete hosts only, in order, with what applies to them', async () => {
    const hosts = await preview(`
      Host *.wild gpu? !not
        User nobody
      Host gpu1 gpu2 # two of them
        HostName %h.lab.example
        Port = 2200
      Host gate
        User="gate keeper"
      Host *
        User bob
        IdentityFile ~/keys/%h
    `);
    expect(hosts.map(({ host, hostName, user, port }) => [host, hostName, user, port])).toEqual([
      ['gpu1', 'gpu1.lab.example', 'nobody', 2200],
      ['gpu2', 'gpu2.lab.example', 'nobody', 2200],
      ['gate', 'gate', 'gate keeper', 22],
    ]);
    expect(hosts[0]?.identityFiles).toEqual(['/home/ada/keys/gpu1.lab.example']);
  });

  test('includes: relative to ~/.ssh, globs, nested, within blocks that do not apply, in circles', async () => {
    const hosts = await preview('Include conf.d/*\nHost a\n  Include only-a\nHost b\n', {
      '/home/ada/.ssh/conf.d/1': 'Host one\n  User first\n  Include /c\n',
      '/home/ada/.ssh/conf.d/2': 'Host one two\n  User second\n',
      '/home/ada/.ssh/only-a': 'User inner\nHost nowhere\n  User x\n',
    });
    expect(hosts.map(({ host, user }) => [host, user])).toEqual([
      ['one', 'first'],
      ['two', 'second'],
      ['a', 'inner'],
      ['b', 'ada'],
    ]);
  });

  test('a file that includes itself twice ends with an error of its hosts, quickly', async () => {
    const [host] = await preview('Host a\nInclude /c\nInclude /c\nInclude /c\n');
    expect(host?.error?.message).toMatch(/Include/);
  });

  test('a bad line is the error of the hosts that it applies to', async () => {
    const hosts = await preview(
      'Host good\n  Port 1\nHost bad\n  Port none\n  Usr x\n  User "open\nHost fine\n',
    );
    expect(hosts.map(({ host, error }) => [host, error?.message])).toEqual([
      ['good', undefined],
      [
        'bad',
        '/c line 4: none is not a port; /c line 5: usr is not an option of ssh; /c line 6: a quote is not closed',
      ],
      ['fine', undefined],
    ]);
  });

  test('no program runs', async () => {
    const directory = await tempDirectory('preview');
    const trace = path.join(directory, 'ran');
    const configFile = path.join(directory, 'config');
    await writeFile(
      configFile,
      `Match exec "touch ${trace}"\n  User evil\nMatch !exec "touch ${trace}"\n  User evil\nHost a\n  ProxyCommand touch ${trace}\n  KnownHostsCommand touch ${trace}\n  LocalCommand touch ${trace}\n`,
    );
    const [host] = await previewHosts({ configFile }, { ...realSurroundings(), user: 'ada' });
    expect(host).toMatchObject({ host: 'a', user: 'ada', proxyCommand: `touch ${trace}` });
    expect(existsSync(trace)).toBe(false);
  });

  test('50,000 configurations of any kind neither throw nor hang', async () => {
    const word = fc.constantFrom(
      // biome-ignore lint/suspicious/noTemplateCurlyInString: ssh_config writes variables so
      ...'Host,Match,Include,HostName,User,Port,IdentityFile,ProxyJump,ProxyCommand,exec,host,all,final,*,?,!,a,b,"a b",none,=,#,%h,%,%%,${HOME},${,~,yes,22,99999,/c,\\,\',",\0,é,\x1b[0m,ssh://,@,[::1]:2,,'.split(
        ',',
      ),
    );
    const space = fc.constantFrom(' ', ' ', '\t', '=', '', '\n', '\n', '\r\n', '\f');
    const text = fc.array(fc.tuple(word, space), { maxLength: 24 }).map((pieces) => pieces.flat().join(''));
    for (const config of fc.sample(fc.oneof(text, text, fc.string({ unit: 'binary', maxLength: 80 })), {
      numRuns: 50_000,
      seed: 7,
    })) {
      const hosts = await preview(config, {}, ['a']);
      expect(hosts.length).toBe(1);
    }
  });

  test('patterns made to be slow are not', async () => {
    const [host] = await preview(`Host ${'*a'.repeat(400)}b\n User evil\n`, {}, ['a'.repeat(200)]);
    expect(host?.user).toBe('ada');
  });
});

describe('what connecting needs', () => {
  test('tokens, variables and the agent', async () => {
    const config = `Host a
      HostName b.example
      User u
      Port 7
      IdentityFile %d/%r@%h:%p-%n-%u-%L-%%
      IdentityFile \${KEYS}/k
      UserKnownHostsFile ~/known "/two files" %n
      IdentityAgent $AGENT
      ProxyCommand nc %h %p %r %n
      ServerAliveInterval 1m30
      PreferredAuthentications password,publickey
      StrictHostKeyChecking no`;
    const host = await resolve(config, 'a', { KEYS: '/keys', AGENT: '/run/agent' });
    expect(host).toMatchObject({
      identityFiles: ['/home/ada/u@b.example:7-a-ada-laptop-%', '/keys/k'],
      userKnownHostsFiles: ['/home/ada/known', '/two files', 'a'],
      identityAgent: '/run/agent',
      proxyCommand: 'nc b.example 7 u a',
      serverAliveIntervalMs: 90_000,
      preferredAuthentications: ['password', 'publickey'],
      strictHostKeyChecking: 'no',
      errors: [],
    });
    expect((await resolve(config, 'a')).errors).toMatchObject([
      { message: `IdentityFile \${KEYS}/k: the variable KEYS is not set` },
    ]);
  });

  test('what only OpenSSH can do', async () => {
    const reasons = async (line: string) => (await resolve(`Host a\n  ${line}\n`, 'a')).openSshReasons;
    expect(await reasons('GSSAPIAuthentication yes')).toEqual(['GSSAPIAuthentication']);
    expect(await reasons('PKCS11Provider /lib/x.so')).toEqual(['PKCS11Provider']);
    expect(await reasons('CertificateFile ~/c')).toEqual(['CertificateFile']);
    expect(await reasons('SecurityKeyProvider internal')).toEqual([]);
    expect(await reasons('GSSAPIAuthentication no')).toEqual([]);
  });

  test('jump hosts', () => {
    expect(jumpHops('a,bob@b:22,ssh://c@c.example:2222,[fe80::1]:9,u@x@y')).toEqual([
      { host: 'a' },
      { host: 'b', user: 'bob', port: 22 },
      { host: 'c.example', user: 'c', port: 2222 },
      { host: 'fe80::1', port: 9 },
      { host: 'y', user: 'u@x' },
    ]);
    expect(jumpHops('None')).toEqual([]);
    for (const wrong of ['', 'a,,b', '@a', 'a:0', 'a:x', 'a:b:c']) expect(() => jumpHops(wrong)).toThrow();
  });
});

describe('on Windows', () => {
  const home = 'C:\\Users\\Ada';
  const windows = (files: Record<string, string>, env: Record<string, string> = {}): ConfigSurroundings => ({
    ...around(files, env),
    ...systemPlaces('win32', { ProgramData: 'D:\\ProgramData' }),
    home,
  });

  test('the files, key names and agent are those of its own OpenSSH', async () => {
    const mine = 'C:\\Users\\Ada/.ssh/config';
    const system = 'D:\\ProgramData\\ssh/ssh_config';
    const surroundings = windows({
      [mine]:
        'Host gpu\r\n  HostName gpu.example\r\n  IdentityFile C:\\Keys\\work\r\n  IdentityFile ~\\.ssh\\id_lab\r\n',
      [system]: 'Host *\r\n  User lab\r\n',
    });
    expect(configFiles(undefined, surroundings).map(({ file }) => file)).toEqual([mine, system]);
    const reader = new ConfigReader(surroundings);
    const { host } = await resolveHost({ host: 'gpu' }, reader, null);
    expect(host).toMatchObject({
      hostName: 'gpu.example',
      user: 'lab',
      identityFiles: ['C:\\Keys\\work', 'C:\\Users\\Ada/.ssh\\id_lab'],
      identityAgent: '\\\\.\\pipe\\openssh-ssh-agent',
      globalKnownHostsFiles: [
        'D:\\ProgramData\\ssh/ssh_known_hosts',
        'D:\\ProgramData\\ssh/ssh_known_hosts2',
      ],
      errors: [],
    });
    const other = new ConfigReader(windows({ [mine]: '' }, { SSH_AUTH_SOCK: '\\\\.\\pipe\\mine' }));
    expect((await resolveHost({ host: 'gpu' }, other, null)).host.identityAgent).toBe('\\\\.\\pipe\\mine');
  });

  test('paths are parted by either stroke there, and only by one elsewhere', () => {
    expect(globSteps('C:\\Users\\Ada/.ssh/conf.d/*', path.win32)).toEqual({
      root: 'C:\\',
      steps: ['Users', 'Ada', '.ssh', 'conf.d', '*'],
    });
    expect(globSteps('/home/a\\da/*', path.posix)).toEqual({ root: '/', steps: ['home', 'a\\da', '*'] });
    expect(expandTilde('~\\keys\\a', home)).toBe('C:\\Users\\Ada/keys\\a');
    expect(expandTilde('~\\keys', '/home/ada')).toBe('~\\keys');
    expect(expandTilde('~/keys', '/home/ada/')).toBe('/home/ada/keys');
  });
});
