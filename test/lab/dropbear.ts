import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface DropbearOptions {
  /** Where its keys are made and its log is written. */
  directory: string;
  home: string;
  /** It lets in whom it finds in /etc/passwd. */
  account: { uid: number; gid: number } | null;
  port: number;
  /** Of every session; `%h` is the home. */
  env: Readonly<Record<string, string>>;
}

/** A real dropbear: the SSH server of routers and small boards, which knows fewer options of authorized_keys. Resolves when it listens. */
export async function startDropbear(options: DropbearOptions): Promise<ChildProcess> {
  const { directory, home, port, env } = options;
  const hostKey = path.join(directory, 'host_ed25519');
  await run('dropbearconvert', ['openssh', 'dropbear', hostKey, `${hostKey}.dropbear`], { timeout: 60_000 });
  await letIn(options);
  const pidFile = path.join(directory, 'dropbear.pid');
  const args = ['-F', '-E', '-e', '-s', '-m', '-p', `127.0.0.1:${port}`, '-P', pidFile];
  const server = spawn('/usr/sbin/dropbear', [...args, '-r', `${hostKey}.dropbear`], {
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replaceAll('%h', home)])),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const logFile = path.join(directory, 'sshd.log');
  server.stderr.on('data', (bytes: Buffer) => {
    appendFileSync(logFile, bytes);
    said = (said + bytes.toString('latin1')).slice(-4_000);
  });
  const ended = new Promise<never>((_resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`dropbear ended with ${code}: ${said}`)));
  });
  ended.catch(() => undefined); // its end is also how it is stopped
  await Promise.race([listens(server, port), ended]);
  return server;
}

/** It looks for keys in the home alone, and only where nobody else may write. */
async function letIn({ directory, home, account }: DropbearOptions): Promise<void> {
  if (account === null) throw new Error('only root can make the account that dropbear needs');
  const ssh = path.join(home, '.ssh');
  const file = path.join(ssh, 'authorized_keys');
  await mkdir(ssh, { recursive: true, mode: 0o700 });
  const keys = await readFile(path.join(directory, 'authorized_keys'), 'utf8');
  await writeFile(file, keys, { mode: 0o600 });
  for (const each of [ssh, file]) await chown(each, account.uid, account.gid);
}

async function listens(server: ChildProcess, port: number): Promise<void> {
  const answers = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      const over = (is: boolean) => {
        socket.destroy();
        resolve(is);
      };
      socket.once('data', (bytes) => over(/^SSH-2\.0-dropbear/.test(bytes.toString('latin1'))));
      socket.once('error', () => over(false));
      socket.once('close', () => over(false));
    });
  while (server.exitCode === null && server.signalCode === null && !(await answers()))
    await new Promise((resolve) => setTimeout(resolve, 20));
}
