import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An account of its own for a box, so that its processes, files and login shell are as real as on somebody's server. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
  /** Ends every process of the account. */
  killAll(): void;
  /** Ends every process of the account and removes it. */
  remove(): Promise<void>;
}

let counter = 0;
let swept = false;
const ours = new Set<string>();

/** Only root may make accounts. */
export const canMakeAccounts = (): boolean => process.getuid?.() === 0 && process.platform === 'linux';

/** useradd and userdel take one lock for the whole machine and give up at once: several test processes queue here instead. */
const underLock = (program: string, ...args: string[]) =>
  run('flock', ['/tmp/trainyard-accounts.lock', program, ...args], { timeout: 60_000 });

/** `password` null: keys only (`*`, which sshd does not call locked). */
export async function makeAccount(home: string, shell: string, password: string | null): Promise<Account> {
  await sweep();
  const name = `ty${process.pid}x${counter++}`;
  const hash = password === null ? '*' : (await run('openssl', ['passwd', '-6', password])).stdout.trim();
  ours.add(name);
  await underLock('useradd', '-M', '-N', '-d', home, '-s', shell, '-p', hash, name);
  const [uid = 0, gid = 0] = (await run('id', ['-u', name])).stdout
    .trim()
    .split('\n')
    .concat((await run('id', ['-g', name])).stdout.trim())
    .map(Number);
  return {
    name,
    uid,
    gid,
    killAll: () => killAllOf(uid),
    remove: async () => {
      killAllOf(uid);
      await underLock('userdel', '-f', name);
      ours.delete(name);
    },
  };
}

/** Repeats because a process may fork between the listing and the blow. */
function killAllOf(uid: number): void {
  for (let round = 0; round < 20; round++) {
    const pids = processesOf(uid);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
  }
}

export function processesOf(uid: number): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const status = readFileSync(`/proc/${entry}/status`, 'utf8');
      const alive = !/^State:\s+[ZX]/m.test(status);
      return alive && new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(status) ? [Number(entry)] : [];
    } catch {
      return []; // gone meanwhile
    }
  });
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

/** Children, grandchildren and so on, nearest first. */
export function descendantsOf(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // gone meanwhile
    }
  }
  const found: number[] = [];
  const queue = [root];
  for (let pid = queue.shift(); pid !== undefined; pid = queue.shift()) {
    const own = children.get(pid) ?? [];
    found.push(...own);
    queue.push(...own);
  }
  return found;
}

/** Accounts that a killed test process left behind, and its processes. */
async function sweep(): Promise<void> {
  if (swept) return;
  swept = true;
  process.on('exit', () => {
    for (const name of ours) spawnSync('flock', ['/tmp/trainyard-accounts.lock', 'userdel', '-f', name]);
  });
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const match = /^(ty(\d+)x\d+):[^:]*:(\d+):/.exec(line);
    if (!match?.[1] || existsSync(`/proc/${match[2]}`)) continue;
    killAllOf(Number(match[3]));
    await underLock('userdel', '-f', match[1]).catch(() => undefined); // another process swept it first
  }
}
