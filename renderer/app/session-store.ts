import type { z } from 'zod';
import { create } from 'zustand';
import { translateError } from '#renderer/i18n/index.ts';
import type { ConnectionStatus } from '#renderer/rpc/index.ts';
import { showMoneyIn, toast } from '#renderer/ui/index.ts';
import type { appInfo } from '#shared/contract/app.ts';
import type { Role } from '#shared/domain/role.ts';
import type { Settings } from '#shared/domain/settings.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { rpc } from './backend.ts';
import type { LivePart } from './live-part.ts';
import { applyLook } from './theme.ts';

interface SessionState {
  status: ConnectionStatus;
  info: z.infer<typeof appInfo> | null;
  settings: Settings | null;
}

/** Who we are to the backend, how the connection stands, and the user's settings. */
export const useSession = create<SessionState>()(() => ({
  status: { state: 'connecting' },
  info: null,
  settings: null,
}));

const rank: Record<Role, number> = { viewer: 0, operator: 1, owner: 2 };
/** Whether the user of this page may do what needs `role`. True until the backend has said who we are: it refuses by itself. */
export const useMay = (role: Role): boolean =>
  useSession(({ info }) => info === null || rank[info.role] >= rank[role]);

function take(settings: Settings): void {
  showMoneyIn(settings.currency, settings.currencyPerDollar);
  useSession.setState({ settings });
  applyLook(settings);
}

export const sessionPart: LivePart = {
  async reload(client) {
    const [info, settings] = await Promise.all([client.app.info(), client.app.settings()]);
    useSession.setState({ info });
    take(settings);
  },
  apply(event) {
    const { settings } = useSession.getState();
    if (event.type === 'settings.changed' && settings) take({ ...settings, ...event.settings } as Settings);
  },
};

/** Shown at once, then kept by the backend; taken back with its words when it refuses. */
export async function updateSettings(patch: Partial<Settings>): Promise<void> {
  const before = useSession.getState().settings;
  if (before) take({ ...before, ...patch });
  try {
    take(await rpc().app.updateSettings(patch));
  } catch (thrown) {
    if (before) take(before);
    sayError(thrown);
  }
}

/** An error of something the user did, said in passing. */
export function sayError(thrown: unknown): void {
  const error = TrainyardError.from(thrown);
  if (error.code !== 'CANCELLED') toast('error', translateError(error.code, error.params, error.message));
}
