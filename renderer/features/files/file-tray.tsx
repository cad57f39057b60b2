import { type DragEvent, useState } from 'react';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useT } from '#renderer/i18n/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { CopyToDialog } from './dialogs/copy-to-dialog.tsx';
import { type DraggedFiles, endFileDrag, useDraggedFiles } from './drag.ts';

/** While entries are dragged: the other machines, to drop them on. */
export function FileTray() {
  const t = useT();
  const may = useMay('operator');
  const dragged = useDraggedFiles(({ files }) => files);
  const machines = useMachines(({ byId }) => byId);
  const [dropped, setDropped] = useState<{ files: DraggedFiles; machineId: string } | null>(null);
  if (dropped)
    return (
      <CopyToDialog
        {...dropped.files}
        to={{ machineId: dropped.machineId, directory: '~' }}
        onClose={() => setDropped(null)}
      />
    );
  if (!dragged || !may) return null;
  const others = [...machines.values()].filter(
    ({ id, connectionState }) => id !== dragged.machineId && connectionState === 'connected',
  );
  if (others.length === 0) return null;
  return (
    <section className="files__tray" aria-label={t('files.tray')}>
      <span>{t('files.tray')}</span>
      {others.slice(0, 12).map((machine) => (
        <Target
          key={machine.id}
          machine={machine}
          onDrop={() => setDropped({ files: dragged, machineId: machine.id })}
        />
      ))}
    </section>
  );
}

function Target({ machine, onDrop }: { machine: Machine; onDrop(): void }) {
  const t = useT();
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it is there only while something is dragged; keys have "Copy to…"
    <span
      className={`files__traymachine ${over ? 'files__over' : ''}`}
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onDrop();
        endFileDrag();
      }}
    >
      {placeName(machine.id, machine.name, t)}
    </span>
  );
}
