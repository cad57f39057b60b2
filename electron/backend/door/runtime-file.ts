import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** How the CLI finds an app that is running, and gets in: readable by the user only. */
export interface RuntimeFile {
  /** http://127.0.0.1:PORT */
  url: string;
  pid: number;
  /** What tells this process from a later one with the same number, '' where the system does not say. */
  processMark: string;
  /** Opens RPC and byte channel, as `Authorization: Bearer …`. */
  token: string;
  /** Where the same token opens the same for programs of this user, faster; absent where there is no such socket. */
  socket?: string;
  host: 'desktop' | 'headless';
  version: string;
}

const fileIn = (dataDirectory: string): string => path.join(dataDirectory, 'runtime.json');

export function writeRuntimeFile(dataDirectory: string, content: Omit<RuntimeFile, 'processMark'>): void {
  const file = fileIn(dataDirectory);
  const temporary = `${file}.${process.pid}`;
  const whole: RuntimeFile = { ...content, processMark: processMark(content.pid) };
  writeFileSync(temporary, JSON.stringify(whole), { mode: 0o600 });
  renameSync(temporary, file);
}

/** The running app, or null where there is none: no file, an unreadable one, or one left by a process that is gone. */
export function readRuntimeFile(dataDirectory: string): RuntimeFile | null {
  let content: Partial<RuntimeFile> | null;
  try {
    content = JSON.parse(readFileSync(fileIn(dataDirectory), 'utf8')) as Partial<RuntimeFile> | null;
  } catch {
    return null;
  }
  const { url, pid, token } = content ?? {};
  if (!content || typeof url !== 'string' || typeof pid !== 'number' || typeof token !== 'string')
    return null;
  if (!isAlive(pid) || (content.processMark ?? '') !== processMark(pid)) return null;
  return content as RuntimeFile;
}

/** Only our own: another process may have written its own by now. */
export function removeRuntimeFile(dataDirectory: string, token: string): void {
  try {
    const content = JSON.parse(readFileSync(fileIn(dataDirectory), 'utf8')) as Partial<RuntimeFile> | null;
    if (content?.token === token) rmSync(fileIn(dataDirectory), { force: true });
  } catch {
    // Gone or not ours: nothing to remove.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Boot id and start time of a process (Linux); elsewhere '': the connection then decides. */
function processMark(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold anything; the start time is the 20th after it.
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${bootId} ${startTime ?? ''}`;
  } catch {
    return '';
  }
}
