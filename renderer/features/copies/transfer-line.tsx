import type { ReactNode } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { paths } from '#renderer/app/routes.ts';
import { hideTransfers } from '#renderer/features/files/transfers/show.ts';
import { translateError, useT } from '#renderer/i18n/index.ts';
import { Age, formatBytes, ProgressBar, type Shape, StatusDot, type Tone } from '#renderer/ui/index.ts';
import type { CopyJob } from '#shared/domain/copy.ts';

const looks: Record<TransferState, [Tone, Shape]> = {
  cut: ['warn', 'half'],
  running: ['accent', 'half'],
  done: ['ok', 'tick'],
  failed: ['bad', 'cross'],
  cancelled: ['idle', 'square'],
};

/** An upload may have been cut off by a new load of its page. */
type TransferState = CopyJob['state'] | 'cut';

interface TransferLineProps {
  transfer: Pick<CopyJob, 'endedAt' | 'error'> & { state: TransferState };
  what: string;
  to: string;
  doneBytes: number;
  totalBytes: number;
  /** What its bar is called, and what is said beside it. */
  bar: string;
  progress: ReactNode;
  /** What there is to say besides: its hash, what was copied again. */
  notes: ReactNode;
  /** What can be done about it. */
  acts: ReactNode;
}

/** Bytes on their way, by a copy or from this page: what to where, how far it is or how it ended. */
export function TransferLine({
  transfer,
  what,
  to,
  bar,
  progress,
  notes,
  acts,
  ...bytes
}: TransferLineProps) {
  const t = useT();
  const { state, endedAt, error } = transfer;
  const [tone, shape] = looks[state];
  return (
    <li>
      <StatusDot tone={tone} shape={shape} label={t(`copies.state.${state}`)} />
      <div className="copies__what">
        <p className="mono">{what}</p>
        <p className="mono">→ {to}</p>
        {state === 'running' ? (
          <div className="copies__bar">
            <ProgressBar label={bar} done={bytes.doneBytes} total={bytes.totalBytes} />
            <span className="num soft">{progress}</span>
          </div>
        ) : (
          <p className="quiet num">
            {t(`copies.state.${state}`)}, {formatBytes(bytes.doneBytes)}
            {state === 'cut' ? ` / ${formatBytes(bytes.totalBytes)}` : null}
            {endedAt === null ? null : (
              <>
                , <Age at={endedAt} />
              </>
            )}
          </p>
        )}
        {notes}
        {error ? (
          <p className="copies__error">{translateError(error.code, error.params, error.message)}</p>
        ) : null}
      </div>
      <div className="copies__acts">{acts}</div>
    </li>
  );
}

/** Leads to where it has arrived. */
export function ArrivedLink({ machineId, directory }: { machineId: string; directory: string }) {
  const t = useT();
  return (
    <Link
      className="button button--small button--quiet"
      href={paths.files(machineId, directory)}
      onClick={hideTransfers}
    >
      {t('copies.show')}
    </Link>
  );
}
