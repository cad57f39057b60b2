import './moves.css';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { acceleratorsOf } from '#renderer/features/sites/machine-facts.ts';
import { useT } from '#renderer/i18n/index.ts';
import { compareNames } from '#renderer/ui/index.ts';
import type { Machine } from '#shared/domain/machine.ts';
import { useDraggedRun, useDropOn } from './drag.ts';
import { fitText } from './machine-choice.tsx';

/** While a run is dragged on a page that shows no machines: the machines, to drop it on. */
export function DropTray() {
  const t = useT();
  const run = useDraggedRun((state) => state.run);
  const byId = useMachines((state) => state.byId);
  if (!run) return null;
  const machines = [...byId.values()]
    .filter(({ id, connectionState }) => id !== run.machineId && connectionState === 'connected')
    .sort((a, b) => compareNames(a.name, b.name));
  return (
    <aside className="tray" aria-label={t('move.tray')}>
      <h2>{t('move.dropOn', { name: run.name })}</h2>
      <ul>
        {machines.map((machine) => (
          <Target key={machine.id} machine={machine} />
        ))}
      </ul>
    </aside>
  );
}

function Target({ machine }: { machine: Machine }) {
  const t = useT();
  const { over, drop } = useDropOn(machine.id);
  return (
    <li className={`tray__target ${over ? 'tray__target--over' : ''}`} {...drop}>
      <b className="clip">{placeName(machine.id, machine.name, t)}</b>
      <span className="quiet clip num">
        {acceleratorsOf(machine) || t('sites.cpuOnly')}, {fitText(machine, undefined, t)}
      </span>
    </li>
  );
}
