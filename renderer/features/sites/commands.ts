import { rpc } from '#renderer/app/backend.ts';
import type { Command } from '#renderer/app/commands.ts';
import { paths } from '#renderer/app/routes.ts';

/** What can be done with machines and sites by name. */
export const siteCommands: readonly Command[] = [
  {
    id: 'machine.run',
    title: 'sites.runHere',
    group: 'here',
    role: 'operator',
    when: ({ machine }) => machine !== null,
    run: ({ machine, navigate }) => {
      if (machine) navigate(`${paths.newRun}?machine=${machine.id}`);
    },
  },
  {
    id: 'machine.files',
    title: 'app.openFiles',
    group: 'here',
    when: ({ machine }) => machine !== null,
    run: ({ machine, navigate }) => {
      if (machine) navigate(paths.files(machine.id));
    },
  },
  {
    id: 'machine.refresh',
    title: 'sites.refresh',
    group: 'here',
    role: 'operator',
    when: ({ machine }) => machine !== null,
    run: async ({ machine }) => {
      if (machine) await rpc().machines.refresh({ machineIds: [machine.id] });
    },
  },
  {
    id: 'site.add',
    title: 'app.addHost',
    group: 'act',
    role: 'operator',
    run: ({ navigate }) => navigate(`${paths.sites}?add=1`),
  },
  {
    id: 'site.import',
    title: 'app.importHosts',
    group: 'act',
    role: 'operator',
    run: ({ navigate }) => navigate(`${paths.sites}?import=1`),
  },
  {
    id: 'machines.refresh',
    title: 'app.refreshMachines',
    group: 'act',
    role: 'operator',
    run: async () => {
      await rpc().machines.refresh({ machineIds: [] });
    },
  },
];
