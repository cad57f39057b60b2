import { hostname } from 'node:os';
import type { LocalPrograms } from '#backend/processes/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import type { ConnectionStep } from '#shared/domain/site.ts';
import type { Link, SiteKindDriver } from './link.ts';

/** *This computer*: always there, nothing to connect. */
export function localKind(programs: LocalPrograms): SiteKindDriver {
  const link: Link = {
    exec: (command, options) => programs.exec(command, options),
    spawn: (command, options) => programs.spawn(command, options),
    openShell: (options) => programs.openShell(options),
    connectTo: (host, port, signal) => programs.connectTo(host, port, signal),
    transport: 'local',
    roundTripMs: null,
    check: async () => undefined,
    onEnd: () => () => undefined,
    close: async () => undefined, // the programs are closed with the backend, not with the site
  };
  return {
    open: async () => link,
    needsUser: (error) => error.code === 'SHELL_MISSING',
    reach: async () => null,
    lane: async () => null,
    async *test(_site, { signal }): AsyncGenerator<ConnectionStep> {
      for (const step of ['resolve', 'tcp', 'hostKey', 'authentication'] as const) {
        yield { step, state: 'skipped', detail: '' };
      }
      yield { step: 'shell', state: 'running', detail: '' };
      try {
        const options = { timeoutMs: 10_000, ...(signal && { signal }) };
        const { stdout } = await programs.exec({ script: 'uname -s' }, options);
        yield { step: 'shell', state: 'ok', detail: `/bin/sh, ${stdout.toString().trim()}, ${hostname()}` };
        yield { step: 'tools', state: 'ok', detail: '' };
      } catch (error) {
        yield { step: 'shell', state: 'failed', detail: '', error: TrainyardError.from(error).toShape() };
      }
    },
  };
}
