import { memo } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useDragOf, useDropOn } from '#renderer/features/moves/index.ts';
import { shortProgress } from '#renderer/features/moves/words.ts';
import { describeRun } from '#renderer/features/runs/evidence.ts';
import { faultText } from '#renderer/features/sites/fault-words.ts';
import { terminalEntries } from '#renderer/features/terminals/open-entries.tsx';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { ContextMenu } from '#renderer/ui/context-menu.tsx';
import {
  formatAge,
  formatInteger,
  formatPercent,
  formatValue,
  StatusDot,
  shortModel,
  useTicking,
} from '#renderer/ui/index.ts';
import type { Migration } from '#shared/domain/migration.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { type Car, type Cell, describeHardware, type Track } from './tracks.ts';

/** One machine: its name, its cells with the cars on them, and what it is. */
export const TrackRow = memo(function TrackRow({ track }: { track: Track }) {
  const t = useT();
  const { machine, cells, cars, besides, arrivals, seenNow } = track;
  const { over, takes, drop } = useDropOn(machine.id);
  const name = placeName(machine.id, machine.name, t);
  const may = useMay('operator');
  const beside = arrivals.filter(({ from }) => from === null);
  return (
    <li
      className={`track ${seenNow ? '' : 'track--unseen'} ${takes ? 'track--takes' : ''} ${over ? 'track--over' : ''}`}
      {...drop}
    >
      <ContextMenu entriesFor={() => (may ? terminalEntries({ machineId: machine.id }, t) : [])}>
        <Link className="track__name clip" href={paths.machine(machine.id)} title={name}>
          {name}
        </Link>
      </ContextMenu>
      <div className="track__rails">
        {cells.length > 0 ? (
          <div className="track__cells">
            {cells.map((cell) => (
              <CellBox key={cell.accelerator.uuid} cell={cell} t={t} />
            ))}
          </div>
        ) : (
          <ProcessorCell track={track} />
        )}
        {cars.map((car) => (
          <CarBox key={`${car.run.id} ${car.from}`} car={car} of={cells.length} />
        ))}
        {arrivals.map(({ move, from, span }) =>
          from === null ? null : (
            <div
              key={move.id}
              className="track__car"
              style={{ left: `${(from / cells.length) * 100}%`, width: `${(span / cells.length) * 100}%` }}
            >
              <ArrivingLink move={move} />
            </div>
          ),
        )}
        {cells.length === 0
          ? besides
              .slice(0, 3)
              .map((run, place, all) => (
                <CarBox key={run.id} car={{ run, from: place, span: 1 }} of={Math.max(2, all.length)} />
              ))
          : null}
      </div>
      <TrackFacts track={track} />
      {(cells.length > 0 && besides.length > 0) || beside.length > 0 ? (
        <ul className="track__besides">
          {(cells.length > 0 ? besides : []).map((run) => (
            <li key={run.id}>
              <CarLink run={run} />
            </li>
          ))}
          {cells.length > 0 && besides.length > 0 ? (
            <li className="quiet">{t('overview.withoutAccelerator')}</li>
          ) : null}
          {beside.map(({ move }) => (
            <li key={move.id}>
              <ArrivingLink move={move} />
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  );
});

function CellBox({ cell: { accelerator, heat }, t }: { cell: Cell; t: Translate }) {
  const model = shortModel(accelerator.model);
  const load =
    accelerator.utilisation === null
      ? t('overview.loadUnknown')
      : t('overview.load', { percent: formatPercent(accelerator.utilisation) });
  const text =
    accelerator.fault === null
      ? t('overview.cell', { index: accelerator.index, model, load })
      : t('overview.cellFault', {
          index: accelerator.index,
          model,
          fault: faultText(accelerator.fault, t),
        });
  return (
    <span
      className={`cell ${accelerator.fault === null ? `cell--${heat ?? 'unknown'}` : 'cell--fault'}`}
      role="img"
      aria-label={text}
      title={text}
    />
  );
}

/** A machine without accelerators has one cell, heated by its processors' load. */
function ProcessorCell({ track: { machine } }: { track: Track }) {
  const t = useT();
  const count = machine.inventory?.cpuCount ?? null;
  const load = machine.inventory?.load1 ?? null;
  const heat = count === null || load === null ? 'unknown' : Math.min(4, Math.round((load / count) * 4));
  const text =
    count === null || load === null
      ? t('overview.loadUnknown')
      : t('overview.cpuCell', { count, load: formatValue(load) });
  return (
    <div className="track__cells">
      <span className={`cell cell--${heat}`} role="img" aria-label={text} title={text} />
    </div>
  );
}

function CarBox({ car: { run, from, span }, of }: { car: Car; of: number }) {
  return (
    <div className="track__car" style={{ left: `${(from / of) * 100}%`, width: `${(span / of) * 100}%` }}>
      <CarLink run={run} />
    </div>
  );
}

function CarLink({ run }: { run: RunSummary }) {
  const t = useT();
  const text = useTicking((now) => `${describeRun(run, now, t).state}\n${carText(run, now, t)}`);
  const [state, detail] = text.split('\n');
  const { tone, shape, unseen, sentence } = describeRun(run, Date.now(), t);
  const drag = useDragOf(run);
  return (
    <Link
      {...drag}
      className={`car ${unseen ? 'car--unseen' : ''} ${run.moving ? 'car--moving' : ''}`}
      href={paths.run(run.id)}
      title={`${run.name}: ${sentence}`}
    >
      <StatusDot tone={tone} shape={shape} label={state ?? ''} />
      <b className="clip">{run.name}</b>
      <span className="car__detail clip">{detail}</span>
    </Link>
  );
}

/** A run on its way to this track, dashed until it stands here. */
function ArrivingLink({ move }: { move: Migration }) {
  const t = useT();
  const detail = shortProgress(move, t);
  return (
    <Link
      className="car car--arriving"
      href={paths.run(move.runId, 'moves')}
      title={`${t('move.arriving', { name: move.runName })}, ${detail}`}
    >
      <StatusDot tone="accent" shape="arrow" label={t('runs.moving')} />
      <b className="clip">{t('move.arriving', { name: move.runName })}</b>
      <span className="car__detail clip">{detail}</span>
    </Link>
  );
}

function carText(run: RunSummary, now: number, t: Translate): string {
  const described = describeRun(run, now, t);
  const step = run.step === null ? null : formatInteger(run.step);
  if (run.moving) return t('move.movingTo', { machine: run.moving.toMachineName });
  if (described.unseen) {
    if (run.seenAt === null) return described.state;
    const age = formatAge(run.seenAt, now);
    return step === null ? t('overview.carUnseen', { age }) : t('overview.carUnseenAtStep', { age, step });
  }
  if (run.state !== 'running') return described.state;
  if (step !== null) {
    return run.totalSteps === null
      ? t('overview.carStep', { step })
      : t('overview.carStepOf', { step, total: formatInteger(run.totalSteps) });
  }
  const metric = run.lastMetrics[0];
  return metric ? `${metric.name} ${formatValue(metric.value)}` : described.state;
}

function TrackFacts({ track }: { track: Track }) {
  const t = useT();
  const { machine, seenNow } = track;
  const { hardware, hottestC, powerW } = describeHardware(track);
  const age = useTicking((now) =>
    machine.seenAt === null
      ? t('overview.notAsked')
      : t('overview.lastSeen', { age: formatAge(machine.seenAt, now) }),
  );
  const cores = machine.inventory?.cpuCount ?? null;
  const parts = [
    hardware || (cores === null ? '' : t('overview.cores', { count: cores })),
    ...(seenNow
      ? [
          hottestC === null ? '' : `${formatInteger(hottestC)} °C`,
          powerW === null
            ? ''
            : powerW >= 1000
              ? `${formatValue(Math.round(powerW / 100) / 10)} kW`
              : `${formatInteger(powerW)} W`,
        ]
      : [age]),
  ].filter((part) => part !== '');
  return <span className="track__facts clip num">{parts.join(', ')}</span>;
}
