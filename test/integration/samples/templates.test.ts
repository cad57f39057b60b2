import { execFile } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { checkTasks, runEnvironment } from '#backend/runs/spec/index.ts';
import { readTemplates } from '#backend/runs/templates.ts';
import { needs } from '#test/needs.ts';
import { tempDirectory } from '#test/temp.ts';

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
      if (spec.checkpoint !== null) expect(existsSync(path.join(work, spec.checkpoint.path))).toBe(true);
    });
  });
});
