import type { Vault } from '#backend/vault/index.ts';
import type { FoundLogin } from '#shared/domain/login.ts';
import { api } from './base.ts';

export const vaultRouter = (vault: Vault, findLogins: (signal?: AbortSignal) => Promise<FoundLogin[]>) =>
  api.vault.router({
    state: api.vault.state.handler(() => vault.state()),
    create: api.vault.create.handler(({ input, context }) => vault.create(input, context.actor)),
    unlock: api.vault.unlock.handler(({ input, context }) => vault.unlock(input.passphrase, context.actor)),
    lock: api.vault.lock.handler(({ context }) => {
      vault.lock(context.actor);
      return vault.state();
    }),
    list: api.vault.list.handler(() => vault.list()),
    set: api.vault.set.handler(({ input, context }) => vault.set(input, context.actor)),
    rename: api.vault.rename.handler(({ input, context }) =>
      vault.rename(input.id, input.name, context.actor),
    ),
    delete: api.vault.delete.handler(({ input, context }) => vault.delete(input.id, context.actor)),
    changePassphrase: api.vault.changePassphrase.handler(({ input, context }) =>
      vault.changePassphrase(input, context.actor),
    ),
    setRecovery: api.vault.setRecovery.handler(({ input, context }) =>
      vault.setRecovery(input, context.actor),
    ),
    setKeychain: api.vault.setKeychain.handler(({ input, context }) =>
      vault.useKeychain(input.on, context.actor),
    ),
    export: api.vault.export.handler(({ input, context }) => vault.export(input.passphrase, context.actor)),
    import: api.vault.import.handler(async ({ input, context }) => ({
      added: await vault.import(input.text, input.passphrase, context.actor),
    })),
    accept: api.vault.accept.handler(async ({ context }) => {
      const { keptAs } = vault.accept(context.actor);
      return { keptAs, state: await vault.state() };
    }),
    logins: api.vault.logins.handler(({ signal }) => findLogins(signal)),
  });
