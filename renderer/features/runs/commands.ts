import type { Command, CommandContext } from '#renderer/app/commands.ts';
import { paths } from '#renderer/app/routes.ts';
import { askMove, canMove } from '#renderer/features/moves/ask-move.ts';
import { hasEnded } from '#shared/domain/run-states.ts';
import { actionLabels, allows, type RunAction } from './actions.ts';
import { askAction } from './ask-action.ts';

const act = (action: RunAction): Command => ({
  id: `run.${action}`,
  title: actionLabels[action],
  group: 'here',
  role: 'operator',
  when: ({ run }) => run !== null && allows(action, run),
  run: ({ run }) => {
    if (run) askAction(action, [run]);
  },
});

const tab = (name: string, title: Command['title']): Command => ({
  id: `run.tab.${name}`,
  title,
  group: 'here',
  when: ({ run }) => run !== null,
  run: ({ run, navigate }: CommandContext) => {
    if (run) navigate(paths.run(run.id, name === 'log' ? undefined : name));
  },
});

/** What can be done with the run that the page shows. */
export const runCommands: readonly Command[] = [
  act('stop'),
  {
    id: 'run.move',
    title: 'move.ask',
    group: 'here',
    role: 'operator',
    when: ({ run }) => run !== null && canMove(run),
    run: ({ run }) => {
      if (run) askMove(run);
    },
  },
  {
    id: 'run.again',
    title: 'app.runAgain',
    group: 'here',
    role: 'operator',
    when: ({ run }) => run !== null && hasEnded(run.state),
    run: ({ run, navigate }) => {
      if (run) navigate(`${paths.newRun}?from=${run.id}`);
    },
  },
  tab('log', 'run.logTab'),
  tab('checkpoints', 'checkpoints.title'),
  tab('files', 'run.filesTab'),
  tab('moves', 'run.movesTab'),
  tab('recovery', 'run.recoveryTab'),
  tab('backups', 'keeping.title'),
  {
    id: 'run.machine',
    title: 'app.openItsMachine',
    group: 'here',
    when: ({ run }) => run !== null,
    run: ({ run, navigate }) => {
      if (run) navigate(paths.machine(run.machineId));
    },
  },
  act('archive'),
  act('unarchive'),
  act('kill'),
  act('delete'),
];
