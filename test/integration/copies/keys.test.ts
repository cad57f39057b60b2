import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '#backend/clock.ts';
import { type CopySession, KeyJournal, keyScript as script, sweepKeys } from '#backend/copies/index.ts';
import { sshNow } from '#test/lab/sshd.ts';
import { needs } from '#test/needs.ts';
import { openForTest } from '#test/temp-store.ts';
import { until } from '#test/until.ts';
import { accessTo, differences, own, type TwoBoxes, twoBoxes } from './lab.ts';

const signal = new AbortController().signal;
const megabyte = 1_048_576;
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const theirs = '# mine\nssh-rsa AAAA one@home\n\n  ssh-ed25519 BBBB two@home';

describe.skipIf(!needs('sshd', 'ssh', 'root', 'linux'))('the single-use key of a copy', () => {
  let lab: TwoBoxes;
  let file: string;
  let planted = 0;

  beforeAll(async () => {
    lab = await twoBoxes();
    file = path.join(lab.two.home, '.ssh/authorized_keys');
    mkdirSync(path.dirname(file));
    writeFileSync(file, theirs, { mode: 0o640 });
    own(lab.two, path.dirname(file));
  }, 60_000);
  afterAll(() => lab.stop());

  const plant = (bytes: number): string => {
    const directory = path.join(lab.one.home, `data${planted++}`);
    mkdirSync(directory);
    for (let at = 0; at < 4; at++)
      writeFileSync(path.join(directory, `f${at}`), Buffer.alloc(bytes / 4, at + 1));
    own(lab.one, directory);
    return directory;
  };
  const sessions: CopySession[] = [];
  afterEach(async () => {
    for (const session of sessions.splice(0)) await session.close();
    spawnSync('sh', ['-c', 'printf %s "$2" >"$1"', 'sh', file, theirs]);
  });
  const open = async (source: string) => {
    const session = await lab.copies.open(
      { machineId: 'one', path: source },
      { machineId: 'two', path: `~/to-${path.basename(source)}` },
      { path: 'direct', signal },
    );
    sessions.push(session);
    return session;
  };
  const keys = () => readFileSync(file, 'utf8');
  const sessionsOn = (box: { home: string }) => {
    const directory = path.join(box.home, '.trainyard/copies');
    return existsSync(directory) ? readdirSync(directory).filter((name) => !name.startsWith('.')) : [];
  };
  /** Processes of one box's account whose command line has this in it. */
  const processes = (user: string, word: string): number[] =>
    spawnSync('pgrep', ['-u', user, '-f', word], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => line !== '')
      .map(Number);

  const nothingLeft = () => {
    expect(keys()).toBe(theirs);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(sessionsOn(lab.one)).toEqual([]);
    expect(sessionsOn(lab.two)).toEqual([]);
    expect(readdirSync(path.dirname(file))).toEqual(['authorized_keys']);
  };

  it('is one line among the others that allows nothing but receiving, from the source alone, for a while', async () => {
    const session = await open(plant(40));
    const line = keys().split('\n').at(-2) ?? '';
    expect(line).toMatch(
      /^expiry-time="\d{12}",from="127\.0\.0\.1",restrict,command="sh \S+\/copy-receive\.sh forced \S+" ssh-ed25519 \S+ trainyard-copy-[0-9a-z]{12}\+bare$/,
    );
    expect(keys().startsWith(theirs)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    const [id = ''] = sessionsOn(lab.one);
    const directory = path.join(lab.one.home, '.trainyard/copies', id);
    expect(statSync(path.join(directory, 'key')).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    // Whoever has the key can do this much with it.
    const outside = path.join(lab.two.home, 'outside');
    const ssh = (words: string, input = '') =>
      spawnSync('ssh', ['-F', path.join(directory, 'config'), '-S', 'none', 'trainyard-copy', words], {
        input,
        encoding: 'utf8',
      });
    for (const words of [
      'sh -c id',
      'put ../../outside 0',
      `put ${outside} 0`,
      'put a/b 0',
      'put -- 0',
      'put x 0;id',
      'pack .. 0',
      'who; touch outside',
      '',
    ]) {
      const { stdout, status } = ssh(words, 'x');
      expect({ words, stdout: stdout.includes('uid=') }).toEqual({ words, stdout: false });
      if (!words.startsWith('who')) expect({ words, failed: status !== 0 }).toEqual({ words, failed: true });
    }
    expect(existsSync(outside)).toBe(false);
    const forwarding = spawnSync(
      'ssh',
      [
        '-F',
        path.join(directory, 'config'),
        '-S',
        'none',
        '-o',
        'ClearAllForwardings=no',
        '-W',
        '127.0.0.1:1',
        'trainyard-copy',
      ],
      { encoding: 'utf8' },
    );
    expect(forwarding.status).not.toBe(0);
    await session.close();
    nothingLeft();
  });

  it.each(['ssh at the source', 'sshd at the destination', 'the sender', 'every process of the source'])(
    'goes, and the copy goes on, when %s is killed meanwhile',
    async (victim) => {
      const source = plant(32 * megabyte);
      const session = await open(source);
      let killed = false;
      const result = await session.send('all', {
        signal,
        onProgress: ({ doneBytes }) => {
          if (killed || doneBytes === 0) return;
          killed = true;
          const words: Record<string, [string, string]> = {
            'ssh at the source': [lab.one.user, 'ssh -F .*trainyard-copy'],
            'sshd at the destination': [lab.two.user, 'sshd|copy-receive'],
            'the sender': [lab.one.user, 'dd if='],
            'every process of the source': [lab.one.user, '.'],
          };
          for (const pid of processes(...(words[victim] ?? ['', '']))) {
            spawnSync('kill', ['-9', String(pid)]);
          }
        },
      });
      expect(killed).toBe(true);
      expect(result.recopied).toBe(0);
      expect(differences(source, path.join(lab.two.home, `to-${path.basename(source)}`))).toBe('');
      await session.close();
      await until('nothing is left', () => nothingLeft() ?? true, { deadlineMs: 60_000, everyMs: 200 });
    },
  );

  it('is removed at the next connection when the app was killed with -9', async () => {
    const database = path.join(lab.one.directory, `killed${planted}.db`);
    const source = plant(32 * megabyte);
    const child = spawn(
      process.execPath,
      [path.join(import.meta.dirname, 'child.ts'), database, lab.configFile, source, '~/killed'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(keys()).toContain('trainyard-copy-');
    // The source's half goes by itself: the connection that held it is gone.
    await until('nothing is left at the source', () => sessionsOn(lab.one).length === 0);

    const store = openForTest({ file: database });
    const journal = new KeyJournal(store, systemClock);
    const connected = new Set<(machineId: string) => void>();
    const access = {
      ...accessTo(lab.machines),
      onConnected: (listener: (machineId: string) => void) => {
        connected.add(listener);
        return () => connected.delete(listener);
      },
    };
    const warnings: unknown[] = [];
    const end = sweepKeys(journal, {
      access,
      boxOf: (machineId) => lab.copies.box(machineId),
      log: { warn: (fields: unknown) => warnings.push(fields) } as never,
    });
    for (const tell of connected) for (const machineId of ['one', 'two']) tell(machineId);
    await until(
      'it is gone from both',
      () => journal.leftOn('one').length + journal.leftOn('two').length === 0,
    );
    await end();
    expect(warnings).toEqual([]);
    nothingLeft();
  });

  it('whoever holds its connections ends when it is removed over another line, or is just gone', async () => {
    for (const how of ['removed', 'gone']) {
      const session = await open(plant(40));
      const [id = ''] = sessionsOn(lab.one);
      const holders = () => [
        ...processes(lab.one.user, `lanes ${id}`),
        ...processes(lab.one.user, `ssh -F .*/copies/${id}/config`),
      ];
      expect(holders().length).toBeGreaterThan(4);
      // As when the line that this is held over is dead and nobody told.
      if (how === 'removed') sshNow(lab.one, `sh -c ${quoted(script)} sh remove ${id}`);
      else rmSync(path.join(lab.one.home, '.trainyard/copies', id), { recursive: true });
      await until(`nobody holds what was ${how}`, () => holders().length === 0, { everyMs: 100 });
      await session.close();
      await until('nothing is left', () => nothingLeft() ?? true, { everyMs: 100 });
    }
  });

  it('one that is still being laid when it is removed does not come after that', async () => {
    const receiver = readFileSync('resources/remote/copy-receive.sh', 'utf8');
    const id = 'stilllaying1';
    const lock = path.join(lab.two.home, '.trainyard/copies/.keys-turn');
    const asked = (verb: string) =>
      `TY_RECEIVE=${quoted(receiver)} TY_KEY=${quoted(script)} sh -c ${quoted(script)} sh ${verb}`;
    // Somebody else's turn: who lays it waits, as does who removes it, until both may go on, whichever is first.
    sshNow(
      lab.two,
      `mkdir -p ${quoted(path.dirname(lock))} && ln -s 'somebody of another computer' ${quoted(lock)}`,
    );
    const began = asked(`lay ${id} 127.0.0.1 7200 1 'ssh-ed25519 AAAA x' /nowhere`);
    sshNow(lab.two, `(${began}; echo laid >~/laid) >/dev/null 2>&1 &`);
    await until('it is about to be laid', () =>
      existsSync(path.join(lab.two.home, '.trainyard/copies', id, 'timer')),
    );
    sshNow(lab.two, `(${asked(`remove ${id}`)} >~/removed) 2>/dev/null &`);
    rmSync(lock);
    const said = (name: string) => {
      const place = path.join(lab.two.home, name);
      return existsSync(place) ? readFileSync(place, 'utf8') : '';
    };
    await until('both are done', () => said('laid') !== '' && said('removed') === '0\n');
    expect(keys()).toBe(theirs);
    await until('its directory is gone', () => sessionsOn(lab.two).length === 0, { everyMs: 100 });
    nothingLeft();
  });

  it('its connections end, too, where whoever held them was killed with -9', async () => {
    for (const how of ['removed', 'noticed']) {
      const session = await open(plant(40));
      const [id = ''] = sessionsOn(lab.one);
      const connections = () => processes(lab.one.user, `ssh -F .*/copies/${id}/config`);
      expect(connections().length).toBeGreaterThan(3);
      const holder = readFileSync(path.join(lab.one.home, '.trainyard/copies', id, 'holder-lane'), 'utf8');
      const killed = how === 'noticed' ? [Number(holder)] : processes(lab.one.user, `lanes ${id}`);
      for (const pid of killed) process.kill(pid, 'SIGKILL');
      if (how === 'removed') sshNow(lab.one, `sh -c ${quoted(script)} sh remove ${id}`);
      await until(`nobody holds what was ${how}`, () => connections().length === 0, { everyMs: 100 });
      await session.close();
      await until('nothing is left', () => nothingLeft() ?? true, { everyMs: 100 });
    }
  });

  it('goes by its own time when nobody is there any more', async () => {
    // As a laptop that dies right after it: the line is laid by the same script, and nobody ever speaks again.
    const receiver = readFileSync('resources/remote/copy-receive.sh', 'utf8');
    sshNow(
      lab.two,
      `TY_RECEIVE=${quoted(receiver)} TY_KEY=${quoted(script)} sh -c ${quoted(script)} sh lay deadlaptop12 127.0.0.1 2 1 'ssh-ed25519 AAAA x' /nowhere`,
    );
    await until('the line is gone', () => keys() === theirs, { everyMs: 100 });
    await until('its directory is gone', () => sessionsOn(lab.two).length === 0, { everyMs: 100 });
    nothingLeft();
  });

  describe('where authorized_keys cannot be written', () => {
    beforeEach(() => {
      chmodSync(path.dirname(file), 0o500);
    });
    afterEach(() => {
      chmodSync(path.dirname(file), 0o700);
    });
    it('the copy goes through this computer instead, and the direct way says why not', async () => {
      const source = plant(40);
      await expect(open(source)).rejects.toMatchObject({ code: 'COPY_NO_PATH' });
      const [best, , direct] = await lab.copies.paths('one', 'two', signal);
      expect(best).toMatchObject({ kind: 'laptop', usable: true });
      expect(best?.bytesPerSecond).toBeGreaterThan(0);
      expect(direct).toMatchObject({ kind: 'direct', usable: false, why: { code: 'COPY_CANNOT_WRITE' } });
      const session = await lab.copies.open(
        { machineId: 'one', path: source },
        { machineId: 'two', path: '~/through' },
        { signal },
      );
      expect(session.kind).toBe('laptop');
      await session.close();
    });
  });

  it('is measured and gone again when ways are looked for', async () => {
    const paths = await lab.copies.paths('one', 'two', signal);
    const direct = paths.find(({ kind }) => kind === 'direct');
    expect(direct).toMatchObject({ usable: true, why: null });
    expect(direct?.bytesPerSecond).toBeGreaterThan(0);
    nothingLeft();
  });

  it('other lines survive somebody else who edits them at the same time', async () => {
    const added = Array.from({ length: 20 }, (_, index) => `ssh-rsa CCCC${index} other${index}@home`);
    let at = 0;
    const timer = setInterval(() => {
      const line = added[at++];
      if (line !== undefined) spawnSync('sh', ['-c', 'printf "\\n%s" "$2" >>"$1"', 'sh', file, line]);
    }, 20);
    const session = await open(plant(40));
    await until('all are added', () => at >= added.length);
    clearInterval(timer);
    await session.close();
    for (const line of added) expect(keys()).toContain(line);
    expect(keys()).not.toContain('trainyard');
    rmSync(file);
    writeFileSync(file, theirs, { mode: 0o640 });
    own(lab.two, path.dirname(file));
  });
});
