import type { BackendConnection } from '#renderer/rpc/client.ts';
import type { Run } from '#shared/domain/run.ts';
import { TerminalFilter } from './terminal-filter.ts';

export interface LogRequest {
  runId: string;
  epoch?: number;
  /** Byte to begin with; negative: so many before the end. */
  from: number;
  follow: boolean;
}

/**
 * Prints a log as fast as stdout takes it: byte for byte into a file or a pipe; on a terminal without what would take it
 * over. Resolves when all is printed; rejects with the stream's error.
 */
export function followLog(connection: BackendConnection, request: LogRequest): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = true;
    const terminal = process.stdout.isTTY ? new TerminalFilter() : null;
    connection.bytes.open(
      {
        kind: 'log',
        runId: request.runId,
        offset: request.from,
        follow: request.follow,
        ...(request.epoch === undefined ? {} : { epoch: request.epoch }),
      },
      {
        onInfo(info) {
          // Of a log that is whole it does not matter where its machine is.
          if (!info.live || info.reachable === said) return;
          said = info.reachable;
          process.stderr.write(
            said ? '[the machine is back]\n' : '[the machine is out of sight; the run is not affected]\n',
          );
        },
        onBytes: (bytes) => written(terminal ? terminal.filter(bytes) : bytes),
        onEnd: (error) => (error ? reject(error) : resolve()),
        onConnected: (connected) =>
          process.stderr.write(
            connected ? '[connected to Trainyard again]\n' : '[lost Trainyard; trying again]\n',
          ),
      },
    );
  });
}

/** Resolves when stdout can take more: a slow terminal slows the box's stream, not our memory. */
function written(bytes: Uint8Array): Promise<void> | undefined {
  if (process.stdout.write(bytes)) return undefined;
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** What a shell would see had it run the program itself: its code, 1 where it ended without one. */
export function runExitCode(run: Run): number {
  if (run.exitCode !== null) return run.exitCode & 0xff;
  return run.state === 'succeeded' ? 0 : 1;
}
