import { useEffect, useMemo, useState } from 'react';
import { completePath } from '#renderer/features/files/complete-path.ts';
import { useForwards } from '#renderer/features/ports/store.ts';
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
import { useOpen } from './open-store.ts';
import { fileItems, typedAddress } from './palette-files.ts';
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
  const begun = useBegunPaths(text, t);
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
      ...fileItems(text, machines.values(), begun, t, navigate),
      ...(settings ? settingItems(settings, t, navigate) : []),
    ];
  }, [context, found, begun, open, machines, settings, text, t, navigate]);
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

const mostBegun = 10;

/** What there is at a path that is being typed as "machine:path": names that begin so, of a machine that can be asked at once. */
function useBegunPaths(text: string, t: Translate): readonly { machineId: string; path: string }[] {
  const [begun, setBegun] = useState<readonly { machineId: string; path: string }[]>([]);
  const asked = typedAddress(text, useMachines.getState().byId.values(), t);
  const machineId = asked?.machines.find(({ connectionState }) => connectionState === 'connected')?.id;
  const path = asked?.path ?? '';
  useEffect(() => {
    setBegun([]);
    if (machineId === undefined || !may('operator')) return;
    let isWanted = true;
    const timer = setTimeout(async () => {
      const { choices } = await completePath(machineId, path);
      const folder = path.slice(0, path.lastIndexOf('/') + 1);
      if (isWanted)
        setBegun(choices.slice(0, mostBegun).map((name) => ({ machineId, path: `${folder}${name}` })));
    }, 120);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [machineId, path]);
  return begun;
}

/** Open terminals and forwarded ports. */
function useOpenItems(t: Translate, navigate: (path: string) => void): readonly Item[] {
  const terminals = useOpen((state) => state.terminals);
  const forwards = useForwards((state) => state.byId);
  return useMemo(() => {
    const ofTerminals = [...terminals.values()].map((one): Item => {
      const machine = placeName(one.machineId, one.machineName, t);
      return {
        id: `terminal ${one.id}`,
        group: 'terminals',
        label: one.name ?? (one.title || machine),
        detail: one.runName ?? machine,
        run: () => navigate(`${paths.terminals}?terminal=${one.id}`),
      };
    });
    const ofForwards = [...forwards.values()].map((one): Item => {
      const address = `localhost:${one.localPort}`;
      return {
        id: `forward ${one.id}`,
        group: 'ports',
        label: one.label || address,
        detail: `${address} → ${placeName(one.machineId, one.machineName, t)}:${one.remotePort}`,
        run: () => openOutside(`http://${address}/`),
      };
    });
    return [...ofTerminals, ...ofForwards];
  }, [terminals, forwards, t, navigate]);
}
