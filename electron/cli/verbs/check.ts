import { readFile } from 'node:fs/promises';
import { checkTasks, describeRecovery } from '#backend/runs/spec/index.ts';
import type { SpecIssue, TaskSpec } from '#shared/domain/spec.ts';
import { parseEnvironment } from '../environment.ts';
import { exitCodes } from '../exit-codes.ts';
import { printable, printJson, printLine } from '../output.ts';

interface CheckedFile {
  file: string;
  ok: boolean;
  tasks: TaskSpec[];
  errors: Pick<SpecIssue, 'kind' | 'key' | 'line' | 'message'>[];
}

/** `trainyard check FILE…`: 0 when all are right, 2 when one has errors. */
export async function checkFiles(files: string[], env: string[], json: boolean): Promise<number> {
  const envs = parseEnvironment(env);
  const results = await Promise.all(files.map((file) => checkFile(file, envs)));
  if (json) printJson(results);
  else for (const result of results) print(result);
  return results.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.usage;
}

async function checkFile(file: string, envs: Record<string, string>): Promise<CheckedFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const message =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'There is no such file.'
        : `It cannot be read: ${(error as Error).message}`;
    return { file, ok: false, tasks: [], errors: [{ kind: 'invalid', key: '', line: 0, message }] };
  }
  const { ok, tasks, errors } = checkTasks(text, { envs });
  return {
    file,
    ok,
    tasks,
    errors: errors.map(({ kind, key, line, message }) => ({ kind, key, line, message })),
  };
}

function print({ file, ok, tasks, errors }: CheckedFile): void {
  if (ok) printLine(`${printable(file)}: fine`);
  for (const task of ok ? tasks : []) {
    if (task.checkpoint !== null) printLine(printable(`  checkpoints in ${task.checkpoint.path}`));
    const recovery = describeRecovery(task);
    if (recovery !== '') printLine(printable(`  recovery ${recovery}`));
  }
  for (const { kind, key, line, message } of errors) {
    const where = `${file}${line > 0 ? `:${line}` : ''}`;
    printLine(
      printable(
        `${where}: ${kind === 'unsupported' ? 'not supported: ' : ''}${key ? `${key}: ` : ''}${message}`,
      ),
    );
  }
}
