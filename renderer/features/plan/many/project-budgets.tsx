import { useT } from '#renderer/i18n/index.ts';
import { Fold } from '../fold.tsx';
import { useMoneyInput } from '../money-input.ts';
import { RangeField } from '../range-field.tsx';
import { change, useMany } from './many-store.ts';

/** What each project may spend in the month that is planned for. */
export function ProjectBudgets() {
  const t = useT();
  const money = useMoneyInput();
  const { runs, projectBudgets } = useMany();
  const projects = [...new Set(runs.flatMap(({ project }) => (project === null ? [] : [project])))].sort();
  if (projects.length === 0) return null;
  return (
    <Fold label={t('plan.projectBudgets')}>
      {projects.map((project) => {
        const amount = projectBudgets[project];
        return (
          <RangeField
            key={project}
            label={project}
            value={amount === undefined ? null : money.shown(amount)}
            min={1}
            max={100_000}
            growing
            unit={money.currency}
            onValue={(value) => {
              const { [project]: _, ...rest } = projectBudgets;
              change(
                { projectBudgets: value === null ? rest : { ...rest, [project]: money.micros(value) } },
                false,
              );
            }}
          />
        );
      })}
    </Fold>
  );
}
