import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';

const findTorch = "import importlib.util, sys; sys.exit(importlib.util.find_spec('torch') is None)";

/** What some tests need and a machine may lack. Each says how to get it, for `npm test`'s list of skips. */
const things = {
  sshd: {
    present: () => existsSync('/usr/sbin/sshd'),
    how: 'OpenSSH server (apt-get install openssh-server)',
  },
  dropbear: {
    present: () => existsSync('/usr/sbin/dropbear'),
    how: 'dropbear (apt-get install dropbear-bin)',
  },
  ssh: { present: () => onPath('ssh'), how: 'OpenSSH client (apt-get install openssh-client)' },
  chromium: { present: () => chromiumPath() !== null, how: 'Chromium (apt-get install chromium)' },
  torch: {
    // Found, not loaded: that takes seconds, in each file of tests.
    present: () => spawnSync('/usr/bin/python3', ['-c', findTorch], { timeout: 60_000 }).status === 0,
    how: 'PyTorch for /usr/bin/python3 (apt-get install python3-torch)',
  },
  python3: { present: () => onPath('python3'), how: 'Python 3' },
  rsync: { present: () => onPath('rsync'), how: 'rsync (apt-get install rsync)' },
  zstd: { present: () => onPath('zstd'), how: 'zstd (apt-get install zstd)' },
  busybox: { present: () => onPath('busybox'), how: 'busybox (apt-get install busybox)' },
  dash: { present: () => onPath('dash'), how: 'dash' },
  zsh: { present: () => onPath('zsh'), how: 'zsh (apt-get install zsh)' },
  fish: { present: () => onPath('fish'), how: 'fish (apt-get install fish)' },
  tcsh: { present: () => onPath('tcsh'), how: 'tcsh (apt-get install tcsh)' },
  tmux: { present: () => onPath('tmux'), how: 'tmux (apt-get install tmux)' },
  cron: {
    present: () => existsSync('/usr/sbin/cron') && onPath('crontab'),
    how: 'cron (apt-get install cron)',
  },
  openssl: { present: () => onPath('openssl'), how: 'openssl (to make certificates)' },
  git: { present: () => onPath('git'), how: 'git' },
  root: { present: () => process.getuid?.() === 0, how: 'the rights of root (to make accounts and mounts)' },
  linux: { present: () => process.platform === 'linux', how: 'Linux' },
  electron: {
    present: () => electronRuntime() !== null,
    how: "Electron's runtime, which cannot be downloaded here (ELECTRON_OVERRIDE_DIST_PATH points at one that is there)",
  },
} as const satisfies Record<string, { present: () => boolean; how: string }>;

export type Thing = keyof typeof things;
const known = new Map<Thing, boolean>();

/** Whether it is here; where not, the reason is kept for the list at the end of `npm test`. */
export function needs(...wanted: Thing[]): boolean {
  const missing = wanted.filter((thing) => {
    let present = known.get(thing);
    if (present === undefined) {
      present = things[thing].present();
      known.set(thing, present);
    }
    return !present;
  });
  const file = process.env.TRAINYARD_SKIPS_FILE;
  if (file) for (const thing of missing) appendFileSync(file, `${thing}\t${things[thing].how}\n`);
  return missing.length === 0;
}

function onPath(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => existsSync(`${directory}/${program}`));
}

/** Debian's or the system's Chromium or Chrome, or null. */
export function chromiumPath(): string | null {
  const named = process.env.TRAINYARD_CHROMIUM;
  const candidates = [
    ...(named ? [named] : []),
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  return candidates.find((file) => existsSync(file)) ?? null;
}

/** The folder of an Electron runtime that is there without a download, or null. */
export function electronRuntime(): string | null {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override && existsSync(override)) return override;
  return existsSync('node_modules/electron/dist/version') ? 'node_modules/electron/dist' : null;
}
