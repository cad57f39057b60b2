import { useEffect, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useSession } from '#renderer/app/session-store.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Checkbox, ConfirmDialog, formatBytes, toast } from '#renderer/ui/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { actionLabels, isDangerous, performAll, type RunAction } from './actions.ts';

/** Asks before an action on one or many runs; says what will have happened. */
export function ActionDialog({
  action,
  runs,
  onClose,
  onDone,
}: {
  action: RunAction;
  runs: readonly RunSummary[];
  onClose(): void;
  onDone?(): void;
}) {
  const t = useT();
  const grace = useSession(({ settings }) => settings?.stopGraceSeconds ?? 30);
  const [keepOnBox, setKeepOnBox] = useState(false);
  const count = runs.length;
  const name = runs[0]?.name ?? '';
  const titles: Record<RunAction, string> = {
    stop: count === 1 ? t('runs.stopOne', { name }) : t('runs.stopMany', { count }),
    kill: count === 1 ? t('runs.killOne', { name }) : t('runs.killMany', { count }),
    archive: count === 1 ? t('runs.archiveOne', { name }) : t('runs.archiveMany', { count }),
    unarchive: count === 1 ? t('runs.unarchiveOne', { name }) : t('runs.unarchiveMany', { count }),
    delete: count === 1 ? t('runs.deleteOne', { name }) : t('runs.deleteMany', { count }),
  };
  const consequences: Record<RunAction, string> = {
    stop: t('runs.stopConsequence', { grace }),
    kill: t('runs.killConsequence'),
    archive: t('runs.archiveConsequence'),
    unarchive: t('runs.unarchiveConsequence'),
    delete: t('runs.deleteConsequence'),
  };
  const act = async () => {
    const failures = await performAll(action, runs, keepOnBox);
    const [first] = failures;
    if (failures.length === count && first !== undefined && count === 1) throw first;
    if (first !== undefined) {
      const error = TrainyardError.from(first);
      const why = translateError(error.code, error.params, error.message);
      toast('error', t('runs.someFailed', { failed: failures.length, count, why }));
    }
    onDone?.();
  };
  return (
    <ConfirmDialog
      title={titles[action]}
      consequence={consequences[action]}
      actLabel={t(actionLabels[action])}
      danger={isDangerous(action)}
      onClose={onClose}
      act={act}
    >
      {action === 'delete' ? (
        <>
          <Frees runs={runs} keepOnBox={keepOnBox} />
          <Checkbox label={t('runs.keepOnBox')} checked={keepOnBox} onChecked={setKeepOnBox} />
        </>
      ) : null}
    </ConfirmDialog>
  );
}

interface Freed {
  box: number;
  log: number;
  unknown: number;
}
/** More than this many are not asked about one by one. */
const mostAsked = 50;

/** What deleting frees, on the boxes and here, as far as the boxes can be asked. */
function Frees({ runs, keepOnBox }: { runs: readonly RunSummary[]; keepOnBox: boolean }) {
  const t = useT();
  const [freed, setFreed] = useState<Freed | null>(null);
  useEffect(() => {
    const abort = new AbortController();
    askWhatIsFreed(runs, abort.signal)
      .then((answer) => {
        if (!abort.signal.aborted) setFreed(answer);
      })
      .catch((thrown: unknown) => console.info('What deleting frees is not known:', thrown));
    return () => abort.abort();
  }, [runs]);
  if (runs.length > mostAsked) return null;
  if (!freed) return <p className="quiet">{t('runs.countingFreed')}</p>;
  const here = formatBytes(freed.log);
  return (
    <p>
      {keepOnBox
        ? t('runs.freesHere', { here })
        : freed.unknown > 0
          ? t('runs.freesUnknown', { here, box: formatBytes(freed.box), count: freed.unknown })
          : t('runs.frees', { here, box: formatBytes(freed.box) })}
    </p>
  );
}

async function askWhatIsFreed(runs: readonly RunSummary[], signal: AbortSignal): Promise<Freed> {
  const freed: Freed = { box: 0, log: 0, unknown: 0 };
  for (const run of runs.slice(0, mostAsked)) {
    if (signal.aborted) break;
    const one = await rpc().runs.previewDelete({ runId: run.id }, { signal });
    freed.log += one.logBytes;
    if (one.boxBytes === null) freed.unknown += 1;
    else freed.box += one.boxBytes;
  }
  return freed;
}
