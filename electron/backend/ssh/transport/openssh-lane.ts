import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import path from 'node:path';
import { TrainyardError } from '#shared/domain/error.ts';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import { openSshMissing } from '../errors.ts';
import type { SshLane } from '../interface.ts';
import { atExit } from './at-exit.ts';
import { plainCommandLine } from './bootstrap.ts';
import { findSsh, loggedIn, type MasterTarget, masterArguments } from './openssh-connect.ts';
import { unlessAborted } from './socket.ts';

/** Nothing may be asked; and what bytes cost is what counts: AES is done by the processor itself. */
const options = [
  'BatchMode=yes',
  'Compression=no',
  'Ciphers=aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes256-ctr,chacha20-poly1305@openssh.com',
  'ServerAliveInterval=10',
  'ServerAliveCountMax=3',
  'LogLevel=ERROR',
].flatMap((option) => ['-o', option]);

/** `idle`: this computer gives it only what nobody else wants. Rejects where it cannot be had without asking. */
export async function openSshLane(
  target: MasterTarget & { signal: AbortSignal; idle: boolean },
): Promise<SshLane> {
  const program = findSsh();
  if (program === null) throw openSshMissing(target.host.alias, saySsh('NEEDS_LANE'));
  const directory = await mkdtemp(path.join(tmpdir(), 'ty-'));
  const control = path.join(directory, 'c');
  const master = spawn(program, [...options, ...masterArguments(target, control)], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true, // no terminal
    env: { ...process.env, LC_ALL: 'C' },
  });
  const spared = atExit(() => {
    master.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });
  const said = { text: '' };
  let isOpen = true;
  const gone = new Promise<void>((resolve) => {
    const over = () => {
      isOpen = false;
      spared();
      rmSync(directory, { recursive: true, force: true });
      resolve();
    };
    master.once('error', over);
    master.once('exit', over);
  });
  master.stdin.on('error', () => undefined); // its exit tells
  master.stderr.on('data', (bytes: Buffer) => {
    said.text = (said.text + bytes.toString('utf8')).slice(-4_096);
  });
  const close = () => {
    master.kill('SIGTERM');
    return gone;
  };
  try {
    if (target.idle && master.pid !== undefined) lower(master.pid);
    await unlessAborted(loggedIn(master, control, said, target.host), target.signal);
  } catch (error) {
    await close();
    throw TrainyardError.from(error);
  }
  const shared = [
    '-F',
    'none',
    '-S',
    control,
    '-o',
    'ControlMaster=no',
    '-o',
    'ProxyCommand=false',
    '-T',
    '--',
    'box',
  ];
  return {
    words: (command) => [program, ...shared, plainCommandLine(command)],
    get isOpen() {
      return isOpen;
    },
    close,
  };
}

function lower(pid: number): void {
  try {
    os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, which its exit tells.
  }
}
