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
    // Device and mount point may hold spaces; the three sizes and the per cent between them do not.
    const match = /^(.{1,400}?)\s+(\d{1,18})\s+(\d{1,18})\s+(-?\d{1,18})\s+(?:-?\d{1,4}%|-)\s+(\/.*)$/.exec(
      line,
    );
    if (!match) continue;
    const [, device = '', total, , free, path = ''] = match;
    const mount = mounts.get(path);
    const disk = {
      path: clean(path, 500),
      filesystem: clean(mount?.type ?? device, 100),
      sizeBytes: Number(total) * 1024,
      freeBytes: Math.max(0, Number(free)) * 1024,
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
