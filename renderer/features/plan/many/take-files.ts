import { readTask } from '#renderer/app/task-file.ts';
import { t } from '#renderer/i18n/index.ts';
import { toast } from '#renderer/ui/index.ts';
import { demandsOf } from '../one/read-task.ts';
import { addRuns, type ManyRun, manyRun } from './many-store.ts';
import { readRunsCsv } from './runs-csv.ts';

/** Runs from these task files and tables. What cannot be read is said, the rest is taken. */
export async function takeFiles(files: readonly File[]): Promise<void> {
  const taken: ManyRun[] = [];
  for (const file of files) taken.push(...(await runsOf(file)));
  if (taken.length > 0) addRuns(taken);
}

async function runsOf(file: File): Promise<ManyRun[]> {
  if (/\.csv$/i.test(file.name)) return fromCsv(file.name, await file.text());
  const yaml = await readTask(file);
  if (yaml === 'app.dropNotTask' || yaml === 'app.dropTooLarge' || yaml === 'app.dropEmpty') {
    toast('error', t(yaml, { name: file.name }));
    return [];
  }
  const demands = await demandsOf(yaml);
  // Of several tasks in one file none can be launched by itself: they are planned only.
  return demands.map((demand) => manyRun(demand, demands.length === 1 ? yaml : null));
}

function fromCsv(name: string, text: string): ManyRun[] {
  const { runs, bad, unknown } = readRunsCsv(text);
  const [first] = bad;
  if (first)
    toast(
      'error',
      t('plan.csvBad', {
        count: bad.length,
        name,
        line: first.line,
        column: first.column,
        value: first.value,
      }),
    );
  if (unknown.length > 0) toast('warning', t('plan.csvUnknown', { name, columns: unknown.join(', ') }));
  return [...runs];
}
