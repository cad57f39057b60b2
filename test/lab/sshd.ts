import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeTempDirectory } from '#test/temp.ts';
import { type Account, canMakeAccounts, descendantsOf, kill, makeAccount } from './accounts.ts';
import { startDropbear } from './dropbear.ts';

const run = promisify(execFile);

export type BoxShell = 'bash' | 'dash' | 'ash' | 'zsh' | 'fish' | 'tcsh';
export type HostKeyType = 'ed25519' | 'ecdsa' | 'rsa';

export interface BoxOptions {
  /** Alias in `configSnippet`; default `box`. */
  name?: string;
  /** Whose server it is; default OpenSSH's. dropbear needs root, and knows nothing of `config`. */
  server?: 'openssh' | 'dropbear' | undefined;
  /** Login shell; anything but bash needs root (an account of its own). `ash` is busybox's. */
  shell?: BoxShell;
  /** Further public keys that may log in, beside the box's own `keyFile`. */
  authorizedKeys?: readonly string[];
  /** Lets this password in too; needs root. */
  password?: string;
  /** Further lines for sshd_config; the first value of a keyword wins, so these come first. */
  config?: readonly string[];
  /** sshd's default is 10. */
  maxSessions?: number;
  /** Environment of every session; PATH too. `%h` in a value is the box's home. */
  env?: Readonly<Record<string, string>>;
  /** Files put into the home: `.bashrc`, `bin/nvidia-smi` … Those under `bin/` are made executable. */
  files?: Readonly<Record<string, string>>;
  hostKeys?: readonly HostKeyType[];
  /** Whether `knownHostsFile` (which `configSnippet` names) already has the host key. Default true. */
  known?: boolean;
}

/** A real sshd on a free loopback port with its own account, home, host keys and client key. */
export interface Box {
  name: string;
  host: '127.0.0.1';
  port: number;
  user: string;
  home: string;
  /** The sshd's own directory; `home` lies in it. */
  directory: string;
  /** A private key (ed25519, no passphrase) that may log in. */
  keyFile: string;
  knownHostsFile: string;
  /** `SHA256:…` of the first host key. */
  hostKeyFingerprint: string;
  /** A `Host NAME` block for ssh_config that reaches the box without a question. */
  configSnippet: string;
  /** What sshd wrote so far. */
  log(): Promise<string>;
  /** Kills every open session, as a crash over there would; the server stays. */
  dropConnections(): void;
  /** New host keys of the same types; takes effect with the next connection. */
  changeHostKey(): Promise<string>;
  /** Ends and starts the server on the same port. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  /** What a reboot does: every process of the box ends at once, and its server is back with another boot id. Needs root. */
  reboot(): Promise<void>;
  /** Ends everything of the box, removes its account and directory. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const server of running)
    if (server.pid) for (const pid of [...descendantsOf(server.pid), server.pid]) kill(pid);
});

const shells: Record<BoxShell, string> = {
  bash: '/bin/bash',
  dash: '/bin/dash',
  ash: '/usr/bin/busybox',
  zsh: '/usr/bin/zsh',
  fish: '/usr/bin/fish',
  tcsh: '/usr/bin/tcsh',
};

/** Starts one box. Give it to `onTestFinished(() => box.stop())` or stop it in afterAll. */
export async function startBox(options: BoxOptions = {}): Promise<Box> {
  const name = options.name ?? 'box';
  const directory = await makeTempDirectory(`box-${name.replace(/[^A-Za-z0-9]/g, '').slice(0, 20)}`);
  await chmod(directory, 0o711); // the account must reach its home
  const home = path.join(directory, 'home');
  await mkdir(home);
  const account = await accountFor(directory, home, options);
  await writeFiles(home, options.files ?? {}, account);

  const keyFile = path.join(directory, 'client_ed25519');
  await makeKey(keyFile, 'ed25519', `${name}-client`);
  const keys = [await readFile(`${keyFile}.pub`, 'utf8'), ...(options.authorizedKeys ?? [])];
  await writeFile(path.join(directory, 'authorized_keys'), `${keys.map((key) => key.trim()).join('\n')}\n`);
  const hostKeyTypes = options.hostKeys ?? ['ed25519'];
  await makeHostKeys(directory, hostKeyTypes);
  const knownHostsFile = path.join(directory, 'known_hosts');

  let server: ChildProcess | null = null;
  let port = 0;
  let bootFile: string | null = null;
  const start = async (wanted: number) => {
    const started = await onAPort(wanted, (onPort) =>
      options.server === 'dropbear'
        ? startDropbear({ directory, home, account, port: onPort, env: options.env ?? {} })
        : openssh(directory, onPort, account?.name ?? null, options, hostKeyTypes, bootFile),
    );
    running.add(started.server);
    started.server.once('exit', () => running.delete(started.server));
    server = started.server;
    port = started.port;
  };
  await start(0);
  if (options.known !== false)
    await writeFile(knownHostsFile, await knownLines(directory, hostKeyTypes, port));

  const user = account?.name ?? os.userInfo().username;
  return {
    name,
    host: '127.0.0.1',
    port,
    user,
    home,
    directory,
    keyFile,
    knownHostsFile,
    hostKeyFingerprint: await fingerprintOf(path.join(directory, `host_${hostKeyTypes[0]}.pub`)),
    configSnippet: [
      `Host ${name}`,
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${user}`,
      `  IdentityFile ${keyFile}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${knownHostsFile}`,
      '  GlobalKnownHostsFile /dev/null',
      '',
    ].join('\n'),
    log: () => readFile(path.join(directory, 'sshd.log'), 'utf8'),
    dropConnections: () => {
      if (server?.pid) for (const pid of descendantsOf(server.pid)) kill(pid);
    },
    changeHostKey: async () => {
      await makeHostKeys(directory, hostKeyTypes);
      if (server?.pid) {
        // sshd holds its keys in memory: a new server is what an exchanged machine looks like too.
        await endServer(server);
        await start(port);
      }
      return fingerprintOf(path.join(directory, `host_${hostKeyTypes[0]}.pub`));
    },
    stopServer: async () => {
      if (server) await endServer(server);
    },
    startServer: () => start(port),
    reboot: async () => {
      if (!account) throw new Error('only an account of its own can be rebooted');
      bootFile = path.join(directory, 'boot_id');
      if (server) await endServer(server);
      account.killAll();
      await writeFile(bootFile, `${randomUUID()}\n`);
      await start(port);
    },
    stop: async () => {
      if (server) await endServer(server);
      await account?.remove();
      await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    },
  };
}

/** `count` boxes named `PREFIX1 …`, a few started at a time. */
export async function startBoxes(count: number, options: BoxOptions = {}): Promise<Box[]> {
  const boxes: Box[] = [];
  const names = Array.from({ length: count }, (_, index) => `${options.name ?? 'box'}${index + 1}`);
  const worker = async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      boxes.push(await startBox({ ...options, name }));
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return boxes.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

async function accountFor(directory: string, home: string, options: BoxOptions): Promise<Account | null> {
  const shell = options.shell ?? 'bash';
  if (!canMakeAccounts()) {
    if (shell !== 'bash' || options.password !== undefined) {
      throw new Error('only root can make the account that this box needs');
    }
    return null;
  }
  let program = shells[shell];
  if (shell === 'ash') {
    program = path.join(directory, 'ash'); // busybox becomes the program that it is called as
    await symlink(shells.ash, program);
  }
  if (!existsSync(program)) throw new Error(`${program} is not installed`);
  const account = await makeAccount(home, program, options.password ?? null);
  await chown(home, account.uid, account.gid);
  return account;
}

async function writeFiles(
  home: string,
  files: Readonly<Record<string, string>>,
  account: Account | null,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(home, name);
    const missing = await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content, { mode: name.startsWith('bin/') ? 0o755 : 0o644 });
    if (account) await run('chown', ['-R', `${account.uid}:${account.gid}`, missing ?? file]);
  }
}

async function makeKey(file: string, type: HostKeyType, comment: string): Promise<void> {
  await rm(file, { force: true });
  const size = type === 'rsa' ? ['-b', '2048'] : [];
  await run('ssh-keygen', ['-q', '-t', type, ...size, '-N', '', '-C', comment, '-f', file], {
    timeout: 60_000,
  });
}

async function makeHostKeys(directory: string, types: readonly HostKeyType[]): Promise<void> {
  for (const type of types) await makeKey(path.join(directory, `host_${type}`), type, 'host');
}

/** `SHA256:…` of a public key file, as OpenSSH prints it. */
export async function fingerprintOf(publicKeyFile: string): Promise<string> {
  const blob = Buffer.from((await readFile(publicKeyFile, 'utf8')).split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

async function knownLines(directory: string, types: readonly HostKeyType[], port: number): Promise<string> {
  const lines = types.map(async (type) => {
    const [kind, blob] = (await readFile(path.join(directory, `host_${type}.pub`), 'utf8')).split(' ');
    return `[127.0.0.1]:${port} ${kind} ${blob}\n`;
  });
  return (await Promise.all(lines)).join('');
}

async function onAPort(
  wantedPort: number,
  start: (port: number) => Promise<ChildProcess>,
): Promise<{ server: ChildProcess; port: number }> {
  for (let attempt = 0; ; attempt++) {
    const port = wantedPort || (await freePort());
    try {
      return { server: await start(port), port };
    } catch (error) {
      // Another process may have taken the port between the look and the bind.
      if (attempt >= 10 || !String(error).includes('Address already in use')) throw error;
      await new Promise((resolve) => setTimeout(resolve, wantedPort ? 100 : 0));
    }
  }
}

async function openssh(
  directory: string,
  port: number,
  user: string | null,
  options: BoxOptions,
  hostKeyTypes: readonly HostKeyType[],
  bootFile: string | null,
): Promise<ChildProcess> {
  const configFile = path.join(directory, 'sshd_config');
  await writeFile(configFile, sshdConfig(directory, port, user, options, hostKeyTypes));
  return listening(configFile, path.join(directory, 'sshd.log'), bootFile);
}

function sshdConfig(
  directory: string,
  port: number,
  user: string | null,
  options: BoxOptions,
  hostKeyTypes: readonly HostKeyType[],
): string {
  const env = Object.entries({ ...(user ? {} : { HOME: path.join(directory, 'home') }), ...options.env });
  return [
    ...(options.config ?? []),
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeyTypes.map((type) => `HostKey ${path.join(directory, `host_${type}`)}`),
    `PidFile none`,
    `AuthorizedKeysFile ${path.join(directory, 'authorized_keys')}`,
    'StrictModes no',
    'UsePAM no',
    'UseDNS no',
    `PasswordAuthentication ${options.password === undefined ? 'no' : 'yes'}`,
    'KbdInteractiveAuthentication no',
    'PrintMotd no',
    'PrintLastLog no',
    'MaxStartups 200:30:400',
    // Between two OpenSSH these are the most of what a connection takes, and our own client does not know them.
    'KexAlgorithms -sntrup*,mlkem*',
    'LoginGraceTime 60',
    ...(options.maxSessions === undefined ? [] : [`MaxSessions ${options.maxSessions}`]),
    ...(user ? [`AllowUsers ${user}`] : []),
    ...(env.length > 0
      ? [
          `SetEnv ${env.map(([key, value]) => `"${key}=${value.replaceAll('%h', path.join(directory, 'home'))}"`).join(' ')}`,
        ]
      : []),
    '',
  ].join('\n');
}

/** In a namespace of its own with `bootFile`'s boot id where one is given: so are then all sessions of the server. */
const inBoot = 'mount --bind "$1" /proc/sys/kernel/random/boot_id && shift && exec /usr/sbin/sshd "$@"';

function listening(configFile: string, logFile: string, bootFile: string | null): Promise<ChildProcess> {
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  return new Promise((resolve, reject) => {
    const args = ['-D', '-e', '-f', configFile];
    const server =
      bootFile === null
        ? spawn('/usr/sbin/sshd', args, { stdio: ['ignore', 'ignore', 'pipe'] })
        : spawn('unshare', ['-m', '/bin/sh', '-c', inBoot, 'sh', bootFile, ...args], {
            stdio: ['ignore', 'ignore', 'pipe'],
          });
    let said = '';
    server.stderr?.on('data', (bytes: Buffer) => {
      appendFileSync(logFile, bytes);
      if (said.includes('Server listening')) return;
      said += bytes.toString();
      if (said.includes('Server listening')) resolve(server);
    });
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`sshd ended with ${code}: ${said}`)));
  });
}

async function endServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || !server.pid) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  const sessions = descendantsOf(server.pid);
  server.kill('SIGKILL');
  for (const pid of sessions) kill(pid);
  await gone;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Writes an ssh_config that reaches all of `boxes`; returns its path. */
export async function writeSshConfig(directory: string, boxes: readonly Box[]): Promise<string> {
  const file = path.join(directory, 'ssh_config');
  await writeFile(file, boxes.map((box) => box.configSnippet).join('\n'), { mode: 0o600 });
  return file;
}

/** Runs the system's `ssh` against a box and waits: for setting scenes in tests, not for what is tested. */
export function sshNow(box: Box, command: string): string {
  const result = spawnSync(
    'ssh',
    [
      '-F',
      'none',
      '-p',
      String(box.port),
      '-i',
      box.keyFile,
      '-o',
      `UserKnownHostsFile=${box.knownHostsFile}`,
      '-o',
      'IdentitiesOnly=yes',
      '-o',
      'BatchMode=yes',
      `${box.user}@127.0.0.1`,
      command,
    ],
    { timeout: 60_000, encoding: 'utf8' },
  );
  if (result.status !== 0) throw new Error(`ssh ended with ${result.status}: ${result.stderr}`);
  return result.stdout;
}
