import { useMemo, useState } from 'react';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { fitOf, orderMachines } from '#renderer/features/new-run/fit.ts';
import { acceleratorsOf } from '#renderer/features/sites/machine-facts.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { Input, StatusDot } from '#renderer/ui/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { TaskSpec } from '#shared/domain/spec.ts';

/** More machines than this get a field to find one. */
const manyMachines = 7;

/** Where to: each machine with how it would fit, the best first. What really stands against it is found by the plan. */
export function MachineChoice({
  run,
  spec,
  chosen,
  onChoose,
}: {
  run: RunSummary;
  spec: TaskSpec | undefined;
  chosen: string | null;
  onChoose(machineId: string): void;
}) {
  const t = useT();
  const byId = useMachines((state) => state.byId);
  const loaded = useMachines((state) => state.loaded);
  const [search, setSearch] = useState('');
  const machines = useMemo(
    () => orderMachines(byId.values(), spec).filter(({ id }) => id !== run.machineId),
    [byId, spec, run.machineId],
  );
  const wanted = search.trim().toLowerCase();
  const shown = machines
    .filter((machine) =>
      `${machine.name} ${placeName(machine.id, machine.name, t)}`.toLowerCase().includes(wanted),
    )
    .slice(0, 100);
  return (
    <fieldset className="move__machines">
      <legend>{t('move.where')}</legend>
      {machines.length > manyMachines ? (
        <Input
          type="search"
          className="input--small"
          aria-label={t('move.findMachine')}
          placeholder={t('move.findMachine')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      ) : null}
      {loaded && machines.length === 0 ? <p className="quiet">{t('move.noOtherMachine')}</p> : null}
      {machines.length > 0 && shown.length === 0 ? <p className="quiet">{t('move.noMachineFits')}</p> : null}
      <div className="move__list">
        {shown.map((machine) => (
          <Choice
            key={machine.id}
            machine={machine}
            spec={spec}
            checked={machine.id === chosen}
            onChoose={() => onChoose(machine.id)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function Choice({
  machine,
  spec,
  checked,
  onChoose,
}: {
  machine: Machine;
  spec: TaskSpec | undefined;
  checked: boolean;
  onChoose(): void;
}) {
  const t = useT();
  const seen = machine.connectionState === 'connected';
  return (
    <label className={`choice ${checked ? 'choice--chosen' : ''} ${seen ? '' : 'choice--off'}`}>
      <input type="radio" name="machine" checked={checked} disabled={!seen} onChange={onChoose} />
      <StatusDot tone={seen ? 'ok' : 'unseen'} shape={seen ? 'filled' : 'ring'} />
      <b className="clip">{placeName(machine.id, machine.name, t)}</b>
      <span className="quiet clip num">{acceleratorsOf(machine) || t('sites.cpuOnly')}</span>
      <span className="choice__fit num">{fitText(machine, spec, t)}</span>
    </label>
  );
}

/** "4 of 8 free", and what is wrong where something is. */
export function fitText(machine: Machine, spec: TaskSpec | undefined, t: Translate): string {
  if (machine.connectionState !== 'connected') return t('move.unseen');
  if (machine.draining) return t('move.draining');
  const fit = fitOf(machine, spec);
  if (fit.kind === 'unknown') return t('sites.notAsked');
  if (fit.kind === 'lacks') return t('move.lacks');
  if (fit.all === 0) return t('move.fits');
  const free = t('move.freeOf', { free: fit.free, all: fit.all });
  return fit.kind === 'waits' ? t('move.taken', { free }) : free;
}
