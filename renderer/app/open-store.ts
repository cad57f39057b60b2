import { create } from 'zustand';
import type { Client } from '#shared/contract/index.ts';
import type { VaultState } from '#shared/domain/credential.ts';
import type { Terminal } from '#shared/domain/terminal.ts';
import { rpc } from './backend.ts';
import type { LivePart } from './live-part.ts';

interface OpenState {
  terminals: ReadonlyMap<string, Terminal>;
  /** null: not known, or not for this role. */
  vault: Pick<VaultState, 'exists' | 'locked'> | null;
}

/** What is open, for the status bar and the palette. Their pages have stores of their own, which know more. */
export const useOpen = create<OpenState>()(() => ({ terminals: new Map(), vault: null }));

async function loadVault(client: Client): Promise<void> {
  const { exists, locked } = await client.vault.state();
  useOpen.setState({ vault: { exists, locked } });
}

export const openPart: LivePart = {
  async reload(client) {
    await Promise.all([
      client.terminals
        .list()
        .then((all) => useOpen.setState({ terminals: new Map(all.map((one) => [one.id, one])) })),
      loadVault(client),
    ]);
  },
  apply(event) {
    if (event.type === 'terminal.changed' || event.type === 'terminal.removed') {
      useOpen.setState(({ terminals }) => {
        const next = new Map(terminals);
        if (event.type === 'terminal.changed') next.set(event.terminal.id, event.terminal);
        else next.delete(event.terminalId);
        return { terminals: next };
      });
    } else if (event.type === 'vault.changed') {
      loadVault(rpc()).catch((thrown: unknown) => console.info('The vault is not known:', thrown));
    }
  },
};
