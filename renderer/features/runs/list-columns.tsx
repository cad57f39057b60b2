import { memo } from 'react';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import type { Translate } from '#renderer/i18n/index.ts';
import {
  Age,
  type Column,
  Elapsed,
  formatInteger,
  formatValue,
  StatusDot,
  useTicking,
} from '#renderer/ui/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { describeRun } from './evidence.ts';

export function runColumns(t: Translate): Column<RunSummary>[] {
  return [
    {
      key: 'name',
      title: t('runs.name'),
      width: 208,
      minWidth: 120,
      sortKey: 'name',
      cell: (run) => (
        // The table opens it; the address is for "open in a new tab".
        <a className="runs__name clip" href={paths.run(run.id)} tabIndex={-1} title={run.name}>
          {run.name}
        </a>
      ),
    },
    {
      key: 'state',
      title: t('runs.stateTitle'),
      width: 104,
      minWidth: 88,
      sortKey: 'state',
      cell: (run) => <State run={run} t={t} />,
    },
    {
      key: 'evidence',
      title: t('runs.known'),
      width: 250,
      minWidth: 120,
      grows: true,
      cell: (run) => <Known run={run} t={t} />,
    },
    {
      key: 'machine',
      title: t('runs.machine'),
      width: 128,
      minWidth: 72,
      sortKey: 'machine',
      cell: (run) => (
        <span className="clip" title={placeOf(run, t)}>
          {placeOf(run, t)}
        </span>
      ),
    },
    {
      key: 'gpus',
      title: t('runs.gpus'),
      width: 84,
      drop: 2,
      cell: (run) => <span className="clip num soft">{gpusOf(run, t)}</span>,
    },
    {
      key: 'metric',
      title: t('runs.lastMetric'),
      width: 128,
      align: 'right',
      drop: 3,
      cell: (run) => <Metric run={run} />,
    },
    {
      key: 'created',
      title: t('runs.created'),
      width: 92,
      minWidth: 72,
      align: 'right',
      sortKey: 'created',
      cell: (run) => (
        <span className="soft num">
          <Age at={run.createdAt} />
        </span>
      ),
    },
    {
      key: 'took',
      title: t('runs.took'),
      width: 92,
      align: 'right',
      drop: 1,
      cell: (run) =>
        run.startedAt === null ? (
          <span className="quiet">–</span>
        ) : (
          <span className="soft">
            <Elapsed from={run.startedAt} to={run.endedAt} />
          </span>
        ),
    },
  ];
}

/** Where it is; and where it goes to while it moves. */
function placeOf(run: RunSummary, t: Translate): string {
  const here = placeName(run.machineId, run.machineName, t);
  return run.moving ? `${here} → ${run.moving.toMachineName}` : here;
}

const State = memo(function State({ run, t }: { run: RunSummary; t: Translate }) {
  const { tone, shape, state } = describeRun(run, run.seenAt ?? run.createdAt, t);
  return (
    <>
      <StatusDot tone={tone} shape={shape} />
      <span className="clip">{state}</span>
    </>
  );
});

const Known = memo(function Known({ run, t }: { run: RunSummary; t: Translate }) {
  const sentence = useTicking((now) => describeRun(run, now, t).sentence);
  return (
    <span className="clip soft num" title={sentence}>
      {sentence}
    </span>
  );
});

function Metric({ run }: { run: RunSummary }) {
  const [metric] = run.lastMetrics;
  if (!metric) return <span className="quiet">–</span>;
  return (
    <span className="clip">
      <span className="quiet">{metric.name}</span> {formatValue(metric.value)}
    </span>
  );
}

/** Which accelerators it holds, or what it asked for while it holds none. */
export function gpusOf(run: RunSummary, t: Translate): string {
  const { acceleratorIndexes: held, acceleratorsAsked: asked } = run;
  if (held.length > 0) return t('runs.gpuIndexes', { indexes: held.map(formatInteger).join(', ') });
  return asked === '' ? '–' : asked;
}
