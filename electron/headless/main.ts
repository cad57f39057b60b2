/**
 * Trainyard in a browser: `node dist/headless/main.js [--host 127.0.0.1] [--port 0] [--data DIR] [--open] [--json]
 * [--tls-cert FILE --tls-key FILE]`.
 * This process only keeps the server's process alive; the server is the same program started again.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataDirectory } from '#backend/data-directory.ts';
import { newToken } from '#backend/door/index.ts';
import { TrainyardError } from '#shared/domain/error.ts';
import { openInBrowser } from './open-in-browser.ts';
import { fatalExitCode, restartExitCode, Supervisor } from './supervisor.ts';
import { readTls } from './tls.ts';

/** What the server's process tells the one that keeps it alive. */
type FromWorker = {
  type: 'ready';
  /** Signs one browser in, once; null where it is served to other computers. */
  loginUrl: string | null;
  url: string;
  port: number;
};

const workerMark = 'TRAINYARD_WORKER';
const sessionKeyName = 'TRAINYARD_SESSION_KEY';

const { values: options } = parseArgs({
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    data: { type: 'string' },
    page: { type: 'string' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
    open: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const port = Number(options.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(`trainyard: --port takes a number from 0 to 65535, not "${options.port}".`);
  process.exit(2);
}
const tlsFiles = [options['tls-cert'], options['tls-key']].filter((file) => file !== undefined);
if (tlsFiles.length === 1) {
  console.error('trainyard: --tls-cert and --tls-key go together.');
  process.exit(2);
}

if (process.env[workerMark]) await serve();
else process.exit(await keepServing());

async function keepServing(): Promise<number> {
  const sessionKey = newToken();
  let portNow = port;
  let opened = false;

  const ready = (message: FromWorker) => {
    portNow = message.port;
    const again = opened;
    const address = message.loginUrl ?? message.url;
    if (options.json) console.log(JSON.stringify({ url: address, pid: process.pid }));
    else if (again)
      console.log(`Trainyard is running again. A browser that is not signed in opens ${address}`);
    else {
      console.log(
        message.loginUrl
          ? `Trainyard is running. Open this address; it signs in one browser, once:\n\n  ${address}\n`
          : `Trainyard is running. Open this address and sign in with a named token:\n\n  ${address}\n`,
      );
      console.log('Ctrl-C ends Trainyard here. Your runs go on.');
    }
    if (options.open && !again) openInBrowser(address);
    opened = true;
  };

  const supervisor = new Supervisor({
    start() {
      const child = fork(
        fileURLToPath(import.meta.url),
        [
          ...['--host', options.host, '--port', String(portNow)],
          ...(options.data ? ['--data', options.data] : []),
          ...(options.page ? ['--page', options.page] : []),
          ...(options['tls-cert'] ? ['--tls-cert', options['tls-cert']] : []),
          ...(options['tls-key'] ? ['--tls-key', options['tls-key']] : []),
        ],
        { env: { ...process.env, [workerMark]: '1', [sessionKeyName]: sessionKey }, stdio: 'inherit' },
      );
      child.on('message', (message) => ready(message as FromWorker));
      return {
        askToEnd: () => child.connected && child.send({ type: 'close' }),
        kill: () => child.kill('SIGKILL'),
        onExit: (listener) => child.on('exit', (code) => listener(code)),
      };
    },
    onCrash: (code, waitMs) =>
      console.error(
        `Trainyard's backend ended unexpectedly (${code === null ? 'killed' : `code ${code}`}); it starts again in ${(waitMs / 1000).toFixed(1)} s. Your runs are not affected.`,
      ),
    later(ms, call) {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    now: () => performance.now(),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => supervisor.end());
  return supervisor.run();
}

async function serve(): Promise<void> {
  const sessionKey = process.env[sessionKeyName] ?? newToken();
  // What we start must not inherit it.
  delete process.env[sessionKeyName];
  delete process.env[workerMark];
  // A terminal's Ctrl-C reaches both processes; the one above decides.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const { startWorker } = await import('./worker.ts');
  try {
    const worker = await startWorker({
      dataDirectory: options.data ?? dataDirectory(),
      host: options.host,
      port,
      sessionKey,
      ...(options.page ? { pageDirectory: options.page } : {}),
      ...(options['tls-cert'] && options['tls-key']
        ? { tls: readTls(options['tls-cert'], options['tls-key']) }
        : {}),
    });
    let ending = false;
    const endWith = (code: number) => {
      if (ending) return;
      ending = true;
      void worker.close().then(() => process.exit(code));
    };
    const end = () => endWith(0);
    process.on('message', end);
    process.on('disconnect', end);
    process.on('SIGTERM', end);
    void worker.shutDownAsked.then(end);
    void worker.restartAsked.then(() => endWith(restartExitCode));
    process.send?.({
      type: 'ready',
      loginUrl: worker.host.local ? worker.host.loginUrl() : null,
      url: worker.host.url,
      port: worker.host.port,
    } satisfies FromWorker);
  } catch (thrown) {
    const error = TrainyardError.from(thrown);
    console.error(`trainyard: ${error.code === 'INTERNAL' ? error.details : error.message}`);
    process.exit(error.retryable ? 1 : fatalExitCode);
  }
}
