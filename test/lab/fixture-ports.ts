import { api } from '#backend/api/index.ts';
import type { EventBus } from '#backend/events.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Forward, ListeningPort } from '#shared/domain/forward.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import { fixtureId } from './fixture-data.ts';

const program = (pid: number, name: string, command: string) => ({ pid, name, command });

/** Forwarded ports that only pretend: one open, one whose machine is out of sight, one whose port is taken. */
export function fixturePorts(
  now: number,
  events: EventBus,
  machines: readonly Machine[],
  runs: ReadonlyMap<string, RunSummary>,
) {
  const all = new Map<string, Forward>();
  const run = runs.get(fixtureId('r', 0));
  const seen = machines.find(({ id }) => id === run?.machineId) ?? machines[0];
  const add = (machine: Machine, changes: Partial<Forward>): Forward => {
    const forward: Forward = {
      id: fixtureId('f', all.size),
      machineId: machine.id,
      machineName: machine.name,
      runId: null,
      runName: null,
      remoteHost: 'localhost',
      remotePort: 6006,
      localPort: 6006,
      label: '',
      guess: null,
      state: machine.connectionState === 'connected' ? 'open' : 'waiting',
      createdAt: now,
      connections: 0,
      sentBytes: 0,
      receivedBytes: 0,
      error: null,
      ...changes,
    };
    all.set(forward.id, forward);
    return forward;
  };
  const change = (forwardId: string, changes: Partial<Forward>): Forward => {
    const before = all.get(forwardId);
    if (!before) throw new TrainyardError('FORWARD_UNKNOWN', 'There is no such forwarded port any more.');
    const forward = { ...before, ...changes };
    all.set(forwardId, forward);
    events.publish({ type: 'forward.changed', forward });
    return forward;
  };
  const away = machines.find(({ connectionState }) => connectionState === 'unreachable') ?? machines[1];
  if (seen && away) {
    add(seen, {
      guess: 'tensorboard',
      ...(run && { runId: run.id, runName: run.name }),
      connections: 3,
      sentBytes: 48_120,
      receivedBytes: 18_400_000,
    });
    add(away, {
      label: 'notebook of the ablations',
      guess: 'jupyter',
      remotePort: 8888,
      localPort: 8888,
      state: 'waiting',
    });
    add(seen, {
      remotePort: 8265,
      localPort: 8265,
      guess: 'ray',
      state: 'failed',
      error: {
        code: 'PORT_TAKEN',
        message: 'Port 8265 of this computer is in use by another program.',
        params: { port: 8265 },
        details: '',
        retryable: true,
      },
    });
  }

  const listening: ListeningPort[] = [
    { port: 22, address: '0.0.0.0', process: null, guess: null, runId: null, runName: null },
    {
      port: 6006,
      address: '127.0.0.1',
      process: program(
        41_207,
        'tensorboard',
        'python3 -m tensorboard.main --logdir runs/llama-sft --port 6006',
      ),
      guess: 'tensorboard',
      runId: run?.id ?? null,
      runName: run?.name ?? null,
    },
    {
      port: 8889,
      address: '::1',
      process: program(3_310, 'jupyter-lab', '/opt/conda/bin/python /opt/conda/bin/jupyter-lab --no-browser'),
      guess: 'jupyter',
      runId: null,
      runName: null,
    },
    {
      port: 29_500,
      address: '10.0.4.17',
      process: program(41_190, 'python', 'python train.py --epochs 3'),
      guess: null,
      runId: run?.id ?? null,
      runName: run?.name ?? null,
    },
  ];
  return api.ports.router({
    listening: api.ports.listening.handler(({ input }) =>
      input.runId === undefined ? listening : listening.filter(({ runId }) => runId === input.runId),
    ),
    list: api.ports.list.handler(() => [...all.values()]),
    open: api.ports.open.handler(({ input }) => {
      const machine = machines.find(({ id }) => id === input.machineId);
      if (!machine) throw new TrainyardError('MACHINE_UNKNOWN', 'There is no such machine.');
      const { remotePort, remoteHost, label, localPort = remotePort } = input;
      const forward = add(machine, { remotePort, remoteHost, label, localPort });
      events.publish({ type: 'forward.changed', forward });
      return forward;
    }),
    rename: api.ports.rename.handler(({ input }) => change(input.forwardId, { label: input.label })),
    close: api.ports.close.handler(({ input }) => {
      all.delete(input.forwardId);
      events.publish({ type: 'forward.removed', forwardId: input.forwardId });
    }),
  });
}
