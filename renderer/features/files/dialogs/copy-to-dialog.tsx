import { type FormEvent, useState } from 'react';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, Dialog, Field, Input, Select } from '#renderer/ui/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { showName } from '../box-path.ts';
import { completePath } from '../complete-path.ts';
import { copyEntries, machineNameOf } from '../transfers/start.ts';

/** Where to copy: a machine and a directory on it. */
export function CopyToDialog({
  machineId,
  directory,
  entries,
  to,
  onClose,
}: {
  machineId: string;
  directory: string;
  entries: readonly FileEntry[];
  /** Chosen at first. */
  to?: { machineId: string; directory: string } | undefined;
  onClose(): void;
}) {
  const t = useT();
  const machines = useMachines(({ byId }) => byId);
  const others = [...machines.values()];
  const [target, setTarget] = useState(
    to?.machineId ?? others.find(({ id }) => id !== machineId)?.id ?? machineId,
  );
  const [path, setPath] = useState(to?.directory ?? (target === machineId ? directory : '~'));
  const isHere = target === machineId && path.replace(/\/+$/, '') === directory;
  const go = (event: FormEvent) => {
    event.preventDefault();
    onClose();
    void copyEntries({ machineId, directory, entries }, { machineId: target, directory: path.trim() });
  };
  const [first] = entries;
  return (
    <Dialog
      open
      title={
        entries.length === 1
          ? t('files.copyOne', { name: showName(first?.name ?? '') })
          : t('files.copyMany', { count: entries.length })
      }
      description={t('files.copyText', { from: `${machineNameOf(machineId)}:${showName(directory)}` })}
      onClose={onClose}
    >
      <form className="dialog__body" onSubmit={go}>
        <Field label={t('files.toMachine')}>
          {(ids) => (
            <Select
              {...ids}
              value={target}
              options={others.map(({ id, name }) => ({ value: id, label: placeName(id, name, t) }))}
              onValue={setTarget}
            />
          )}
        </Field>
        <Field
          label={t('files.toDirectory')}
          hint={t('files.toDirectoryHint')}
          error={isHere ? t('files.toSame') : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              autoFocus
              className="mono"
              maxLength={4096}
              value={path}
              onChange={(event) => setPath(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== 'ArrowRight' || event.currentTarget.selectionStart !== path.length) return;
                void completePath(target, path).then(({ text }) => setPath(text));
              }}
            />
          )}
        </Field>
        <div className="dialog__actions">
          <Button onClick={onClose}>{t('ui.cancel')}</Button>
          <Button type="submit" look="primary" disabled={path.trim() === '' || isHere}>
            {t('files.copyHere')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
