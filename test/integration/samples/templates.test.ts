import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withResume } from '#backend/runs/index.ts';
import { checkTasks, runEnvironment } from '#backend/runs/spec/index.ts';
import { readTemplates } from '#backend/runs/templates.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';
import { descendantsOf } from '#test/lab/accounts.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const templates = await readTemplates(path.resolve('resources/templates'));

const run = promisify(execFile);
/** Loading PyTorch alone may take a while on a busy machine. */
const patient = { timeout: 280_000 };

/** Debian's own first: torch lives there. */
const searchPath = `/usr/bin:/bin:${process.env.PATH ?? ''}`;

describe('the bundled templates', () => {
  it('are there, each with words in both languages', () => {
    const ids = templates.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['pytorch-one-gpu', 'pytorch-ddp', 'plain-python', 'sweep']));
    const index: unknown = JSON.parse(readFileSync('resources/templates/index.json', 'utf8'));
    expect(index).toEqual(
      templates.map(() =>
        expect.objectContaining({ 'zh-CN': { title: expect.any(String), description: expect.any(String) } }),
      ),
    );
  });

  describe.each(templates)('$id', ({ id, yaml, directory }) => {
    it('is a task without mistakes', () => {
      expect(checkTasks(yaml).errors).toEqual([]);
    });

    const wanted = id.startsWith('pytorch') ? needs('torch') : needs('python3');
    it.skipIf(!wanted)('runs as it is', patient, async () => {
      const [spec] = checkTasks(yaml, { envs: { STEPS: '20' } }).tasks;
      if (spec === undefined) throw new Error('no task');
      const work = path.join(await tempDirectory(), 'work');
      cpSync(directory, work, { recursive: true });
      const env = {
        ...process.env,
        PATH: searchPath,
        ...runEnvironment(spec, { nodeIps: ['127.0.0.1'], gpusPerNode: 0, taskId: 'test-1' }),
      };
      const { stdout } = await run('sh', ['-c', `${spec.setup ?? ''}\n${spec.run ?? ''}`], {
        cwd: work,
        env,
        timeout: 250_000,
        killSignal: 'SIGKILL',
      });
      expect(stdout).toMatch(/step 20\/20 loss=\d/);
      const saved = spec.checkpoint?.path.replace(/\/[^/]*[*{].*$/, '');
      if (saved !== undefined) expect(existsSync(path.join(work, saved))).toBe(true);
    });
  });
});

const signalBits: Readonly<Record<string, bigint>> = { USR1: 1n << 9n };

/** The processes below `pid` that handle the signal: to others it would be the end. */
const listening = (pid: number, signal: string): number[] =>
  descendantsOf(pid).filter((each) => {
    const status = existsSync(`/proc/${each}/status`) ? readFileSync(`/proc/${each}/status`, 'utf8') : '';
    const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0';
    return (BigInt(`0x${caught}`) & (signalBits[signal] ?? 0n)) !== 0n;
  });

function start(spec: TaskSpec, script: string, work: string, env: Record<string, string>) {
  const place = { nodeIps: ['127.0.0.1'], gpusPerNode: 0, taskId: 'test-1' };
  const child = spawn('sh', ['-c', script], {
    cwd: work,
    env: { ...process.env, PATH: searchPath, ...runEnvironment(spec, place), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk;
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const pid = child.pid ?? 0;
  const kill = () => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  onTestFinished(kill);
  return { pid, text: () => text, ended, kill };
}

describe.skipIf(!needs('torch', 'linux'))('as moving uses them', () => {
  const slow = { deadlineMs: 120_000 };
  const movable = templates.filter(({ id }) => id.startsWith('pytorch'));

  it.each(movable)(
    '$id saves when it is asked, trains on, and goes on from that step',
    patient,
    async (template) => {
      const [spec] = checkTasks(template.yaml, { envs: { STEPS: '1000000' } }).tasks;
      const signal = spec?.checkpoint?.request?.signal;
      if (spec === undefined || signal === undefined) throw new Error('it cannot be asked');
      const work = path.join(await tempDirectory(), 'work');
      cpSync(template.directory, work, { recursive: true });
      const first = start(spec, spec.run ?? '', work, {});
      await until('it trains', () => /step \d+\/1000000/.test(first.text()), slow);
      expect(listening(first.pid, signal).length).toBeGreaterThan(0);
      const saved = () => [...first.text().matchAll(/saved step (\d+)/g)].map(([, step]) => Number(step));
      const ask = () => {
        for (const pid of listening(first.pid, signal)) process.kill(pid, `SIG${signal}` as NodeJS.Signals);
        // One that is none of its own, which come every 200 steps: by chance the asked one may fall on such a step.
        return saved().some((step) => step % 200 !== 0);
      };
      await until('it has saved', ask, { ...slow, everyMs: 500 });
      const printed = first.text().length;
      await until('it trains on', () => /step \d+\/1000000/.test(first.text().slice(printed)), slow);
      first.kill();
      await first.ended;

      const [newest = ''] = readdirSync(path.join(work, 'checkpoints'))
        .filter((name) => name.endsWith('.pt'))
        .sort()
        .reverse();
      const step = Number(/\d+/.exec(newest)?.[0]);
      const kept = path.join(await tempDirectory(), 'checkpoint.pt');
      renameSync(path.join(work, 'checkpoints', newest), kept);
      const resumed = withResume(spec, { path: kept, step });
      expect(resumed.untold).toBeNull();
      const last = String(step + 20);
      const second = start(spec, resumed.script, work, { ...resumed.env, STEPS: last });
      expect(await second.ended).toBe(0);
      expect(second.text()).toContain(`from step ${step}`);
      expect(second.text()).toContain(`step ${last}/${last} loss=`);
    },
  );
});
