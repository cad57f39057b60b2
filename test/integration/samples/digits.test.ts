import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkTasks } from '#backend/runs/spec/index.ts';
import { readHistory, trainer } from '#test/lab/trainers/index.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const python = '/usr/bin/python3';
/** Loading PyTorch alone takes a while on a busy machine. */
const slow = { deadlineMs: 120_000 };
const patient = { timeout: 280_000 };
const variants = [
  { name: 'PyTorch', command: [python, '-u', 'train_torch.py'], present: needs('torch') },
  { name: 'plain Python', command: ['python3', '-u', 'train_plain.py'], present: needs('python3') },
  { name: 'Node', command: [process.execPath, 'train_node.mjs'], present: true },
];

interface Training {
  child: ChildProcess;
  lines(): string[];
  ended: Promise<number | null>;
}

function train(command: readonly string[], cwd: string, env: Record<string, string>): Training {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, lines: () => text.split('\n'), ended };
}

/** "step 3/40 loss=0.5" without the 40. */
const lossesOf = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith('step ')).map((line) => line.replace(/\/\d+/, ''));

async function copyOfSample(): Promise<string> {
  const work = path.join(await tempDirectory(), 'digits');
  cpSync('resources/samples/digits', work, { recursive: true });
  return work;
}

describe('the bundled sample', () => {
  it('is a task without mistakes', () => {
    expect(checkTasks(readFileSync('resources/samples/digits/task.yaml', 'utf8')).errors).toEqual([]);
  });

  it('chooses what is there', patient, async () => {
    const work = await copyOfSample();
    const training = train(['sh', 'run.sh'], work, { STEPS: '5' });
    expect(await training.ended).toBe(0);
    expect(training.lines().at(-2)).toBe('finished');
  });

  describe.each(variants)('$name', ({ command, present }) => {
    it.skipIf(!present)(
      'saves on SIGUSR1, ends on SIGTERM, resumes, and its losses are those of an unbroken run',
      patient,
      async () => {
        const work = await copyOfSample();
        // Too many steps to finish before the signals come, however slow this machine is.
        const endless = { STEPS: '100000', CHECKPOINT_EVERY: '1000000', PACE: '0.05' };
        const first = train(command, work, endless);
        await until('it trains', () => lossesOf(first.lines()).length >= 3, slow);
        first.child.kill('SIGUSR1');
        await until('it saved', () => first.lines().some((line) => line.startsWith('saved')));
        const before = lossesOf(first.lines()).length;
        await until('it went on', () => lossesOf(first.lines()).length > before);
        first.child.kill('SIGTERM');
        expect(await first.ended).toBe(143);

        const total = lossesOf(first.lines()).length + 10;
        const rest = { STEPS: `${total}`, CHECKPOINT_EVERY: '1000000' };
        const second = train(command, work, rest);
        expect(await second.ended).toBe(0);
        expect(second.lines().some((line) => line.startsWith('resumed from step'))).toBe(true);
        const whole = train(command, await copyOfSample(), rest);
        expect(await whole.ended).toBe(0);
        expect([...lossesOf(first.lines()), ...lossesOf(second.lines())]).toEqual(lossesOf(whole.lines()));
        expect(readdirSync(path.join(work, 'checkpoints')).includes('unfinished')).toBe(false);
      },
    );
  });
});

describe.skipIf(!needs('torch'))("the tests' own trainer", () => {
  it('writes a history that goes on exactly where it was stopped', patient, async () => {
    const work = await tempDirectory();
    const command = (steps: number, epoch: number, pace: number) => [
      ...[python, '-u', trainer, '--steps', `${steps}`, '--every', '1000000'],
      ...['--epoch', `${epoch}`, '--pace', `${pace}`],
    ];
    const first = train(command(100_000, 1, 0.05), work, {});
    await until('it trains', () => lossesOf(first.lines()).length >= 4, slow);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(143);
    const total = lossesOf(first.lines()).length + 10;
    expect(await train(command(total, 2, 0), work, {}).ended).toBe(0);
    const history = readHistory(readFileSync(path.join(work, 'history.tsv'), 'utf8'));
    expect(history.map(({ step }) => step)).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    expect(new Set(history.map(({ epoch }) => epoch))).toEqual(new Set([1, 2]));
    const unbroken = await tempDirectory();
    expect(await train(command(total, 1, 0), unbroken, {}).ended).toBe(0);
    const losses = readHistory(readFileSync(path.join(unbroken, 'history.tsv'), 'utf8')).map(
      ({ loss }) => loss,
    );
    expect(history.map(({ loss }) => loss)).toEqual(losses);
  });
});
