import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What the whole test run uses, as Debian's packages. */
const packages: { file: string; name: string }[] = [
  { file: '/usr/sbin/sshd', name: 'openssh-server' },
  { file: '/usr/bin/ssh', name: 'openssh-client' },
  { file: '/usr/sbin/dropbear', name: 'dropbear-bin' },
  { file: '/usr/bin/chromium', name: 'chromium' },
  { file: '/usr/lib/python3/dist-packages/torch/__init__.py', name: 'python3-torch' },
  { file: '/usr/lib/python3/dist-packages/numpy/__init__.py', name: 'python3-numpy' },
  { file: '/usr/bin/rsync', name: 'rsync' },
  { file: '/usr/bin/git', name: 'git' },
  { file: '/usr/bin/busybox', name: 'busybox' },
  { file: '/usr/bin/zstd', name: 'zstd' },
  { file: '/usr/bin/zsh', name: 'zsh' },
  { file: '/usr/bin/fish', name: 'fish' },
  { file: '/usr/bin/tcsh', name: 'tcsh' },
  { file: '/usr/bin/tmux', name: 'tmux' },
  { file: '/usr/bin/xauth', name: 'xauth' },
  { file: '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc', name: 'fonts-noto-cjk' },
  { file: '/usr/bin/unshare', name: 'util-linux' },
  { file: '/usr/bin/ps', name: 'procps' },
  { file: '/usr/sbin/cron', name: 'cron' },
];

/**
 * On Debian (or a relative) as root: installs what the tests use and is missing. Elsewhere does nothing: each test that
 * lacks something says so. Returns a sentence for the user, or null where nothing was to be done.
 */
export function installTestPackages(): string | null {
  const missing = packages.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  if (missing.length === 0) return null;
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) {
    return `Some tests will be skipped, for want of: ${missing.join(', ')}. On Debian or Ubuntu: sudo apt-get install ${missing.join(' ')}`;
  }
  console.log(`Installing what the tests use: ${missing.join(' ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-qq', '-o=Dpkg::Use-Pty=0', '-o=Acquire::Retries=3', ...args], {
      env,
      encoding: 'utf8',
      timeout: 900_000,
    });
  apt('update');
  const install = (names: string[]) => apt('install', '-y', '--no-install-recommends', ...names);
  if (install(missing).status === 0) return null;
  const failed = missing.filter((name) => install([name]).status !== 0);
  return failed.length === 0
    ? null
    : `apt-get could not install: ${failed.join(', ')}. The tests that need them are skipped.`;
}
