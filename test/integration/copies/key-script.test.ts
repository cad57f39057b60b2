import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '#test/needs.ts';
import { until } from '#test/until.ts';
import { bash, busybox, dash, keyWorld } from './key-script.ts';

const theirs = '# mine\nssh-rsa AAAA one@home\n\n  ssh-ed25519 BBBB two@home';
const added = 'ssh-rsa CCCC three@home\n';
const [mine, live, other] = ['minekilled01', 'liveandwell1', 'someoneelse1'];
const lay = ['lay', mine, '127.0.0.1', '7200', '1', 'ssh-ed25519 AAAA x', '/none'];
const remove = ['remove', mine];

interface Case {
  /** What the file is before anything of ours; null: there is none. */
  before: string | null;
  /** Sessions that have their line by then. */
  laid: string[];
  words: string[];
  /** What somebody else does to the file in the moment in which it is replaced, and what it is then without us. */
  meanwhile?: { append?: string; rewrite?: string };
  without?: string;
}
const cases = {
  lay: { before: theirs, laid: [live], words: lay },
  'lay into nothing': { before: null, laid: [], words: lay },
  remove: { before: theirs, laid: [live, mine], words: remove },
  'remove the only line': { before: null, laid: [mine], words: remove },
  'remove while a key is added': {
    before: theirs,
    laid: [mine],
    words: remove,
    meanwhile: { append: added },
    without: `${theirs}\n${added}`,
  },
  'remove the only line while a key is added': {
    before: null,
    laid: [mine],
    words: remove,
    meanwhile: { append: added },
    without: added,
  },
  'remove while all is written anew': {
    before: theirs,
    laid: [mine],
    words: remove,
    meanwhile: { rewrite: added },
    without: added,
  },
} satisfies Record<string, Case>;

/** All of them take minutes: as a rule each kind of replacement is killed after each program, by one shell or another. */
const everything = process.env.TRAINYARD_KEY_KILLS === 'all';
const shells = { dash, busybox, bash } as const;
type Row = [keyof typeof shells, keyof typeof cases];
const rows: Row[] = everything
  ? Object.keys(shells).flatMap((shell) => Object.keys(cases).map((name) => [shell, name] as Row))
  : [
      ['bash', 'lay'],
      ['dash', 'remove while a key is added'],
      ['busybox', 'remove the only line while a key is added'],
      ['dash', 'remove while all is written anew'],
    ];

describe.skipIf(!needs('linux', 'dash', 'busybox'))('copy-key.sh, killed with -9 at each step', () => {
  it.each(rows)('in %s, %s: the next one clears up and loses nothing', async (shell, name) => {
    const { before, laid, words, meanwhile, without }: Case = cases[name];
    const world = await keyWorld(shells[shell]);
    if (before !== null) writeFileSync(world.file, before, { mode: 0o640 });
    for (const id of laid) expect(world.lay(id)).toMatchObject({ status: 0, stderr: '' });
    const stays = laid.filter((id) => id !== mine);
    const again = world.keep();
    for (const when of everything ? (['before', 'after'] as const) : (['after'] as const)) {
      let at = 0;
      for (;;) {
        again();
        const { point, happened } = world.killed(++at, when, words, meanwhile);
        if (point === null) break;
        const what = `killed ${when} ${point}`;
        const isGone = { what, status: 0, signal: null, stdout: '0\n', stderr: '' };
        expect({ what, ...world.remove(other) }).toEqual(isGone);
        const tidy = { what, beside: [], locked: false };
        expect({ what, beside: world.besideKeys(), locked: world.isLocked() }).toEqual(tidy);
        for (const id of stays) expect(world.keys()).toContain(`ssh-ed25519 AAAA${id} trainyard-copy-${id}`);
        for (const id of [mine, ...stays]) expect({ what, ...world.remove(id) }).toEqual(isGone);
        expect({ what, keys: world.keys() }).toEqual({ what, keys: happened ? without : before });
        expect({ what, beside: world.besideKeys(), locked: world.isLocked() }).toEqual(tidy);
        expect(world.sessions()).toEqual([]);
      }
      expect(at).toBeGreaterThan(7);
    }
  });

  it('who holds the lock is waited for as long as it lives, and no longer', async () => {
    const world = await keyWorld();
    writeFileSync(world.file, theirs);
    expect(world.lay(mine).status).toBe(0);
    const holder = spawn('sleep', ['600']);
    try {
      const start = readFileSync(`/proc/${holder.pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19];
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      const owner = `${holder.pid} ${start} - ${boot} ${readlinkSync('/proc/self/ns/pid')}`;
      symlinkSync(owner, path.join(world.copies, '.keys-turn'));
      const ended = Promise.withResolvers<number | null>();
      world.begin('remove', mine).once('exit', ended.resolve);
      await until('it waits', () => readFileSync(path.join(world.world, 'waits'), 'utf8').length > 5);
      expect(world.keys()).toContain(mine);
      holder.kill('SIGKILL');
      expect(await ended.promise).toBe(0);
      expect({ keys: world.keys(), locked: world.isLocked() }).toEqual({ keys: theirs, locked: false });
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('a lock from before a reboot belongs to nobody, where it is told which machine this is', async () => {
    const world = await keyWorld();
    writeFileSync(world.file, theirs);
    expect(world.lay(mine).status).toBe(0);
    const machine = existsSync('/etc/machine-id') ? readFileSync('/etc/machine-id', 'utf8').trim() : '';
    const host = readFileSync('/proc/sys/kernel/hostname', 'utf8').trim();
    const lock = path.join(world.copies, '.keys-turn');
    symlinkSync(`1 1 ${machine === '' ? '-' : `${host}/${machine}`} before-the-boot pid:[1]`, lock);
    const ended = Promise.withResolvers<number | null>();
    world.begin('remove', mine).once('exit', ended.resolve);
    if (machine === '') {
      await until('it waits', () => readFileSync(path.join(world.world, 'waits'), 'utf8').length > 3);
      rmSync(lock);
    }
    expect(await ended.promise).toBe(0);
    expect(readFileSync(path.join(world.world, 'waits'), 'utf8').length < 2).toBe(machine !== '');
    expect({ keys: world.keys(), locked: world.isLocked() }).toEqual({ keys: theirs, locked: false });
  });

  it.each([
    ['awk', '[ -p /dev/stdout ] && exec /usr/bin/awk "$@"\n/usr/bin/awk "$@" | head -c 10'],
    ['sync', 'echo "sync: error syncing: No space left on device" >&2\nexit 1'],
  ])('a full disk of which %s alone could tell costs no key', async (name, does) => {
    const world = await keyWorld();
    writeFileSync(world.file, theirs);
    expect(world.lay(mine).status).toBe(0);
    const before = world.keys();
    world.put(name, `#!/bin/sh\n${does}\n`);
    for (const words of [lay, remove]) {
      const { status, stderr } = world.run(...words);
      expect({ status, stderr }).toEqual({ status: 3, stderr: `!write ${world.file} cannot be changed\n` });
      expect({ keys: world.keys(), beside: world.besideKeys() }).toEqual({ keys: before, beside: [] });
    }
  });

  it('a timer that cannot write just now tries again', async () => {
    const world = await keyWorld();
    writeFileSync(world.file, theirs);
    expect(world.lay(mine, 0).status).toBe(0);
    world.put('cp', '#!/bin/sh\necho >>"$HOME/../tried"\nexit 1\n');
    const ended = Promise.withResolvers<number | null>();
    world.begin('timer', mine).once('exit', ended.resolve);
    await until('it has tried', () => existsSync(path.join(world.world, 'tried')));
    expect(world.keys()).toContain(mine);
    rmSync(path.join(world.bin, 'cp'));
    expect(await ended.promise).toBe(0);
    expect({ keys: world.keys(), sessions: world.sessions() }).toEqual({ keys: theirs, sessions: [] });
  });
});

describe.skipIf(!needs('linux', 'dash'))('what nobody removed', () => {
  const past = (directory: string) => writeFileSync(path.join(directory, 'expires'), '1000000000\n');

  it.each([
    ['its time is over and its timer was killed', past],
    ['its directory is gone', (directory: string) => rmSync(directory, { recursive: true })],
  ])('a line goes with the next request of any session where %s', async (_, happens) => {
    const world = await keyWorld();
    writeFileSync(world.file, theirs);
    for (const id of [mine, live]) expect(world.lay(id).status).toBe(0);
    happens(path.join(world.copies, mine));
    expect(world.remove(other)).toMatchObject({ status: 0, stdout: '0\n' });
    expect({ sessions: world.sessions(), mine: world.keys()?.includes(mine) }).toEqual({
      sessions: [live],
      mine: false,
    });
    // Another account's, whose sessions are not here to be asked about.
    const elsewhere = `restrict,command="sh /home/x/.trainyard/copies/${mine}/copy-receive.sh forced /home/x" ssh-ed25519 A trainyard-copy-${mine}\n`;
    writeFileSync(world.file, elsewhere);
    expect(world.lay('yetanother01').status).toBe(0);
    expect(world.keys()?.startsWith(elsewhere)).toBe(true);
  });

  it('the key does nothing any more when its time is over, whoever might let it in', async () => {
    const world = await keyWorld();
    expect(world.lay(mine).status).toBe(0);
    const directory = path.join(world.copies, mine);
    const command = /command="([^"]*)"/.exec(world.keys() ?? '')?.[1] ?? '';
    const ask = () => {
      const env = { ...world.env, SSH_ORIGINAL_COMMAND: 'who', SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' };
      const { status, stdout } = spawnSync('sh', ['-c', command], { env, encoding: 'utf8' });
      return { status, stdout };
    };
    expect(ask()).toEqual({ status: 0, stdout: '192.0.2.1\n' });
    past(directory);
    expect(ask()).toEqual({ status: 255, stdout: '' });
  });

  it("a source's half goes when nothing was written to it for hours", async () => {
    const world = await keyWorld();
    const made = (id: string, hoursAgo: number) => {
      const directory = path.join(world.copies, id);
      mkdirSync(directory, { recursive: true });
      writeFileSync(path.join(directory, 'key'), 'secret');
      const at = Date.now() / 1000 - hoursAgo * 3600;
      for (const each of [path.join(directory, 'key'), directory]) utimesSync(each, at, at);
    };
    made(mine, 5);
    made(live, 2);
    expect(world.remove(other)).toMatchObject({ status: 0 });
    expect(world.sessions()).toEqual([live]);
  });

  it.each([
    ['a file whose last line has no end', theirs],
    ['a file', `${theirs}\n`],
    ['no file', null],
  ])('%s is as it was after several sessions, in whatever order they go', async (_, before) => {
    const world = await keyWorld();
    const ids = [mine, live, other];
    for (const [turn, order] of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ].entries()) {
      if (before !== null) writeFileSync(world.file, before);
      const now = ids.map((id) => `${id.slice(0, -1)}${turn}`);
      for (const id of [...now, ...now.slice(0, 1)]) expect(world.lay(id).status).toBe(0);
      for (const at of order) expect(world.remove(now[at] ?? '')).toMatchObject({ status: 0, stdout: '0\n' });
      expect({ turn, keys: world.keys() }).toEqual({ turn, keys: before });
    }
  });
});

describe.skipIf(!needs('linux', 'dash'))(
  'a request that was so long on its way that its session has been removed',
  () => {
    const refused = { status: 3, stdout: '', stderr: '!gone the session is over\n', signal: null };

    it.each([
      ['lay', lay],
      ['make', ['make', mine, '127.0.0.1', '22', 'u']],
    ])('does nothing: %s', async (_, words) => {
      const world = await keyWorld();
      writeFileSync(world.file, theirs);
      expect(world.lay(mine).status).toBe(0);
      expect(world.remove(mine)).toMatchObject({ status: 0, stdout: '0\n' });
      expect(world.run(...words)).toEqual(refused);
      expect({ keys: world.keys(), sessions: world.sessions() }).toEqual({ keys: theirs, sessions: [] });
      expect(world.lay(other).status).toBe(0);
    });

    it('and whoever comes next ends a removal that was interrupted', async () => {
      const world = await keyWorld();
      writeFileSync(world.file, theirs);
      expect(world.lay(mine).status).toBe(0);
      writeFileSync(path.join(world.copies, '.gone'), `${mine}\n`);
      expect(world.lay(other).status).toBe(0);
      expect({ mine: world.keys()?.includes(mine), sessions: world.sessions() }).toEqual({
        mine: false,
        sessions: [other],
      });
    });

    it('nor when its time was over, or somebody else has cleared it up', async () => {
      const world = await keyWorld();
      for (const id of [mine, live]) expect(world.lay(id, 0).status).toBe(0);
      expect(world.run('timer', mine).status).toBe(0);
      expect(world.sessions()).toEqual([]);
      for (const id of [mine, live]) expect(world.lay(id)).toEqual(refused);
      expect(world.keys()).toBeNull();
    });

    it('of so many sessions as may be under way anywhere, not of all that ever were', async () => {
      const world = await keyWorld();
      const ids = Array.from({ length: 2000 }, (_, at) => `number${String(at).padStart(6, '0')}`);
      expect(world.remove(mine).status).toBe(0);
      const file = path.join(world.copies, '.gone');
      expect(readFileSync(file, 'utf8')).toBe(`${mine}\n`);
      writeFileSync(file, `${ids.join('\n')}\n`);
      for (const id of [mine, mine, other]) expect(world.remove(id).status).toBe(0);
      const kept = readFileSync(file, 'utf8').trim().split('\n');
      expect(kept).toEqual([...ids.slice(1001), mine, other]);
      expect(world.lay(ids[1999] ?? '')).toEqual(refused);
    });
  },
);
