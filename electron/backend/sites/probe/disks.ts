import type { Inventory } from '#shared/domain/machine.ts';
import type { Section } from './frame.ts';
import { clean } from './text.ts';

type Disk = Inventory['disks'][number];

const bigBytes = 20 * 1024 ** 3;
const maxDisks = 32;
const notForData =
  /^(?:tmpfs|devtmpfs|overlay|squashfs|efivarfs|udev|none|proc|sysfs|cgroup.*|fuse\.snapfuse|iso9660|devfs|map .*)$/;

/** From `df -P -k` and /proc/mounts: the root, what holds the home, and every big one; the home's first. */
export function readDisks(
  sections: ReadonlyMap<string, Section>,
  home: string,
): { disks: Disk[]; homeDisk: Disk | null } {
  const mounts = readMounts(sections.get('mounts'));
  const all = new Map<string, Disk>();
  for (const line of sections.get('disks')?.lines ?? []) {
    const row = readRow(line);
    if (!row) continue;
    const { device, total, free, path } = row;
    const mount = mounts.get(path);
    const disk = {
      path: clean(path, 500),
      filesystem: clean(mount?.type ?? device, 100),
      sizeBytes: total * 1024,
      freeBytes: Math.max(0, free) * 1024,
      readOnly: mount?.readOnly ?? false,
    };
    if (Number.isSafeInteger(disk.sizeBytes) && Number.isSafeInteger(disk.freeBytes)) all.set(path, disk);
  }
  const homePath = [...all.keys()]
    .filter((path) => home === path || home.startsWith(path.endsWith('/') ? path : `${path}/`))
    .sort((a, b) => b.length - a.length)[0];
  const homeDisk = homePath === undefined ? null : (all.get(homePath) ?? null);
  const others = [...all]
    .filter(([path, disk]) => path !== homePath && (path === '/' || isBig(disk)))
    .map(([, disk]) => disk)
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
  return { disks: [...(homeDisk ? [homeDisk] : []), ...others].slice(0, maxDisks), homeDisk };
}

/**
 * Device and mount point may hold spaces; the three sizes and the per cent between them do not. By words and not by one
 * pattern: what a box prints must not be able to make a pattern search for seconds.
 */
function readRow(line: string): { device: string; total: number; free: number; path: string } | null {
  const words = line.trim().split(/\s+/);
  const percent = words.findIndex(
    (word, at) => at >= 4 && /^(?:-?\d{1,4}%|-)$/.test(word) && words[at + 1]?.startsWith('/') === true,
  );
  if (percent < 0) return null;
  const sizes = words.slice(percent - 3, percent);
  if (!sizes.every((size) => /^-?\d{1,18}$/.test(size))) return null;
  const [total = 0, , free = 0] = sizes.map(Number);
  if (total < 0) return null;
  return {
    device: words.slice(0, percent - 3).join(' '),
    total,
    free,
    path: words.slice(percent + 1).join(' '),
  };
}

const isBig = (disk: Disk): boolean =>
  disk.sizeBytes >= bigBytes &&
  !notForData.test(disk.filesystem) &&
  !/^\/(?:proc|sys|dev|run|snap|boot)\//.test(disk.path);

function readMounts(section: Section | undefined): Map<string, { type: string; readOnly: boolean }> {
  const mounts = new Map<string, { type: string; readOnly: boolean }>();
  for (const line of section?.lines ?? []) {
    const match = /^(ro|rw) (\S{1,60}) (\/.*)$/.exec(line);
    if (!match) continue;
    // The kernel writes spaces and the like in a path as \040: three octal digits of a byte.
    const path = (match[3] ?? '').replace(/\\([0-3][0-7]{2})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    mounts.set(path, { type: match[2] ?? '', readOnly: match[1] === 'ro' });
  }
  return mounts;
}
