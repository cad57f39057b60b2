import { useMemo, useState } from 'react';
import { Link } from '#renderer/app/link.tsx';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { FigureButton } from '#renderer/features/figures/index.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Button, compareNames, EmptyState, ErrorState, formatMoney, Skeleton } from '#renderer/ui/index.ts';
import type { OwnCosts } from '#shared/domain/catalog.ts';
import type { CostSummary, HourlyRate, IdleCost } from '#shared/domain/cost.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { acceleratorFinder, type FindAccelerator } from '#shared/planner/accelerators.ts';
import { ownHourlyRate } from '#shared/planner/own-costs.ts';
import { formatHours } from './hours.ts';
import { OwnCostsDialog } from './own-costs-dialog.tsx';
import { useCosts } from './use-costs.ts';

interface Row {
  id: string;
  name: string;
  gpus: number;
  /** Of one accelerator, W. */
  powerW: number | null;
  costs: OwnCosts | null;
  rate: HourlyRate | null;
  idle: IdleCost | null;
}

/** What machines cost by the hour and how much of that nobody used; what one's own cost is said here. */
export function MachinesTab({ summary }: { summary: CostSummary }) {
  const t = useT();
  const mayOwn = useMay('owner');
  const machines = useMachines();
  const { value, failure, again } = useCosts('own', async (client) => ({
    own: await client.catalog.ownCosts(),
    accelerators: await client.catalog.accelerators(),
  }));
  const [asked, setAsked] = useState<Row | null>(null);
  const rows = useMemo(() => {
    const find = acceleratorFinder(value?.accelerators ?? []);
    const own = new Map((value?.own ?? []).map((each) => [each.machineId, each]));
    const idle = new Map(summary.idle.map((each) => [each.machineId, each]));
    return [...machines.byId.values()]
      .map((machine): Row => {
        const said = own.get(machine.id);
        return {
          ...rowOf(machine, find, placeName(machine.id, machine.name, t)),
          costs: said?.costs ?? null,
          rate: said?.rate ?? null,
          idle: idle.get(machine.id) ?? null,
        };
      })
      .sort(
        (a, b) => (b.idle?.idleMicros ?? -1) - (a.idle?.idleMicros ?? -1) || compareNames(a.name, b.name),
      );
  }, [machines.byId, value, summary.idle, t]);
  if (failure && value === null) return <ErrorState error={failure} onRetry={again} />;
  if (value === null || !machines.loaded) return <Skeleton rows={8} />;
  if (rows.length === 0)
    return <EmptyState title={t('costs.noMachines')}>{t('costs.noMachinesText')}</EmptyState>;
  return (
    <div className="costs__tab">
      <p className="quiet">{t('costs.machinesIntro')}</p>
      <MachineTable rows={rows} onAsk={mayOwn ? setAsked : null} />
      {asked ? (
        <OwnCostsDialog machine={asked} costs={asked.costs} onClose={() => setAsked(null)} onDone={again} />
      ) : null}
    </div>
  );
}

/** As the backend counts: slices are parts of an accelerator that is listed itself. */
function rowOf(machine: Machine, find: FindAccelerator, name: string) {
  const whole = machine.inventory?.accelerators.filter(({ mig }) => mig === null) ?? [];
  const [first] = whole;
  return {
    id: machine.id,
    name,
    gpus: whole.length,
    powerW: first ? (find(first.model)?.powerW ?? first.powerLimitW) : null,
  };
}

function MachineTable({ rows, onAsk }: { rows: readonly Row[]; onAsk: ((row: Row) => void) | null }) {
  const t = useT();
  return (
    <table className="plain num costs__machines">
      <thead>
        <tr>
          <th scope="col">{t('costs.by.machine')}</th>
          <th scope="col" className="right">
            {t('costs.gpus')}
          </th>
          <th scope="col" className="right">
            {t('costs.perHour')}
          </th>
          <th scope="col" className="right">
            {t('costs.perGpuHour')}
          </th>
          <th scope="col" className="right">
            {t('costs.paidHours')}
          </th>
          <th scope="col" className="right">
            {t('costs.idleHours')}
          </th>
          <th scope="col" className="right">
            {t('costs.idle')}
          </th>
          {onAsk ? (
            <th scope="col">
              <span className="hidden-visually">{t('costs.setCost')}</span>
            </th>
          ) : null}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row" title={row.name}>
              <Link href={paths.machine(row.id)}>{row.name}</Link>
            </th>
            <td className="right">{row.gpus}</td>
            <Price row={row} />
            <Idle idle={row.idle} />
            {onAsk ? (
              <td className="right">
                <Button
                  small
                  {...(row.costs && { look: 'quiet' as const })}
                  aria-label={t('costs.setCostOf', { name: row.name })}
                  onClick={() => onAsk(row)}
                >
                  {t(row.costs ? 'costs.changeCost' : 'costs.setCost')}
                </Button>
              </td>
            ) : null}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Price({ row: { rate, costs, gpus, powerW } }: { row: Row }) {
  const t = useT();
  if (rate === null || costs === null)
    return (
      <td colSpan={2} className="right costs__unpriced">
        {t('costs.noPrice')}
      </td>
    );
  const { figure } = ownHourlyRate(costs, gpus, powerW);
  return (
    <>
      <td className="right">{formatMoney(rate.microsPerHour)}</td>
      <td className="right">
        <FigureButton figure={figure} />
      </td>
    </>
  );
}

function Idle({ idle }: { idle: IdleCost | null }) {
  const nothing = <span className="quiet">–</span>;
  return (
    <>
      <td className="right">{idle ? formatHours(idle.paidGpuHours) : nothing}</td>
      <td className="right">{idle ? formatHours(idle.idleGpuHours) : nothing}</td>
      <td className="right">{idle ? formatMoney(idle.idleMicros) : nothing}</td>
    </>
  );
}
