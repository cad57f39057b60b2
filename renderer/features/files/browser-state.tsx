import { useMachines } from '#renderer/app/machine-store.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import {
  Button,
  EmptyState,
  ErrorState,
  formatAge,
  formatBytes,
  formatInteger,
  useTicking,
} from '#renderer/ui/index.ts';
import { parentPath, showName } from './box-path.ts';
import type { ListingState } from './listing-model.ts';
import { machineNameOf } from './transfers/start.ts';
import { Waiting } from './waiting.tsx';

/** What stands where the rows would be; null where there are rows. */
export function BrowserState({
  state,
  machineId,
  path,
  search,
  onRetry,
  onGo,
}: {
  state: ListingState;
  machineId: string;
  path: string;
  search: string;
  onRetry(): void;
  onGo(path: string): void;
}) {
  const t = useT();
  const { directory, error, loading, total } = state;
  if (directory === null && error) {
    const up = <Button onClick={() => onGo(parentPath(path))}>{t('files.toParent')}</Button>;
    if (error.code === 'FILE_NOT_FOUND')
      return (
        <EmptyState title={t('files.gone')} actions={up}>
          {t('files.goneText', { path: showName(path) })}
        </EmptyState>
      );
    if (error.code === 'FILE_DENIED')
      return (
        <EmptyState title={t('files.denied')} actions={up}>
          {translateError(error.code, error.params, error.message)}
        </EmptyState>
      );
    return (
      <div className="files__failed">
        <ErrorState error={error} onRetry={onRetry} />
      </div>
    );
  }
  if (directory === null)
    return loading ? <Waiting key={`${machineId} ${path}`} machineId={machineId} rows={12} /> : null;
  if (total > 0) return null;
  if (search !== '')
    return <EmptyState title={t('files.noMatch')}>{t('files.noMatchText', { text: search })}</EmptyState>;
  return (
    <EmptyState title={t('files.empty')}>
      {directory.all > 0 ? t('files.onlyHidden', { count: directory.all }) : t('files.emptyText')}
    </EmptyState>
  );
}

/** Said above the rows where they are not what is there now. */
export function KeptNote({
  state,
  machineId,
  onRetry,
}: {
  state: ListingState;
  machineId: string;
  onRetry(): void;
}) {
  const t = useT();
  const at = state.directory?.listedAt ?? 0;
  const age = useTicking((now) => formatAge(at, Math.max(now, at)));
  const seen = useMachines(({ byId }) => byId.get(machineId)?.connectionState === 'connected');
  const { error } = state;
  if (state.directory === null || (!state.isKept && !error)) return null;
  return (
    <div className="files__kept" role="status">
      <span>
        {state.isKept
          ? t('files.kept', { machine: machineNameOf(machineId), age })
          : error
            ? translateError(error.code, error.params, error.message)
            : null}
        {state.isKept && seen && error ? ` ${translateError(error.code, error.params, error.message)}` : null}
      </span>
      <Button small onClick={onRetry}>
        {t('ui.tryAgain')}
      </Button>
    </div>
  );
}

/** Below the rows: how many there are, what is chosen, what is free, and how old that is. */
export function BrowserFoot({ state, chosen }: { state: ListingState; chosen: number }) {
  const t = useT();
  const { directory, total } = state;
  const at = directory?.listedAt ?? 0;
  const age = useTicking((now) => formatAge(at, Math.max(now, at)));
  if (!directory) return null;
  return (
    <p className="files__foot quiet num">
      <span>
        {total === directory.all
          ? t('files.entries', { count: total, n: formatInteger(total) })
          : t('files.entriesOf', { n: formatInteger(total), all: formatInteger(directory.all) })}
      </span>
      {chosen > 0 ? <span>{t('files.chosen', { count: chosen, n: formatInteger(chosen) })}</span> : null}
      {directory.freeBytes === null ? null : (
        <span>{t('files.free', { bytes: formatBytes(directory.freeBytes) })}</span>
      )}
      {directory.writable ? null : <span>{t('files.notWritable')}</span>}
      <span>{t('files.listed', { age })}</span>
    </p>
  );
}
