import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { useT } from '#renderer/i18n/index.ts';
import { Checkbox, IconButton, Input } from '#renderer/ui/index.ts';
import type { Scenario } from '#shared/domain/what-if.ts';
import { Fold } from '../fold.tsx';
import { RangeField } from '../range-field.tsx';
import { changeScenario, removeScenario } from './what-if-store.ts';

const msPerDay = 86_400_000;

/** What a scenario changes, as sliders. */
export function ScenarioCard({ scenario }: { scenario: Scenario }) {
  const t = useT();
  const machines = useMachines(({ byId }) => byId);
  const { id, name, spotOff, pricePercent, withoutMachines, deadlineShiftMs, budgetPercent, workPercent } =
    scenario;
  const change = (patch: Partial<Scenario>) => changeScenario(id, patch);
  const percent = (
    label: string,
    value: number,
    [min, max]: readonly [number, number],
    onValue: (value: number) => void,
  ) => (
    <RangeField
      label={label}
      value={value}
      min={min}
      max={max}
      needed
      unit="%"
      onValue={(next) => onValue(Math.min(1000, Math.max(-99, Math.round(next ?? 0))))}
    />
  );
  return (
    <div className="scenario">
      <div className="scenario__head">
        <Input
          className="input--small"
          aria-label={t('plan.scenarioName')}
          value={name}
          maxLength={100}
          onChange={(event) => change({ name: event.target.value === '' ? '-' : event.target.value })}
        />
        <IconButton label={t('plan.removeScenario', { name })} small onClick={() => removeScenario(id)}>
          ×
        </IconButton>
      </div>
      <Checkbox label={t('plan.spotOff')} checked={spotOff} onChecked={(on) => change({ spotOff: on })} />
      {percent(t('plan.prices'), pricePercent, [-50, 100], (value) => change({ pricePercent: value }))}
      {percent(t('plan.workChange'), workPercent, [-50, 100], (value) => change({ workPercent: value }))}
      {percent(t('plan.budgetChange'), budgetPercent, [-80, 100], (value) =>
        change({ budgetPercent: value }),
      )}
      <RangeField
        label={t('plan.deadlineShift')}
        value={Math.round((deadlineShiftMs / msPerDay) * 10) / 10}
        min={-7}
        max={7}
        needed
        unit={t('plan.days')}
        onValue={(days) => change({ deadlineShiftMs: Math.round((days ?? 0) * msPerDay) })}
      />
      {machines.size > 0 ? (
        <Fold className="scenario__fold" label={t('plan.machinesDown', { count: withoutMachines.length })}>
          <ul className="scenario__machines">
            {[...machines.values()].map((machine) => (
              <li key={machine.id}>
                <Checkbox
                  label={placeName(machine.id, machine.name, t)}
                  checked={withoutMachines.includes(machine.id)}
                  onChecked={(down) =>
                    change({
                      withoutMachines: down
                        ? [...withoutMachines, machine.id]
                        : withoutMachines.filter((other) => other !== machine.id),
                    })
                  }
                />
              </li>
            ))}
          </ul>
        </Fold>
      ) : null}
    </div>
  );
}
