import { setDraft, useDraft } from '#renderer/features/new-run/draft-store.ts';
import { t } from '#renderer/i18n/index.ts';
import { toast } from '#renderer/ui/index.ts';
import { paths } from './routes.ts';

/** No task file is larger, bytes. */
const largestBytes = 1_000_000;

type Refusal = 'app.dropNotTask' | 'app.dropTooLarge' | 'app.dropEmpty';

/** The text of a task file, or why it is none. */
export async function readTask(file: Pick<File, 'name' | 'size' | 'arrayBuffer'>): Promise<string | Refusal> {
  if (!/\.ya?ml$/i.test(file.name)) return 'app.dropNotTask';
  if (file.size > largestBytes) return 'app.dropTooLarge';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    // A folder with such a name, or bytes that are no text.
    return 'app.dropNotTask';
  }
  if (text.includes('\0')) return 'app.dropNotTask';
  return text.trim() === '' ? 'app.dropEmpty' : text;
}

const isRefusal = (answer: string): answer is Refusal =>
  answer.startsWith('app.drop') && !answer.includes('\n');

/** Opens the first of these as a new run; what was being written there before can be had back. */
export async function openTask(files: readonly File[], navigate: (path: string) => void): Promise<void> {
  const file = files.find(({ name }) => /\.ya?ml$/i.test(name)) ?? files[0];
  if (!file) return;
  const answer = await readTask(file);
  if (isRefusal(answer)) {
    toast('error', t(answer, { name: file.name }));
    return;
  }
  if (files.length > 1) toast('info', t('app.dropFirst', { count: files.length, name: file.name }));
  const { yaml, base, name } = useDraft.getState();
  setDraft({ yaml: answer, base: '', name: '' });
  navigate(paths.newRun);
  if (yaml.trim() !== '' && yaml !== answer) {
    toast('info', t('app.dropReplaced', { name: file.name }), {
      actions: [{ label: t('app.undo'), run: () => setDraft({ yaml, base, name }) }],
    });
  }
}
