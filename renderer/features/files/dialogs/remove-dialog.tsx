import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  ConfirmDialog,
  ErrorState,
  Field,
  formatBytes,
  formatInteger,
  Input,
  Skeleton,
} from '#renderer/ui/index.ts';
import type { FileEntry } from '#shared/domain/box-file.ts';
import { joinPath, showName } from '../box-path.ts';
import { machineNameOf } from '../transfers/start.ts';

interface Measured {
  files: number;
  directories: number;
  bytes: number;
  complete: boolean;
}
/** As many as one call takes. */
const atOnce = 1000;
/** A folder with more than this asks for its name. */
const manyFiles = 1000;

const portions = <T,>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / atOnce) }, (_, index) =>
    all.slice(index * atOnce, (index + 1) * atOnce),
  );

/** Says what removing takes away before it does; of a large folder it wants the name typed. */
export function RemoveDialog({
  machineId,
  directory,
  entries,
  onRemoved,
  onClose,
}: {
  machineId: string;
  directory: string;
  entries: readonly FileEntry[];
  onRemoved(): void;
  onClose(): void;
}) {
  const t = useT();
  const [paths] = useState(() => entries.map(({ name }) => joinPath(directory, name)));
  const [measured, setMeasured] = useState<Measured | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [typed, setTyped] = useState('');
  useEffect(() => {
    const abort = new AbortController();
    const measure = async () => {
      const all: Measured = { files: 0, directories: 0, bytes: 0, complete: true };
      for (const some of portions(paths)) {
        const part = await rpc().files.measure({ machineId, paths: some }, { signal: abort.signal });
        all.files += part.files;
        all.directories += part.directories;
        all.bytes += part.bytes;
        all.complete &&= part.complete;
      }
      setMeasured(all);
    };
    measure().catch((thrown: unknown) => {
      if (!abort.signal.aborted) setFailure(thrown);
    });
    return () => abort.abort();
  }, [machineId, paths]);
  const [first] = entries;
  const name = showName(first?.name ?? '');
  const isLarge =
    measured !== null && measured.files > manyFiles && entries.some(({ kind }) => kind === 'directory');
  const word = entries.length === 1 ? (first?.name ?? '') : String(entries.length);
  return (
    <ConfirmDialog
      title={
        entries.length === 1
          ? t('files.removeOne', { name })
          : t('files.removeMany', { count: entries.length, n: formatInteger(entries.length) })
      }
      consequence={t('files.removeText', {
        machine: machineNameOf(machineId),
        directory: showName(directory),
      })}
      actLabel={t('files.remove')}
      actDisabled={(measured === null && failure === null) || (isLarge && typed !== word)}
      onClose={onClose}
      act={async () => {
        for (const some of portions(paths)) await rpc().files.remove({ machineId, paths: some });
        onRemoved();
      }}
    >
      {failure ? <ErrorState error={failure}>{t('files.notMeasured')}</ErrorState> : null}
      {measured === null && failure === null ? <Skeleton rows={1} label={t('files.measuring')} /> : null}
      {measured ? (
        <p className="num">
          {t(measured.complete ? 'files.measured' : 'files.measuredAtLeast', {
            files: formatInteger(measured.files),
            directories: formatInteger(measured.directories),
            bytes: formatBytes(measured.bytes),
          })}
        </p>
      ) : null}
      {entries.length > 1 ? (
        <ul className="files__named mono">
          {entries.slice(0, 8).map((entry) => (
            <li key={entry.name}>{showName(entry.name)}</li>
          ))}
          {entries.length > 8 ? (
            <li className="quiet">{t('files.andMore', { n: formatInteger(entries.length - 8) })}</li>
          ) : null}
        </ul>
      ) : null}
      {isLarge ? (
        <Field
          label={
            entries.length === 1
              ? t('files.typeName', { name })
              : t('files.typeCount', { n: String(entries.length) })
          }
        >
          {(ids) => (
            <Input
              {...ids}
              className="mono"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      ) : null}
    </ConfirmDialog>
  );
}
