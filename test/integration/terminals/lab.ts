import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import pino from 'pino';
import { type Backend, startBackend } from '#backend/main.ts';
import type { Client } from '#shared/contract/index.ts';
import { newId } from '#shared/domain/id.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import { type FaultProxy, startProxy } from '#test/lab/proxy.ts';
import { type Box, startBox } from '#test/lab/sshd.ts';
import { until } from '#test/until.ts';

const actor = { name: 'tester', role: 'owner' } as const;

/** A box behind a network that can fail, and an app beside it. */
export interface TerminalLab {
  box: Box;
  proxy: FaultProxy;
  client: Client;
  machineId: string;
  /** Ends the app in order and starts it anew on the same data. */
  restartApp(): Promise<void>;
  /** Processes on the box that a session of it has started; of none of them anything may be left. */
  processes(): string[];
  open(asked?: Partial<Parameters<Client['terminals']['open']>[0]>): Promise<Window>;
  terminal(id: string): Promise<Terminal | undefined>;
  stop(): Promise<void>;
}

/** A window that looks at a terminal and types into it. */
export interface Window {
  id: string;
  type(text: string): void;
  /** All that it was sent. */
  shown(): string;
  /** Waits until it was sent this. */
  sees(text: string): Promise<unknown>;
  state(): Promise<string>;
  close(): void;
}

export async function startTerminalLab(): Promise<TerminalLab> {
  const mark = `TY_TERMINAL_LAB=${newId()}`;
  const [name, value] = mark.split('=') as [string, string];
  const box = await startBox({
    name: 'crane',
    // A tmux server of its own; its socket lies with the box.
    env: { [name]: value, TMUX_TMPDIR: '%h', PATH: '/usr/bin:/bin' },
    files: { '.bashrc': 'PS1="ready> "\n', '.bash_profile': 'PS1="ready> "\n' },
  });
  const proxy = await startProxy({ to: { port: box.port } });
  const configFile = path.join(box.directory, 'through_proxy');
  const snippet = box.configSnippet.replace(/^(\s*Port\s+)\d+/im, `$1${proxy.port}`);
  const hosts = `[127.0.0.1]:${proxy.port}`;
  const known = readFileSync(box.knownHostsFile, 'utf8').replaceAll(`[127.0.0.1]:${box.port}`, hosts);
  await writeFile(box.knownHostsFile, known);
  await writeFile(configFile, `${snippet}\n  ServerAliveInterval 1\n  ServerAliveCountMax 8\n`);

  const log = pino({ level: 'silent' });
  const dataDirectory = path.join(box.directory, 'app');
  let backend: Backend = await startBackend({ dataDirectory, host: 'headless', version: 'test', log });
  const clientOf = (of: Backend) =>
    createRouterClient(of.router, { context: { actor, log } }) as unknown as Client;
  let client = clientOf(backend);
  const site = await client.sites.add({ name: 'crane', ssh: { host: box.name, configFile }, connect: true });
  const terminal = async (id: string) => (await client.terminals.list()).find((each) => each.id === id);

  return {
    box,
    proxy,
    get client() {
      return client;
    },
    machineId: site.id,
    async restartApp() {
      await backend.close();
      backend = await startBackend({ dataDirectory, host: 'headless', version: 'test', log });
      client = clientOf(backend);
    },
    processes: () => processesWith(mark),
    async open(asked = {}) {
      const opened = await client.terminals.open({ requestId: newId(), machineId: site.id, ...asked });
      await until('it is open', async () => {
        const now = await terminal(opened.id);
        if (now?.state === 'ended') throw new Error(`it ended: ${JSON.stringify(now)}`);
        return now?.state === 'open';
      });
      return windowOn(backend, opened.id, async () => (await terminal(opened.id))?.state ?? 'closed');
    },
    terminal,
    async stop() {
      await backend.close();
      await proxy.stop();
      await box.stop();
    },
  };
}

function windowOn(backend: Backend, id: string, state: () => Promise<string>): Window {
  const abort = new AbortController();
  const typed: Uint8Array[] = [];
  let wake: () => void = () => undefined;
  let shown = '';
  async function* input(): AsyncGenerator<Uint8Array> {
    while (!abort.signal.aborted) {
      const next = typed.shift();
      if (next !== undefined) yield next;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
  const read = async () => {
    const request = { kind: 'terminal', terminalId: id, offset: -1, credit: 1 } as const;
    for await (const piece of backend.bytes(request, { actor, signal: abort.signal, input }))
      if ('bytes' in piece) shown = (shown + Buffer.from(piece.bytes).toString('latin1')).slice(-200_000);
  };
  void read().catch((error: unknown) => {
    shown += `FAILED ${error}`;
  });
  return {
    id,
    type(text) {
      typed.push(Buffer.from(text));
      wake();
    },
    shown: () => shown,
    sees: (text) => until(`the window shows ${JSON.stringify(text)}`, () => shown.includes(text)),
    state,
    close() {
      abort.abort();
      wake();
    },
  };
}

/** Command lines of all processes whose environment has this. */
function processesWith(mark: string): string[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const environment = readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0');
      if (!environment.includes(mark)) return [];
      return [readFileSync(`/proc/${entry}/cmdline`, 'latin1').replaceAll('\0', ' ')];
    } catch {
      return []; // gone meanwhile
    }
  });
}
