import type { Terminals } from '#backend/terminals/index.ts';
import { api } from './base.ts';

export const terminalsRouter = (terminals: Terminals) =>
  api.terminals.router({
    list: api.terminals.list.handler(() => terminals.list()),
    open: api.terminals.open.handler(({ input, context }) => terminals.open(input, context.actor)),
    resize: api.terminals.resize.handler(({ input }) => terminals.resize(input.terminalId, input.size)),
    rename: api.terminals.rename.handler(({ input, context }) =>
      terminals.rename(input.terminalId, input.name, context.actor),
    ),
    restart: api.terminals.restart.handler(({ input, context }) =>
      terminals.restart(input.terminalId, context.actor),
    ),
    close: api.terminals.close.handler(({ input, context }) =>
      terminals.close(input.terminalId, context.actor, input),
    ),
    marks: api.terminals.marks.handler(({ input }) => terminals.marks(input.terminalId)),
    text: api.terminals.text.handler(({ input }) => terminals.text(input.terminalId)),
    kept: api.terminals.kept.handler(({ input, signal }) => terminals.kept(input.machineId, signal)),
    endKept: api.terminals.endKept.handler(({ input, context }) => terminals.endKept(input, context.actor)),
  });
