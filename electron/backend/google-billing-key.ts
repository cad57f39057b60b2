import type { Vault } from './vault/index.ts';

/** What a token in the vault is taken for, so that it opens Google's price list. */
const scope = 'cloudbilling.googleapis.com';

/** The key for Google's price list; null where the vault has none or is locked. Throws CREDENTIAL_DAMAGED. */
export function googleBillingKey(vault: Vault): string | null {
  const found = vault.find('token', [scope]);
  if (!found) return null;
  const [key = null] = vault.reveal([found.id], { kind: 'host', place: scope, name: 'Google Cloud Billing' });
  return key;
}
