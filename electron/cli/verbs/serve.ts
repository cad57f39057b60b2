import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface ServeOptions {
  host: string;
  port: number;
  open?: boolean;
  tlsCert?: string;
  tlsKey?: string;
  json: boolean;
}

/** `trainyard serve`: the headless host, until it is ended. */
export function serve(options: ServeOptions): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      hostProgram(),
      ...['--host', options.host, '--port', String(options.port)],
      ...(options.open ? ['--open'] : []),
      ...(options.tlsCert ? ['--tls-cert', options.tlsCert] : []),
      ...(options.tlsKey ? ['--tls-key', options.tlsKey] : []),
      ...(options.json ? ['--json'] : []),
    ],
    { stdio: 'inherit' },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

/** Beside the bundle (dist/cli/, dist/chunks/), or among the sources. */
function hostProgram(): string {
  const places = ['../headless/main.js', '../../headless/main.ts'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  return places.find((place) => existsSync(place)) ?? (places[0] as string);
}
