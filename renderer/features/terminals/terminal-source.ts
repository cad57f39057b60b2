import { backend, rpc } from '#renderer/app/backend.ts';
import type { OpenedStream, StreamHandlers } from '#renderer/rpc/index.ts';
import type { CommandMark, TerminalSize } from '#shared/domain/terminal.ts';

/** Where a screen gets its bytes from, and where its keys go. */
export interface TerminalSource {
  /** Begins with the screen as it is; `above`: with at most about so many lines above it. */
  open(handlers: StreamHandlers<'terminal'>, above?: number): OpenedStream;
  resize(size: TerminalSize): Promise<void>;
  marks(): Promise<readonly CommandMark[]>;
}

/** So much may be on its way and unparsed: enough for full speed where frames are slow (no GPU), a fifth of a second's parsing there. */
const windowBytes = 2 * 1024 * 1024;

export const backendSource = (terminalId: string): TerminalSource => ({
  open: (handlers, above) =>
    backend().bytes.open({ kind: 'terminal', terminalId, offset: -1, above }, handlers, { windowBytes }),
  resize: (size) => rpc().terminals.resize({ terminalId, size }),
  marks: () => rpc().terminals.marks({ terminalId }),
});
