import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type LocalPrograms, localPrograms } from '#backend/processes/index.ts';
import { type BoxAttempt, type BoxLaunch, type BoxRuns, createBoxRuns } from '#backend/runs/box/index.ts';
import { newId } from '#shared/domain/id.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

/**
 * `busybox`: its ash and nothing but its applets on the PATH, so no flock, no bash, no GNU tail or grep.
 * `bare`: dash as on a system without /proc, flock and setsid (macOS): `ps`, links as locks.
 */
export type BoxKind = 'dash' | 'bash' | 'busybox' | 'bare';

export interface LocalBox {
  kind: BoxKind;
  home: string;
  root: string;
  programs: LocalPrograms;
  runs: BoxRuns;
  /** Another laptop: its own programs, its own BoxRuns. */
  laptop(): BoxRuns;
  launchOf(run: string, more?: Partial<BoxLaunch>): BoxLaunch;
  attempt(runId: string, epoch?: number): Promise<BoxAttempt>;
  /** Waits until the attempt has ended (or is lost) and gives what the box says. */
  ended(runId: string, epoch?: number): Promise<BoxAttempt>;
  log(runId: string, epoch?: number): Promise<string>;
  /** Everything that runs with this box's home: supervisors, trainers, watchers. */
  processes(): { pid: number; command: string }[];
  nothingLeft(): Promise<void>;
  /** So that a test that failed leaves nothing to the next. */
  killEverything(): Promise<void>;
  /** The laptops go; the box and its runs stay (the home is another's, given by `home`). */
  leave(): Promise<void>;
  close(): Promise<void>;
}

export interface LocalBoxOptions {
  kind?: BoxKind;
  /** Where the home is made; default a temporary directory. */
  home?: string;
  env?: Record<string, string>;
  /** What RunsPrograms starts instead of the kind's shell. */
  programsShell?: string;
  watchEverySeconds?: number;
}

/** Each look starts programs or reads every process: asked at once again that would be most of the work. */
const asking = { everyMs: 60 } as const;

export async function localBox(options: LocalBoxOptions = {}): Promise<LocalBox> {
  const kind = options.kind ?? 'dash';
  const directory = await makeTempDirectory('local-box');
  const home = options.home ?? path.join(directory, "ho me's");
  mkdirSync(home, { recursive: true });
  const { shell, env } = surroundings(kind, home);
  const laptops: LocalPrograms[] = [];
  const connect = () => {
    const programs = localPrograms({
      env: { ...env, HOME: home, TY_BEAT: '1', ...options.env },
      cwd: directory,
      shell: options.programsShell ?? shell,
    });
    laptops.push(programs);
    return programs;
  };
  const boxRuns = (programs: LocalPrograms) =>
    createBoxRuns(programs, { shell, watchEverySeconds: options.watchEverySeconds ?? 30 });
  const programs = connect();
  const runs = boxRuns(programs);

  const attempt = async (runId: string, epoch = 1) => {
    const report = await runs.status([runId]);
    const found = report.attempts.find((one) => one.epoch === epoch);
    if (!found) throw new Error(`the box has no attempt ${epoch} of ${runId}: ${JSON.stringify(report)}`);
    return found;
  };
  const killEverything = async () => {
    await until(
      'everything of the box is gone',
      () => {
        const left = processes();
        for (const { pid } of left) killed(pid);
        return left.length === 0;
      },
      asking,
    );
  };
  const removeDirectory = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  const leave = async () => {
    await Promise.all(laptops.map((one) => one.close()));
    if (options.home !== undefined) removeDirectory();
  };
  const processes = () => processesWith(`HOME=${home}\0`);
  return {
    kind,
    home,
    root: `${home}/.trainyard`,
    programs,
    runs,
    laptop: () => boxRuns(connect()),
    launchOf: (run, more = {}) => ({
      runId: newId(),
      epoch: 1,
      specification: '{}',
      workdir: 'code',
      setup: null,
      setupKey: null,
      run,
      env: {},
      graceSeconds: 5,
      ...more,
    }),
    attempt,
    ended: (runId, epoch = 1) =>
      until(
        `attempt ${epoch} of ${runId} has ended`,
        async () => {
          const found = await attempt(runId, epoch);
          return found.phase === 'ended' || found.phase === 'lost' ? found : null;
        },
        asking,
      ),
    log: async (runId, epoch = 1) => (await runs.readLog(runId, epoch, 0, 4_000_000)).toString('utf8'),
    processes,
    nothingLeft: async () => {
      await until('nothing of the box runs any more', () => processes().length === 0, {
        deadlineMs: 20_000,
        ...asking,
      }).catch((error: unknown) => {
        throw new Error(`still there: ${JSON.stringify(processes())}`, { cause: error });
      });
    },
    killEverything,
    leave,
    close: async () => {
      await leave();
      await killEverything();
      removeDirectory();
    },
  };
}

function surroundings(kind: BoxKind, home: string): { shell: string; env: Record<string, string> } {
  const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  switch (kind) {
    case 'dash':
      return { shell: '/bin/dash', env: { PATH } };
    case 'bash':
      return { shell: '/bin/bash', env: { PATH } };
    case 'bare':
      return { shell: '/bin/dash', env: { PATH, TY_NO_PROC: '1', TY_NO_FLOCK: '1' } };
    case 'busybox': {
      const applets = path.join(home, '.applets'); // the box's: it stays when a laptop leaves
      const env = { PATH: applets };
      if (existsSync(applets)) return { shell: path.join(applets, 'ash'), env };
      mkdirSync(applets);
      const list = spawnSync('busybox', ['--list'], { encoding: 'utf8' }).stdout.split('\n');
      for (const applet of list.filter(Boolean)) symlinkSync('/usr/bin/busybox', path.join(applets, applet));
      return { shell: path.join(applets, 'ash'), env };
    }
  }
}

/** Live processes whose environment holds `text` (zombies have none). */
export function processesWith(text: string): { pid: number; command: string }[] {
  const found: { pid: number; command: string }[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(text)) continue;
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 300);
      found.push({ pid: Number(name), command });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ENOENT' && code !== 'ESRCH' && code !== 'EACCES') throw error;
    }
  }
  return found;
}

export function killed(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return false;
    throw error;
  }
}

/** A program that only tests need, made executable. */
export function script(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}
