import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { rpc } from '#renderer/app/backend.ts';
import { useMachines } from '#renderer/app/machine-store.ts';
import { useLive } from '#renderer/app/use-live.ts';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { acceleratorsOf } from '#renderer/features/sites/machine-facts.ts';
import { useT } from '#renderer/i18n/index.ts';
import {
  Badge,
  ErrorState,
  Field,
  formatDuration,
  formatInteger,
  formatPercent,
  formatValue,
  Select,
  Skeleton,
} from '#renderer/ui/index.ts';
import type { QueueEstimate } from '#shared/domain/what-if.ts';
import { RangeField } from '../range-field.tsx';
import { useWhatIf } from './what-if-store.ts';

const msPerHour = 3_600_000;
const msPerMinute = 60_000;
const everything = '';

/** How long runs wait for a place, by the runs there were or by what is typed, and how many places would do. */
export function WaitsPanel() {
  const t = useT();
  const machines = useMachines(({ byId }) => byId);
  const pools = useMemo(() => {
    const found = new Map<string, string[]>();
    for (const machine of machines.values()) {
      const what = acceleratorsOf(machine).replace(/^\d+×/, '');
      if (what !== '') found.set(what, [...(found.get(what) ?? []), machine.id]);
    }
    return found;
  }, [machines]);
  const [pool, setPool] = useState(everything);
  const [arrivals, setArrivals] = useState<number | null>(null);
  const [hours, setHours] = useState<number | null>(null);
  const [places, setPlaces] = useState<number | null>(null);
  const [target, setTarget] = useState<number | null>(30);
  const asked = {
    machineIds: pool === everything ? [...pools.values()].flat() : (pools.get(pool) ?? []),
    arrivalsPerHour: arrivals,
    serviceMs: hours === null || hours <= 0 ? null : hours * msPerHour,
    servers: places === null || places < 1 ? null : Math.round(places),
    targetWaitMs: target === null || target <= 0 ? null : target * msPerMinute,
  };
  // With no machine there is nothing that could have been measured.
  const isAnswerable =
    asked.machineIds.length > 0 ||
    (asked.servers !== null && asked.arrivalsPerHour !== null && asked.serviceMs !== null);
  const { value, error } = useLive(
    JSON.stringify(asked),
    async (signal) => (isAnswerable ? rpc().plan.queue(asked, { signal }) : null),
    ({ type }) => type === 'run.changed',
  );
  const { targetWaitMs } = asked;
  useEffect(() => {
    if (value || error) useWhatIf.setState({ waits: value ? { ...value, targetWaitMs } : null });
  }, [value, error, targetWaitMs]);
  return (
    <section className="panel" aria-label={t('plan.waiting')}>
      <div className="asks__head">
        <h2>{t('plan.waiting')}</h2>
        {value ? (
          <Badge>
            {value.now.basis === 'measured'
              ? t('plan.measuredFrom', { count: formatInteger(value.now.samples) })
              : t('plan.typed')}
          </Badge>
        ) : null}
      </div>
      <div className="panel__columns">
        <div className="panel__fields">
          <Field label={t('plan.pool')}>
            {(ids) => (
              <Select
                {...ids}
                className="input--small"
                value={pool}
                options={[
                  { value: everything, label: t('plan.allMachines') },
                  ...[...pools].map(([what, ids_]) => ({
                    value: what,
                    label: t('plan.poolOf', { what, count: ids_.length }),
                  })),
                ]}
                onValue={setPool}
              />
            )}
          </Field>
          <RangeField
            label={t('plan.arrivals')}
            value={arrivals}
            min={0.05}
            max={50}
            growing
            unit="/h"
            hint={t('plan.measuredHint')}
            onValue={(next) => setArrivals(next === null ? null : Math.max(0, next))}
          />
          <RangeField
            label={t('plan.service')}
            value={hours}
            min={0.1}
            max={200}
            growing
            unit="h"
            hint={t('plan.measuredHint')}
            onValue={setHours}
          />
          <RangeField
            label={t('plan.places')}
            value={places}
            min={1}
            max={200}
            growing
            unit=""
            hint={t('plan.placesHint')}
            onValue={setPlaces}
          />
          <RangeField
            label={t('plan.targetWait')}
            value={target}
            min={1}
            max={1440}
            growing
            unit="min"
            onValue={setTarget}
          />
        </div>
        <div className="panel__answer">
          {error ? <ErrorState error={error} /> : null}
          {isAnswerable ? null : <p className="soft">{t('plan.waitsTyped')}</p>}
          {isAnswerable && !value && !error ? <Skeleton rows={4} /> : null}
          {value ? <Waits now={value.now} needed={value.needed} target={asked.targetWaitMs} /> : null}
        </div>
      </div>
    </section>
  );
}

function Waits({
  now,
  needed,
  target,
}: {
  now: QueueEstimate;
  needed: QueueEstimate | null;
  target: number | null;
}) {
  const t = useT();
  const row = (label: string, of: (one: QueueEstimate) => ReactNode) => (
    <tr>
      <th scope="row">{label}</th>
      <td className="right num">{of(now)}</td>
      {needed ? <td className="right num">{of(needed)}</td> : null}
    </tr>
  );
  const wait = (ms: number | null) => (ms === null ? t('plan.withoutEnd') : formatDuration(ms));
  return (
    <>
      <p className="panel__headline">
        {target === null || !needed
          ? t('plan.waitNow', { wait: wait(now.meanWaitMs) })
          : t('plan.placesFor', { count: formatInteger(needed.servers), wait: formatDuration(target) })}
      </p>
      <table className="plain waits">
        <thead>
          <tr>
            <td />
            <th scope="col" className="right">
              {t('plan.nowPlaces', { n: formatInteger(now.servers) })}
            </th>
            {needed ? (
              <th scope="col" className="right">
                {t('plan.withPlaces', { n: formatInteger(needed.servers) })}
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {row(t('plan.meanWait'), (one) => (
            <FigureButton figure={one.figure}>{wait(one.meanWaitMs)}</FigureButton>
          ))}
          {row(t('plan.p90Wait'), (one) => wait(one.p90WaitMs))}
          {row(t('plan.waitChance'), (one) => formatPercent(one.waitProbability * 100))}
          {row(t('plan.utilisation'), (one) => formatPercent(one.utilisation * 100))}
          {row(t('plan.arrivals'), (one) => t('figures.of.perHour', { n: formatValue(one.arrivalsPerHour) }))}
          {row(t('plan.service'), (one) => formatDuration(one.serviceMs))}
        </tbody>
      </table>
      <p className="quiet">{t('plan.waitsModel')}</p>
    </>
  );
}
