import { useEffect, useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { sayError } from './session-store.ts';
import { may } from './shell-commands.ts';

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

async function open(files: readonly File[], navigate: (path: string) => void): Promise<void> {
  const { openTask } = await import('./task-file.ts');
  await openTask(files, navigate);
}

/**
 * Files that are dragged over the window, on any page, become a new run where nobody else takes them: a page that wants them
 * itself (uploads) has said so by `preventDefault` before the document hears of it.
 */
export function TaskDrop({ navigate }: { navigate: (path: string) => void }) {
  const t = useT();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const onOver = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      if (event.defaultPrevented || !may('operator')) {
        setOver(false);
        return;
      }
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event) || event.defaultPrevented) return;
      // Else the browser would leave the app and show the file.
      event.preventDefault();
      const files = [...(event.dataTransfer?.files ?? [])];
      if (may('operator')) open(files, navigate).catch(sayError);
    };
    document.addEventListener('dragover', onOver);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      document.removeEventListener('dragover', onOver);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
    };
  }, [navigate]);
  return over ? (
    <div className="dropveil" role="status">
      <span>{t('app.dropTask')}</span>
    </div>
  ) : null;
}
