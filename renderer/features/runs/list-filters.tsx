import { memo, useEffect, useMemo, useState } from 'react';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { type Key, useT } from '#renderer/i18n/index.ts';
import { Checkbox, compareNames, FindField, formatInteger, Select } from '#renderer/ui/index.ts';
import type { RunState } from '#shared/domain/run.ts';
import { setFilter, useRunList } from './run-list-store.ts';
import { useRuns } from './run-store.ts';

/** States as people ask for them. */
const groups: { key: Key; states: RunState[] }[] = [
  { key: 'runs.groupGoing', states: ['preparing', 'starting', 'running', 'stopping'] },
  { key: 'runs.state.queued', states: ['queued'] },
  { key: 'runs.state.succeeded', states: ['succeeded'] },
  { key: 'runs.state.failed', states: ['failed'] },
  { key: 'runs.state.stopped', states: ['stopped'] },
  { key: 'runs.state.lost', states: ['lost'] },
];

/** What the list shows: text, states with how many there are of each, a machine, the archive. */
export function Filters() {
  const t = useT();
  const { filter } = useRunList();
  return (
    <search className="runs__filters">
      <SearchField />
      <StateChips />
      <MachineSelect />
      <Checkbox
        label={t('runs.archived')}
        checked={filter.archived}
        onChecked={(archived) => setFilter({ archived })}
      />
    </search>
  );
}

function SearchField() {
  const t = useT();
  const applied = useRunList(({ filter }) => filter.search);
  const [text, setText] = useState(applied);
  useEffect(() => {
    if (text === applied) return;
    const timer = setTimeout(() => setFilter({ search: text }), 120);
    return () => clearTimeout(timer);
  }, [text, applied]);
  // Cleared from elsewhere ("show all").
  useEffect(() => {
    if (applied === '') setText('');
  }, [applied]);
  return (
    <FindField
      className="runs__search"
      label={t('runs.filterLabel')}
      placeholder={t('runs.filterPlaceholder')}
      value={text}
      onValue={setText}
      table=".runs .table__scroll"
    />
  );
}

function StateChips() {
  const t = useT();
  const chosen = useRunList(({ filter }) => filter.states);
  const counts = useRuns(({ counts: all }) => all);
  const turn = (states: readonly RunState[], on: boolean) =>
    setFilter({ states: on ? chosen.filter((state) => !states.includes(state)) : [...chosen, ...states] });
  return (
    <fieldset className="runs__chips">
      <legend className="hidden-visually">{t('runs.stateTitle')}</legend>
      {groups.map(({ key, states }) => {
        const count = states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
        const on = states.every((state) => chosen.includes(state));
        return (
          <button key={key} type="button" className="chip" aria-pressed={on} onClick={() => turn(states, on)}>
            {t(key)} <span className="num">{formatInteger(count)}</span>
          </button>
        );
      })}
    </fieldset>
  );
}

/** A thousand machines are not put in order again because a row of the list changed. */
const MachineSelect = memo(function MachineSelect() {
  const t = useT();
  const chosen = useRunList(({ filter }) => filter.machineId);
  const machines = useMachines(({ byId }) => byId);
  const options = useMemo(() => {
    const named = [...machines.values()].map(({ id, name }) => ({
      value: id,
      label: placeName(id, name, t),
    }));
    named.sort((a, b) => compareNames(a.label, b.label));
    return [{ value: '', label: t('runs.anyMachine') }, ...named];
  }, [machines, t]);
  return (
    <Select
      className="input--small runs__machine"
      aria-label={t('runs.machine')}
      value={chosen ?? ''}
      options={options}
      onValue={(value) => setFilter({ machineId: value === '' ? undefined : value })}
    />
  );
});
