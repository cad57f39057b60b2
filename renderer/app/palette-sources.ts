import { useEffect, useMemo, useState } from 'react';
import { runCommands } from '#renderer/features/runs/commands.ts';
import { describeRun } from '#renderer/features/runs/evidence.ts';
import { useRuns } from '#renderer/features/runs/run-store.ts';
import { settingItems } from '#renderer/features/settings/setting-items.ts';
import { siteCommands } from '#renderer/features/sites/commands.ts';
import { inEnglish, type Translate, useT } from '#renderer/i18n/index.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { rpc } from './backend.ts';
import { type Command, type CommandContext, runCommand } from './commands.ts';
import { useMachines } from './machine-store.ts';
import type { Item } from './palette-items.ts';
import { placeName } from './place-name.ts';
import { paths } from './routes.ts';
import { sayError, useSession } from './session-store.ts';
import { may, shellCommands } from './shell-commands.ts';

/** Everything that can be done by name. A feature that has commands adds its list here. */
export const allCommands: readonly Command[] = [...runCommands, ...siteCommands, ...shellCommands];

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
      ...(settings ? settingItems(settings, t, navigate) : []),
    ];
  }, [context, found, machines, settings, t, navigate]);
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
