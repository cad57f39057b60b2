import { api } from '#backend/api/index.ts';
import type { ByteSource } from '#backend/bytes/index.ts';
import type { EventBus } from '#backend/events.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { Machine } from '#shared/domain/machine.ts';
import type { RunSummary } from '#shared/domain/run.ts';
import type { CommandMark, Terminal } from '#shared/domain/terminal.ts';
import { fixtureId } from './fixture-data.ts';

const prompt = '\u001b[38;5;79mmei@heron\u001b[0m:\u001b[38;5;110m~/runs/llama-sft\u001b[0m$ ';
const shellScreen = [
  `${prompt}ls`,
  '\u001b[34mcheckpoints\u001b[0m  config.yaml  requirements.txt  \u001b[32mtrain.py\u001b[0m',
  `${prompt}python train.py --epochs 3 --lr 8.2e-5`,
  'loading 412 shards of tokenized text …',
  '\u001b[33mwarning\u001b[0m: 3 documents are longer than 8192 tokens and were cut',
  'step 100  loss=2.4127  lr=5.4e-06  1,204 tokens/s',
  'step 200  loss=2.1904  lr=1.1e-05  1,211 tokens/s',
  'Traceback (most recent call last):',
  '  File "/home/mei/runs/llama-sft/train.py", line 218, in main',
  '    loss.backward()',
  '\u001b[1;31mtorch.cuda.OutOfMemoryError\u001b[0m: CUDA out of memory. Tried to allocate 2.25 GiB',
  `${prompt}git log --oneline -3`,
  '\u001b[33m8e697d6\u001b[0m 训练脚本：减小批量',
  '\u001b[33m57ff2db\u001b[0m Cut documents at 8192 tokens',
  '\u001b[33mb4d8068\u001b[0m https://example.org/notes/learning-rate',
  prompt,
].join('\r\n');
const gpuScreen = [
  'GPU  Name              Util   Memory            Temp  Power   Processes',
  ...Array.from(
    { length: 8 },
    (_, index) =>
      `  ${index}  H100 80GB HBM3    \u001b[3${index % 3 === 1 ? 3 : 2}m${97 - index}%\u001b[0m    ${71 - index}.4 / 80.0 GiB   ${64 + index}°C  ${690 - index * 4} W   python train.py`,
  ),
  '',
  'every 2 s, Ctrl-C ends it',
].join('\r\n');

const marks: CommandMark[] = [
  { promptLine: 0, outputLine: 1, command: 'ls', startedAt: 1, endedAt: 12, exitCode: 0 },
  {
    promptLine: 2,
    outputLine: 3,
    command: 'python train.py --epochs 3 --lr 8.2e-5',
    startedAt: 0,
    endedAt: 94_000,
    exitCode: 1,
  },
  { promptLine: 11, outputLine: 12, command: 'git log --oneline -3', startedAt: 0, endedAt: 40, exitCode: 0 },
  { promptLine: 15, outputLine: null, command: null, startedAt: null, endedAt: null, exitCode: null },
];

/** Terminals that only pretend: a shell that echoes, the view of GPUs, one out of reach. */
export function fixtureTerminals(
  now: number,
  events: EventBus,
  machines: readonly Machine[],
  runs: ReadonlyMap<string, RunSummary>,
) {
  const screens = new Map<string, string>();
  const all = new Map<string, Terminal>();
  let made = 0;
  function add(machine: Machine, run: RunSummary | undefined, changes: Partial<Terminal>): Terminal {
    const terminal: Terminal = {
      id: fixtureId('t', made),
      kind: 'shell',
      machineId: machine.id,
      machineName: machine.name,
      runId: run?.id ?? null,
      runName: run?.name ?? null,
      state: 'open',
      keptBy: 'app',
      name: null,
      title: '',
      titleAsked: false,
      directory: '/home/mei/runs/llama-sft',
      size: { cols: 80, rows: 24 },
      createdAt: now + made,
      endedAt: null,
      exitCode: null,
      signal: null,
      error: null,
      ...changes,
    };
    made += 1;
    all.set(terminal.id, terminal);
    screens.set(terminal.id, terminal.kind === 'gpu' ? gpuScreen : shellScreen);
    return terminal;
  }
  const find = (id: string): Terminal => {
    const found = all.get(id);
    if (!found) throw new TrainyardError('TERMINAL_UNKNOWN', 'There is no such terminal (any more).');
    return found;
  };
  const change = (id: string, changes: Partial<Terminal>): Terminal => {
    const terminal = { ...find(id), ...changes };
    all.set(id, terminal);
    events.publish({ type: 'terminal.changed', terminal });
    return terminal;
  };
  const [here, heron, other] = [machines[0], machines[1] ?? machines[0], machines[2] ?? machines[0]];
  if (here && heron && other) {
    add(heron, runs.get(fixtureId('r', 0)), {});
    add(heron, undefined, { kind: 'gpu' });
    add(other, undefined, {
      state: 'lost',
      keptBy: 'tmux',
      error: {
        code: 'SSH_CONNECTION_LOST',
        message: 'The connection was lost.',
        params: { host: other.name },
        details: '',
        retryable: true,
      },
    });
    add(here, undefined, { state: 'ended', exitCode: 127, endedAt: now });
  }
  const pane = (number: number) => ({ kind: 'pane', terminalId: fixtureId('t', number) });
  const layout = JSON.stringify({
    version: 1,
    tabs: [
      {
        id: 'a',
        focused: fixtureId('t', 0),
        root: { kind: 'split', direction: 'column', sizes: [0.6, 0.4], children: [pane(0), pane(1)] },
      },
      { id: 'b', focused: fixtureId('t', 2), root: pane(2) },
      { id: 'c', focused: fixtureId('t', 3), root: pane(3) },
    ],
    active: 'a',
  });

  const source: ByteSource<'terminal'> = async function* (request, context) {
    const terminal = find(request.terminalId);
    const snapshot = Buffer.from(screens.get(terminal.id) ?? '');
    yield {
      info: {
        kind: 'terminal',
        offset: snapshot.byteLength,
        snapshotBytes: snapshot.byteLength,
        size: terminal.size,
      },
    };
    yield { bytes: snapshot };
    const queue: Uint8Array[] = [];
    const waiting = { wake: () => {} };
    let size = terminal.size;
    const off = events.subscribe((event) => {
      if (event.type === 'terminal.changed' && event.terminal.id === terminal.id) waiting.wake();
    });
    context.signal.addEventListener('abort', () => waiting.wake());
    void (async () => {
      for await (const bytes of context.input?.(65_536) ?? []) {
        queue.push(Buffer.from(Buffer.from(bytes).toString().replaceAll('\r', `\r\n${prompt}`)));
        waiting.wake();
      }
    })();
    try {
      while (!context.signal.aborted) {
        const bytes = queue.shift();
        const next = find(terminal.id).size;
        if (next !== size) {
          size = next;
          yield { info: { kind: 'terminal', offset: snapshot.byteLength, snapshotBytes: 0, size } };
        } else if (bytes) yield { bytes };
        else
          await new Promise<void>((resolve) => {
            waiting.wake = resolve;
          });
      }
    } finally {
      off();
    }
  };

  const session = (n: number) => `trainyard-${fixtureId('t', 900 + n)}`;
  const hour = 3_600_000;
  let sessions = [
    {
      session: session(0),
      createdAt: now - 2 * hour,
      attached: true,
      command: 'python',
      directory: '/home/mei/runs/llama-sft',
    },
    {
      session: session(1),
      createdAt: now - 30 * hour,
      attached: false,
      command: 'bash',
      directory: '/home/mei',
    },
    {
      session: session(2),
      createdAt: now - 400 * hour,
      attached: false,
      command: 'htop',
      directory: '/data/a-long/way/down/to/the/experiments/of/2026/with-a-name-that-is-longer-than-the-row',
    },
  ];
  const router = api.terminals.router({
    list: api.terminals.list.handler(() => [...all.values()]),
    open: api.terminals.open.handler(({ input }) => {
      const machine = machines.find(({ id }) => id === input.machineId);
      if (!machine) throw new TrainyardError('MACHINE_UNKNOWN', 'There is no such machine.');
      const run = input.runId === undefined ? undefined : runs.get(input.runId);
      const terminal = add(machine, run, { kind: input.kind, size: input.size, createdAt: Date.now() });
      events.publish({ type: 'terminal.changed', terminal });
      return terminal;
    }),
    resize: api.terminals.resize.handler(({ input }) => void change(input.terminalId, { size: input.size })),
    rename: api.terminals.rename.handler(({ input }) => change(input.terminalId, { name: input.name })),
    restart: api.terminals.restart.handler(({ input }) =>
      change(input.terminalId, { state: 'open', error: null, exitCode: null, endedAt: null }),
    ),
    close: api.terminals.close.handler(({ input }) => {
      all.delete(input.terminalId);
      events.publish({ type: 'terminal.removed', terminalId: input.terminalId });
    }),
    marks: api.terminals.marks.handler(({ input }) =>
      find(input.terminalId).kind === 'shell' && input.terminalId === fixtureId('t', 0) ? marks : [],
    ),
    text: api.terminals.text.handler(({ input }) => ({ text: screens.get(input.terminalId) ?? '' })),
    kept: api.terminals.kept.handler(({ input }) => {
      const seen = machines.findIndex(({ id }) => id === input.machineId);
      return { tmux: seen !== 3, sessions: seen === 1 ? sessions : [] };
    }),
    endKept: api.terminals.endKept.handler(({ input }) => {
      sessions = sessions.filter(({ session }) => session !== input.session);
    }),
  });
  return { router, source, layout };
}
