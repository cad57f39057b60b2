import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { askFacts, type BoxFacts, type BoxQuestion } from '#backend/migrations/plan/box-facts.ts';
import { localPrograms } from '#backend/processes/index.ts';
import { remoteScript } from '#backend/resources.ts';
import { type BoxKind, localBox } from '#test/lab/local-box.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';

const script = remoteScript('move-facts.sh');
const runId = 'rrrrrrrrrrrr';
const kinds: BoxKind[] = ['dash', 'bash', 'busybox', 'bare'];
const neededFor = (kind: BoxKind) => (kind === 'busybox' ? needs('busybox', 'linux') : needs('linux'));

const question = (more: Partial<BoxQuestion>): BoxQuestion => ({
  side: 'source',
  room: '/',
  workingDirectory: null,
  attempt: null,
  checkpoints: null,
  signal: null,
  python: null,
  torchDirectory: null,
  paths: [],
  ...more,
});

async function factsOn(kind: BoxKind, asked: Partial<BoxQuestion>): Promise<BoxFacts> {
  const box = await localBox({ kind });
  try {
    return await askFacts(box.programs, script, question(asked), AbortSignal.timeout(60_000));
  } finally {
    await box.close();
  }
}

/** Files whose names a shell, awk or a terminal might trip over. */
function hostileTree(work: string): void {
  const files: [string, number][] = [
    ['train.py', 100],
    ['a b/c  d.txt', 10],
    ["it's $(touch /tmp/trainyard-owned) `x`", 1],
    ['line\nbreak -rw-r--r-- 1 0 0 99999999 x ./data/y', 5],
    ['-rf', 2],
    ['\u001b[31mred', 3],
    ['data/set/one.bin', 1000],
    ['.venv/lib/x.so', 50],
    ['out/checkpoints/step-1.pt', 7],
    ['out/checkpoints/step 2.pt', 8],
    ['out/checkpoints-of-old', 4],
  ];
  for (const [name, bytes] of files) {
    const file = path.join(work, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, Buffer.alloc(bytes, 120));
  }
}

describe.each(kinds)('%s', (kind) => {
  test.skipIf(!neededFor(kind))(
    'what lies there is weighed, whatever it is called',
    { timeout: 120_000 },
    async () => {
      const work = path.join(await tempDirectory('it is'), 'wo rk');
      hostileTree(work);
      const checkpoints = path.join(work, 'out/checkpoints');
      const facts = await factsOn(kind, {
        workingDirectory: work,
        checkpoints,
        paths: [work, path.join(work, 'train.py'), path.join(work, 'no'), '-n', ''],
      });
      expect(facts.sizes).toEqual({
        checkpoints: { files: 2, bytes: 15 },
        data: { files: 1, bytes: 1000 },
        environment: { files: 1, bytes: 50 },
        rest: { files: 7, bytes: 125 },
      });
      expect(facts.paths).toEqual(['directory', 'file', 'none', 'none', 'none']);
      expect(facts.diskFreeBytes).toBeGreaterThan(0);
      expect(facts.system).toBe('Linux');
      // Checkpoints that lie elsewhere are weighed as well; a directory that is not there weighs nothing.
      const elsewhere = await factsOn(kind, { workingDirectory: path.join(work, 'data'), checkpoints });
      expect(elsewhere.sizes).toMatchObject({ checkpoints: { files: 2, bytes: 15 }, rest: { files: 1 } });
      expect((await factsOn(kind, { workingDirectory: `${work}/none`, room: `${work}/a/b` })).sizes).toEqual(
        {},
      );
    },
  );
});

describe.skipIf(!needs('linux', 'python3'))('a run that is alive', () => {
  test('its processes, whether they listen to the signal, and their Python are seen; another run is not', {
    timeout: 120_000,
  }, async () => {
    const program =
      'import signal, sys, time\nsignal.signal(signal.SIGUSR1, lambda *_: None)\nprint("up", flush=True)\ntime.sleep(600)';
    const start = (attempt: string, text: string) => {
      const child = spawn('/usr/bin/python3', ['-c', text], {
        env: { ...process.env, TRAINYARD_ATTEMPT: attempt, WORLD_SIZE: '4' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      const up = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
      return up;
    };
    await start(`${runId}.3.x`, program);
    await start(`${runId}.33.x`, program);
    const ask = (epoch: number, signal: number) => factsOn('dash', { attempt: { runId, epoch }, signal });
    expect(await ask(3, 10)).toMatchObject({
      processes: 1,
      handles: 1,
      worldSize: 4,
      python: expect.stringMatching(/^\/.*python3/),
      torch: null,
    });
    expect((await ask(3, 10)).residentBytes).toBeGreaterThan(1_000_000);
    expect(await ask(3, 12)).toMatchObject({ processes: 1, handles: 0 });
    expect(await ask(4, 10)).toMatchObject({ processes: 0, handles: 0, worldSize: 1, residentBytes: 0 });
  });
});

describe.skipIf(!needs('linux'))('the other machine', () => {
  test('ports in use, room near a directory that is not there yet, and what is installed', {
    timeout: 120_000,
  }, async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const torch = path.join(await tempDirectory('torch'), 'torch');
    mkdirSync(torch);
    writeFileSync(
      path.join(torch, 'version.py'),
      "from x import y\n__version__ = '2.1.0+cu121'\ncuda = '12.1'\n",
    );
    const asked = { side: 'destination' as const, room: `${torch}/not/there/yet` };
    const there = await factsOn('dash', { ...asked, python: '/bin/sh', torchDirectory: torch });
    expect(there).toMatchObject({ python: 'there', torch: '2.1.0+cu121', sizes: {} });
    expect(there.listening?.has(port ?? -1)).toBe(true);
    expect(there.diskFreeBytes).toBeGreaterThan(0);
    const not = await factsOn('dash', { ...asked, python: '/nope/python3', torchDirectory: '/nope/torch' });
    expect(not).toMatchObject({ python: 'none', torch: null });
  });

  test('a machine whose answer is none of ours is not believed', async () => {
    const programs = localPrograms({ env: { PATH: '/usr/bin:/bin' } });
    onTestFinished(() => programs.close());
    const answer = askFacts(
      programs,
      'echo "ty-move disk 5"; echo welcome',
      question({}),
      AbortSignal.timeout(60_000),
    );
    await expect(answer).rejects.toMatchObject({ code: 'MOVE_FACTS_UNKNOWN' });
  });
});
