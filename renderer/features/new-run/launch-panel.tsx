import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { rpc } from '#renderer/app/backend.ts';
import { Link } from '#renderer/app/link.tsx';
import { useMachines } from '#renderer/app/machine-store.ts';
import { placeName } from '#renderer/app/place-name.ts';
import { paths } from '#renderer/app/routes.ts';
import { useMay } from '#renderer/app/session-store.ts';
import { useLiveVault } from '#renderer/app/vault-store.ts';
import {
  SecretField,
  type SecretSource,
  secretsOf,
  sourceOf,
  useStoredSecrets,
} from '#renderer/features/credentials/secret-field.tsx';
import { acceleratorsOf } from '#renderer/features/sites/machine-facts.ts';
import { type Translate, useT } from '#renderer/i18n/index.ts';
import { Button, ErrorState, Field, Input, Select } from '#renderer/ui/index.ts';
import { newId } from '#shared/domain/id.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { CheckedTasks, TaskSpec } from '#shared/domain/spec.ts';
import { setDraft, useDraft } from './draft-store.ts';
import { fitOf, orderMachines } from './fit.ts';
import { SensitivityFields, useSensitivity } from './sensitivity.tsx';
import { readForm } from './task-document.ts';

export interface LaunchPanelProps {
  result: CheckedTasks | null;
  /** Variables that the task leaves to the launch, with what was typed for them. */
  openNames: readonly string[];
  envs: Readonly<Record<string, string>>;
  onEnv(name: string, value: string): void;
}

/** Where and how it is launched. */
export function LaunchPanel({ result, openNames, envs, onEnv }: LaunchPanelProps) {
  const t = useT();
  const draft = useDraft();
  const [sources, setSources] = useState<Readonly<Record<string, SecretSource>>>({});
  useLiveVault();
  const stored = useStoredSecrets();
  const task = result?.tasks[0];
  const secretNames = task?.secretNames ?? [];
  const given = secretsOf(secretNames, sources, stored);
  const machines = useOrderedMachines(task);
  // Until the user chooses, the machine that suits the task best is the chosen one.
  const machine = machines.find(({ id }) => id === draft.machineId) ?? machines[0];
  const sensitivity = useSensitivity({
    ok: result?.ok === true,
    yaml: draft.yaml,
    base: draft.base,
    machineId: machine?.id ?? '',
    envs,
  });
  const { launch, busy, failure } = useLaunch(machine?.id ?? '', envs, { ...given, ...sensitivity.request });
  const needsBase = task !== undefined && hasRelativePath(task);
  const baseMissing = needsBase && draft.base.trim() === '';
  const several = (result?.tasks.length ?? 0) > 1;
  const may = useMay('operator');
  const ready =
    may &&
    result?.ok === true &&
    machine !== undefined &&
    !baseMissing &&
    !several &&
    !sensitivity.blocked &&
    secretNames.every((name) => given.secrets[name] || given.secretCredentials[name]);
  return (
    <form
      className="launch"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void launch();
      }}
    >
      <MachineField task={task} machines={machines} chosen={machine} />
      <SensitivityFields is={sensitivity} />
      <Field label={t('newRun.name')}>
        {(ids) => (
          <Input
            {...ids}
            value={draft.name}
            maxLength={200}
            placeholder={task?.name ?? t('newRun.namePlaceholder')}
            onChange={(event) => setDraft({ name: event.target.value })}
          />
        )}
      </Field>
      {needsBase ? (
        <Field
          label={t('newRun.base')}
          hint={t('newRun.baseHint')}
          error={baseMissing ? t('newRun.baseNeeded') : undefined}
        >
          {(ids) => (
            <Input
              {...ids}
              className="mono"
              value={draft.base}
              placeholder="~/project"
              onChange={(event) => setDraft({ base: event.target.value })}
            />
          )}
        </Field>
      ) : null}
      {openNames.map((name) => (
        <Field key={name} label={<code>{name}</code>} hint={t('newRun.envHint')}>
          {(ids) => (
            <Input {...ids} value={envs[name] ?? ''} onChange={(event) => onEnv(name, event.target.value)} />
          )}
        </Field>
      ))}
      {secretNames.map((name) => (
        <SecretField
          key={name}
          name={name}
          hint={t('newRun.secretHint')}
          source={sourceOf(name, sources, stored)}
          stored={stored}
          onSource={(source) => setSources({ ...sources, [name]: source })}
        />
      ))}
      <Field label={t('newRun.priority')} hint={t('newRun.priorityHint')}>
        {(ids) => (
          <Input
            {...ids}
            type="number"
            min={-100}
            max={100}
            step={1}
            value={draft.priority}
            onChange={(event) => setDraft({ priority: event.target.value })}
          />
        )}
      </Field>
      {several ? (
        <p className="launch__warning">{t('newRun.several', { count: result?.tasks.length ?? 0 })}</p>
      ) : null}
      {failure ? <ErrorState error={failure} /> : null}
      {may ? null : <p className="quiet">{t('app.viewerOnly')}</p>}
      <Button type="submit" look="primary" disabled={!ready} busy={busy}>
        {t(busy ? 'newRun.launching' : 'newRun.launch')}
      </Button>
    </form>
  );
}

function useLaunch(
  machineId: string,
  envs: Readonly<Record<string, string>>,
  given: ReturnType<typeof secretsOf> & ReturnType<typeof useSensitivity>['request'],
) {
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const launch = async () => {
    setBusy(true);
    setFailure(null);
    const draft = useDraft.getState();
    const priority = Math.trunc(Number(draft.priority)) || 0;
    try {
      const run = await rpc().runs.launch({
        requestId: draft.requestId,
        yaml: draft.yaml,
        baseDirectory: draft.base.trim() === '' ? null : draft.base.trim(),
        machineId,
        envs: { ...envs },
        ...given,
        priority: Math.min(100, Math.max(-100, priority)),
        ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
      });
      setDraft({ requestId: newId(), name: '' });
      navigate(paths.run(run.id));
    } catch (thrown) {
      // What was refused and then changed is another launch; what was lost on the way is sent again as the same.
      setFailure(thrown);
      setBusy(false);
    }
  };
  return { launch, busy, failure };
}

function useOrderedMachines(task: TaskSpec | undefined): Machine[] {
  const byId = useMachines((state) => state.byId);
  return useMemo(() => orderMachines(byId.values(), task), [byId, task]);
}

function MachineField({
  task,
  machines,
  chosen,
}: {
  task: TaskSpec | undefined;
  machines: readonly Machine[];
  chosen: Machine | undefined;
}) {
  const t = useT();
  const loaded = useMachines((state) => state.loaded);
  const asked = useDraft(({ yaml }) => readForm(yaml)?.accelerators ?? '');
  if (loaded && machines.length === 0) {
    return (
      <p>
        {t('newRun.noMachine')} <Link href={`${paths.sites}?add=1`}>{t('newRun.addMachine')}</Link>
      </p>
    );
  }
  const fit = chosen ? fitOf(chosen, task) : null;
  const hint =
    chosen && fit?.kind === 'lacks'
      ? t('newRun.lacks', { machine: placeName(chosen.id, chosen.name, t), asked })
      : fit?.kind === 'waits'
        ? t('newRun.willQueue', { asked })
        : undefined;
  return (
    <Field label={t('newRun.machine')} {...(fit?.kind === 'lacks' ? { error: hint } : { hint })}>
      {(ids) => (
        <Select
          {...ids}
          value={chosen?.id ?? ''}
          options={machines.map((machine) => ({ value: machine.id, label: machineLabel(machine, task, t) }))}
          onValue={(id) => setDraft({ machineId: id })}
        />
      )}
    </Field>
  );
}

function machineLabel(machine: Machine, task: TaskSpec | undefined, t: Translate): string {
  const fit = fitOf(machine, task);
  const name = placeName(machine.id, machine.name, t);
  const label =
    fit.kind === 'unknown'
      ? t('newRun.machinePlain', { name, hardware: t('newRun.unknownHardware') })
      : fit.all === 0
        ? t('newRun.machinePlain', { name, hardware: acceleratorsOf(machine) || t('newRun.cpuOnly') })
        : t('newRun.machineFree', { name, hardware: acceleratorsOf(machine), free: fit.free });
  return machine.connectionState === 'connected' ? label : t('newRun.machineUnseen', { label });
}

const isRelative = (path: string) => !/^(\/|~|[a-z][a-z0-9+.-]*:\/\/|[A-Za-z]:[\\/])/.test(path);
const hasRelativePath = ({ workdir, fileMounts }: TaskSpec) =>
  (workdir !== null && isRelative(workdir)) || Object.values(fileMounts).some(isRelative);
