import { useState } from 'react';
import { useT } from '#renderer/i18n/index.ts';
import { formatDuration, Skeleton, useTicking } from '#renderer/ui/index.ts';
import { machineNameOf } from './transfers/start.ts';

/** So long a machine may think without that anything is said. */
const patienceMs = 5000;

/** Stands where an answer of a machine will be; says that it takes long, and how long, where it does. */
export function Waiting({ machineId, rows }: { machineId: string; rows: number }) {
  const t = useT();
  const [since] = useState(Date.now);
  const said = useTicking((now) =>
    now - since < patienceMs
      ? ''
      : t('files.slow', { machine: machineNameOf(machineId), time: formatDuration(now - since) }),
  );
  return (
    <>
      {said ? (
        <p className="files__slow soft num" role="status">
          {said}
        </p>
      ) : null}
      <Skeleton rows={rows} />
    </>
  );
}
