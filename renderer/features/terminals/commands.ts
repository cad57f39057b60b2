import type { Command } from '#renderer/app/commands.ts';
import { thisComputerId } from '#shared/domain/new-id.ts';
import { openKept, openTerminal } from './dock-store.ts';

/** Terminals by name: for the run or the machine of the page, and on this computer from anywhere. */
export const terminalCommands: readonly Command[] = [
  {
    id: 'terminal.run',
    title: 'terminals.openFor',
    group: 'here',
    role: 'operator',
    when: ({ run }) => run !== null,
    run: ({ run }) => {
      if (run) openTerminal({ machineId: run.machineId, runId: run.id });
    },
  },
  {
    id: 'terminal.run.gpu',
    title: 'terminals.openGpuFor',
    group: 'here',
    role: 'operator',
    when: ({ run }) => run !== null,
    run: ({ run }) => {
      if (run) openTerminal({ machineId: run.machineId, runId: run.id, kind: 'gpu' });
    },
  },
  {
    id: 'terminal.machine',
    title: 'terminals.openHere',
    group: 'here',
    role: 'operator',
    when: ({ machine }) => machine !== null,
    run: ({ machine }) => {
      if (machine) openTerminal({ machineId: machine.id });
    },
  },
  {
    id: 'terminal.machine.gpu',
    title: 'terminals.openGpu',
    group: 'here',
    role: 'operator',
    when: ({ machine }) => machine !== null,
    run: ({ machine }) => {
      if (machine) openTerminal({ machineId: machine.id, kind: 'gpu' });
    },
  },
  {
    id: 'terminal.machine.kept',
    title: 'terminals.keptOpen',
    group: 'here',
    role: 'operator',
    when: ({ machine }) => machine !== null,
    run: ({ machine }) => {
      if (machine) openKept(machine.id);
    },
  },
  {
    id: 'terminal.here',
    title: 'terminals.openOnThisComputer',
    group: 'act',
    role: 'operator',
    run: () => openTerminal({ machineId: thisComputerId }),
  },
];
