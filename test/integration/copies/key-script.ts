import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { keyScript as script } from '#backend/copies/index.ts';
import { remoteScript } from '#backend/resources.ts';
import { tempDirectory } from '#test/temp.ts';

const receiver = remoteScript('copy-receive.sh');

/** The programs by which copy-key.sh changes anything. */
const acting = ['ln', 'cp', 'awk', 'mv', 'sync', 'rm', 'tail'];

/**
 * Stands before a program: counts its calls, appends to authorized_keys (or writes it anew) as it is about to be replaced, and kills
 * the script before or after the call with the number that is asked for.
 */
const wrapper = (name: string, real: string, world: string) => `#!/bin/sh
world='${world}'
[ -f "$world/armed" ] || exec ${real} "$@"
read -r at when <"$world/armed"
read -r count <"$world/count"
count=$((count + 1))
echo "$count" >"$world/count"
strike() {
  echo "${name} $*" >"$world/killed"
  read -r script <"$world/script"
  kill -9 "$script" "$PPID"
}
[ "$count.before" != "$at.$when" ] || { strike "$@"; exit; }
for last; do :; done
case "${name} $last" in
  *' '*/authorized_keys)
    case ${name} in
      mv | rm)
        [ ! -f "$world/append" ] || { /bin/cat "$world/append" >>"$last"; /bin/rm "$world/append"; }
        [ ! -f "$world/rewrite" ] || { /bin/cat "$world/rewrite" >"$last"; /bin/rm "$world/rewrite"; }
        ;;
    esac
    ;;
esac
${real} "$@"
status=$?
[ "$count.after" != "$at.$when" ] || strike "$@"
exit "$status"
`;

export type Shell = readonly string[];
export const dash: Shell = ['dash'];
export const bash: Shell = ['bash', '--posix'];
export const busybox: Shell = ['busybox', 'sh'];

/** One account as copy-key.sh sees it: a home, and programs that can kill it. Timers are not started. */
export async function keyWorld(shell: Shell = dash) {
  const world = realpathSync(await tempDirectory('key-script'));
  const home = path.join(world, 'home');
  const bin = path.join(world, 'bin');
  for (const directory of [home, bin, path.join(home, '.ssh')]) mkdirSync(directory, { mode: 0o700 });
  const put = (name: string, text: string) => {
    writeFileSync(path.join(bin, name), text);
    chmodSync(path.join(bin, name), 0o755);
  };
  for (const name of acting) {
    const real = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).stdout.trim();
    put(name, wrapper(name, real, world));
  }
  put('setsid', '#!/bin/sh\n');
  put('sleep', `#!/bin/sh\nprintf . >>'${world}/waits'\nexec /bin/sleep 0.1\n`);
  writeFileSync(path.join(world, 'waits'), '');
  const file = path.join(home, '.ssh/authorized_keys');
  const copies = path.join(home, '.trainyard/copies');
  const env = {
    HOME: home,
    PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
    TY_RECEIVE: receiver,
    TY_KEY: script,
  };
  const words = (asked: string[]) => {
    const noted = ['-c', 'echo $$ >"$0"; exec "$@"', path.join(world, 'script')];
    return [...noted, ...shell, '-c', script, 'sh', ...asked];
  };
  const run = (...asked: string[]) => {
    const { status, stdout, stderr, signal } = spawnSync('sh', words(asked), {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stdout, stderr, signal };
  };
  return {
    world,
    home,
    file,
    copies,
    env,
    bin,
    put,
    run,
    /** The same, not waited for; ended with the test. */
    begin: (...asked: string[]) => {
      const child = spawn('sh', words(asked), { env, stdio: 'ignore' });
      onTestFinished(() => void child.kill('SIGKILL'));
      return child;
    },
    lay: (id: string, seconds = 7200) =>
      run('lay', id, '127.0.0.1', String(seconds), '1', `ssh-ed25519 AAAA${id} x`, '/none'),
    remove: (id: string) => run('remove', id),
    keys: () => (existsSync(file) ? readFileSync(file, 'utf8') : null),
    besideKeys: () => readdirSync(path.dirname(file)).filter((name) => name !== 'authorized_keys'),
    isLocked: () => readdirSync(copies).some((name) => name.startsWith('.keys-turn')),
    sessions: () => readdirSync(copies).filter((name) => !name.startsWith('.')),
    /** Runs it and kills it with -9 at the call with this number; says at which, or null where there were not so many. */
    killed: (
      at: number,
      when: 'before' | 'after',
      words: string[],
      meanwhile?: { append?: string; rewrite?: string },
    ) => {
      for (const [name, text] of Object.entries({ count: '0\n', armed: `${at} ${when}\n`, ...meanwhile }))
        writeFileSync(path.join(world, name), text);
      const { signal, stderr, status } = run(...words);
      const happened = !['append', 'rewrite'].some((name) => existsSync(path.join(world, name)));
      const note = path.join(world, 'killed');
      const point = existsSync(note) ? readFileSync(note, 'utf8').trim() : null;
      for (const name of ['armed', 'append', 'rewrite', 'killed'])
        rmSync(path.join(world, name), { force: true });
      if ((signal === 'SIGKILL') !== (point !== null))
        throw new Error(`${point}: ${signal} ${status} ${stderr}`);
      return { point, happened: meanwhile !== undefined && happened };
    },
    /** What the home is now, to come back to. */
    keep: () => {
      const kept = path.join(world, 'kept');
      cpSync(home, kept, { recursive: true, preserveTimestamps: true });
      return () => {
        rmSync(home, { recursive: true });
        cpSync(kept, home, { recursive: true, preserveTimestamps: true });
      };
    },
  };
}
