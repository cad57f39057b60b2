import { useEffect, useMemo, useState } from 'react';
import { runCommands } from '#renderer/features/runs/commands.ts';
import { describeRun } from '#renderer/features/runs/evidence.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { settingItems } from '#renderer/features/settings/setting-items.ts';
import { siteCommands } from '#renderer/features/sites/commands.ts';
import { terminalCommands } from '#renderer/features/terminals/commands.ts';
import { inEnglish, type Translate, useT } from '#renderer/i18n/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { rpc } from './backend.ts';
import { type Command, type CommandContext, runCommand } from './commands.ts';
import { useMachines } from './machine-store.ts';
import { fileItems } from './palette-files.ts';
import type { Item } from './palette-items.ts';
import { placeName } from './place-name.ts';
import { paths } from './routes.ts';
import { sayError, useSession } from './session-store.ts';
import { may, shellCommands } from './shell-commands.ts';
import { openOutside } from './windows.ts';

/** Everything that can be done by name. A feature that has commands adds its list here. */
export const allCommands: readonly Command[] = [
  ...runCommands,
  ...siteCommands,
  ...terminalCommands,
  ...shellCommands,
];

function commandItems(context: CommandContext, t: Translate): Item[] {
  const subject = context.run?.name ?? (context.machine ? context.machine.name : undefined);
  return allCommands
    .filter(({ id, role, when }) => id !== 'palette' && (!role || may(role)) && (!when || when(context)))
    .map((command) => ({
      id: command.id,
      group: command.group,
      label: t(command.title),
      also: [inEnglish(command.title)],
      ...(command.group === 'here' && subject ? { detail: subject } : {}),
      ...(command.keys?.[0] ? { keys: command.keys[0] } : {}),
      run: () => runCommand(command, context, sayError),
    }));
}

const runItem = (run: RunSummary, t: Translate, navigate: (path: string) => void): Item => {
  const { tone, shape, state } = describeRun(run, Date.now(), t);
  return {
    id: `run ${run.id}`,
    group: 'runs',
    label: run.name,
    detail: `${state}, ${placeName(run.machineId, run.machineName, t)}`,
    also: [run.id],
    dot: { tone, shape },
    run: () => navigate(paths.run(run.id)),
  };
};

/** All lines of the finder for what is typed; runs are looked up by the backend, the rest is here. */
export function useItems(text: string, context: CommandContext): readonly Item[] {
  const t = useT();
  const { navigate } = context;
  const found = useFoundRuns(text);
  const open = useOpenItems(t, navigate);
  const machines = useMachines(({ byId }) => byId);
  const settings = useSession((state) => state.settings);
  return useMemo(() => {
    const machineItems = [...machines.values()].map(
      (machine): Item => ({
        id: `machine ${machine.id}`,
        group: 'machines',
        label: placeName(machine.id, machine.name, t),
        ...(machine.siteName === machine.name ? {} : { detail: machine.siteName }),
        also: [machine.name],
        run: () => navigate(paths.machine(machine.id)),
      }),
    );
    return [
      ...commandItems(context, t),
      ...found.map((run) => runItem(run, t, navigate)),
      ...machineItems,
      ...open,
      ...fileItems(text, machines.values(), t, navigate),
      ...(settings ? settingItems(settings, t, navigate) : []),
    ];
  }, [context, found, open, machines, settings, text, t, navigate]);
}

/** The runs under way at once, as far as the page knows them; those that match, a moment later. */
function useFoundRuns(text: string): readonly RunSummary[] {
  const [runs, setRuns] = useState<readonly RunSummary[]>(() =>
    [...useRuns.getState().byId.values()].slice(0, 500),
  );
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      rpc()
        .runs.list({ search: text.trim(), limit: 20 }, { signal: abort.signal })
        .then(({ rows }) => setRuns(rows))
        .catch((thrown: unknown) => {
          if (!abort.signal.aborted) sayError(thrown);
        });
    }, 80);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  return runs;
}

/** Open terminals and forwarded ports, as they are now. Where there are none, or none may be seen, nothing is said. */
function useOpenItems(t: Translate, navigate: (path: string) => void): readonly Item[] {
  const [open, setOpen] = useState<readonly Item[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const quietly = (thrown: unknown) => console.info('Not known to the palette:', thrown);
    const options = { signal: abort.signal };
    const add = (items: readonly Item[]) => {
      if (!abort.signal.aborted) setOpen((before) => [...before, ...items]);
    };
    rpc()
      .terminals.list(undefined, options)
      .then((all) =>
        add(
          all.map((one) => ({
            id: `terminal ${one.id}`,
            group: 'terminals',
            label: one.name ?? (one.title || placeName(one.machineId, one.machineName, t)),
            detail: one.runName ?? placeName(one.machineId, one.machineName, t),
            run: () => navigate(`${paths.terminals}?terminal=${one.id}`),
          })),
        ),
      )
      .catch(quietly);
    rpc()
      .ports.list(undefined, options)
      .then((all) =>
        add(
          all.map((one) => ({
            id: `forward ${one.id}`,
            group: 'ports',
            label: one.label || `localhost:${one.localPort}`,
            detail: `${one.localPort} → ${one.machineName}:${one.remotePort}`,
            run: () => openOutside(`http://localhost:${one.localPort}/`),
          })),
        ),
      )
      .catch(quietly);
    return () => {
      abort.abort();
      setOpen([]);
    };
  }, [t, navigate]);
  return open;
}
