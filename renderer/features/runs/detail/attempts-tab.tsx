import { Link } from '#renderer/app/link.tsx';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Age, Elapsed, formatBytes, formatInteger, StatusDot, useTicking } from '#renderer/ui/index.ts';
import type { Attempt, Run } from '#shared/domain/run.ts';
import { describeAttempt } from '../evidence.ts';

/** Every launch of the run, newest first, with the evidence for how it stands. */
export function AttemptsTab({ run, onLog }: { run: Run; onLog(epoch: number): void }) {
  const t = useT();
  const attempts = [...run.attempts].sort((a, b) => b.epoch - a.epoch);
  return (
    <div className="attempts">
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t('run.number')}</th>
            <th scope="col">{t('run.state')}</th>
            <th scope="col">{t('run.known')}</th>
            <th scope="col">{t('run.machine')}</th>
            <th scope="col">{t('run.gpus')}</th>
            <th scope="col" className="plain-table__right">
              {t('run.started')}
            </th>
            <th scope="col" className="plain-table__right">
              {t('run.took')}
            </th>
            <th scope="col" className="plain-table__right">
              {t('run.logSize')}
            </th>
          </tr>
        </thead>
        <tbody>
          {attempts.map((attempt) => (
            <AttemptRow key={attempt.epoch} attempt={attempt} run={run} onLog={onLog} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AttemptRow({ attempt, run, onLog }: { attempt: Attempt; run: Run; onLog(epoch: number): void }) {
  const t = useT();
  const connection = useMachines(
    ({ byId }) => byId.get(attempt.machineId)?.connectionState ?? run.machineConnection,
  );
  const { tone, shape, state } = describeAttempt(attempt, connection, Date.now(), t);
  const sentence = useTicking((now) => describeAttempt(attempt, connection, now, t).sentence);
  return (
    <tr>
      <td className="num">{attempt.epoch}</td>
      <td>
        <span className="attempts__state">
          <StatusDot tone={tone} shape={shape} />
          {state}
        </span>
      </td>
      <td className="soft">
        {sentence}
        {attempt.directory === null ? null : (
          <div className="mono quiet attempts__directory" title={t('run.directory')}>
            {attempt.directory}
          </div>
        )}
      </td>
      <td>
        <Link href={paths.machine(attempt.machineId)}>
          {placeName(attempt.machineId, attempt.machineName, t)}
        </Link>
      </td>
      <td className="num soft">
        {attempt.accelerators.length === 0
          ? '–'
          : attempt.accelerators.map(({ index }) => formatInteger(index)).join(', ')}
      </td>
      <td className="plain-table__right num soft">
        {attempt.startedAt === null ? '–' : <Age at={attempt.startedAt} />}
      </td>
      <td className="plain-table__right soft">
        {attempt.startedAt === null ? '–' : <Elapsed from={attempt.startedAt} to={attempt.endedAt} />}
      </td>
      <td className="plain-table__right num">
        <button
          type="button"
          className="attempts__log"
          title={t('run.openLog', { n: attempt.epoch })}
          onClick={() => onLog(attempt.epoch)}
        >
          {formatBytes(attempt.logBytes)}
          <span className="hidden-visually">{t('run.openLog', { n: attempt.epoch })}</span>
        </button>
      </td>
    </tr>
  );
}
