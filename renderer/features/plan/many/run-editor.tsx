import { useT } from '#renderer/i18n/index.ts';
import { Button, Field, Input } from '#renderer/ui/index.ts';
import { RangeField } from '../range-field.tsx';
import { TextField } from '../text-field.tsx';
import { changeRun, type ManyRun, removeRuns, useMany } from './many-store.ts';

/** What is asked of one of the runs. */
export function RunEditor({ run, onClose }: { run: ManyRun; onClose(): void }) {
  const t = useT();
  const runs = useMany((state) => state.runs);
  const byName = new Map(runs.map((one) => [one.name, one.id]));
  const nameOf = (id: string) => runs.find((one) => one.id === id)?.name ?? id;
  return (
    <section className="asks" aria-label={t('plan.editRun', { name: run.name })}>
      <div className="asks__head">
        <h2 className="clip" title={run.name}>
          {run.name}
        </h2>
        <Button small look="quiet" onClick={onClose}>
          {t('plan.closeRun')}
        </Button>
      </div>
      <RangeField
        label={t('plan.priority')}
        value={run.priority}
        min={-100}
        max={100}
        needed
        unit=""
        onValue={(value) => changeRun(run.id, { priority: Math.round(value ?? 0) })}
      />
      <TimeField
        label={t('plan.deadline')}
        at={run.deadlineAt}
        onAt={(deadlineAt) => changeRun(run.id, { deadlineAt })}
      />
      <TimeField
        label={t('plan.earliest')}
        at={run.earliestAt}
        onAt={(earliestAt) => changeRun(run.id, { earliestAt })}
      />
      <TextField
        label={t('plan.after')}
        value={run.after}
        write={(ids) => ids.map(nameOf).join(', ')}
        read={(text) => {
          const names = text
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== '');
          const ids = names.map((name) => byName.get(name));
          return ids.every((id) => id !== undefined && id !== run.id)
            ? ids.filter((id) => id !== undefined)
            : null;
        }}
        onValue={(after) => changeRun(run.id, { after })}
        wrong={t('plan.afterWanted')}
        placeholder={t('plan.afterNone')}
      />
      <TextField
        label={t('plan.project')}
        value={run.project ?? ''}
        write={(project) => project}
        read={(text) => text.slice(0, 100)}
        onValue={(project) => changeRun(run.id, { project: project.trim() === '' ? null : project.trim() })}
        wrong=""
        placeholder={t('plan.projectNone')}
      />
      <Button
        small
        look="danger"
        onClick={() => {
          removeRuns(new Set([run.id]));
          onClose();
        }}
      >
        {t('plan.removeRun')}
      </Button>
    </section>
  );
}

const pad = (number: number): string => String(number).padStart(2, '0');
/** As the browser's own field for date and time wants it, in the reader's time zone. */
const localText = (at: number): string => {
  const date = new Date(at);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
};

function TimeField({ label, at, onAt }: { label: string; at: number | null; onAt(at: number | null): void }) {
  return (
    <Field label={label}>
      {(ids) => (
        <Input
          {...ids}
          type="datetime-local"
          className="input--small num"
          value={at === null ? '' : localText(at)}
          onChange={(event) => {
            const next = event.target.value === '' ? null : new Date(event.target.value).getTime();
            if (next === null || Number.isFinite(next)) onAt(next);
          }}
        />
      )}
    </Field>
  );
}
