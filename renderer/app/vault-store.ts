import { useEffect } from 'react';
import { create } from 'zustand';
import type { Client } from '#shared/contract/index.ts';
import type { Credential, VaultState } from '#shared/domain/credential.ts';
import { rpc } from './backend.ts';
import { takePart } from './live.ts';
import type { LivePart } from './live-part.ts';

interface VaultStore {
  vault: VaultState | null;
  credentials: readonly Credential[];
  error: unknown;
}

/** What the page knows of the vault while somebody looks: never a value. */
export const useVault = create<VaultStore>()(() => ({ vault: null, credentials: [], error: null }));

async function load(client: Client): Promise<void> {
  try {
    const [vault, credentials] = await Promise.all([client.vault.state(), client.vault.list()]);
    useVault.setState({ vault, credentials, error: null });
  } catch (error) {
    useVault.setState({ error });
  }
}

let again: ReturnType<typeof setTimeout> | null = null;
const part: LivePart = {
  reload: load,
  apply(event) {
    if (event.type !== 'vault.changed' || again !== null) return;
    // A restart of many runs uses the vault many times: one look shows the sum.
    again = setTimeout(() => {
      again = null;
      void load(rpc());
    }, 150);
  },
};

/** Keeps the store up to date while the component is there. */
export function useLiveVault(): void {
  useEffect(() => {
    const end = takePart(part);
    void load(rpc());
    return end;
  }, []);
}

export const reloadVault = (): Promise<void> => load(rpc());
