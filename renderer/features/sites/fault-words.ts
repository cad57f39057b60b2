import type { Key, Translate } from '#renderer/i18n/index.ts';

/** What the probe says is wrong with an accelerator, by how it begins. */
const known: readonly [RegExp, Key][] = [
  [/^fell off the bus/i, 'sites.fault.lost'],
  [/^needs a reset/i, 'sites.fault.reset'],
  [/^does not answer/i, 'sites.fault.silent'],
  [/^reports an error/i, 'sites.fault.error'],
  [/^MIG is on, but/i, 'sites.fault.mig'],
];

/** A fault in the language of the page, an XID number kept; as it came where it is none of the known ones. */
export function faultText(fault: string, t: Translate): string {
  const key = known.find(([pattern]) => pattern.test(fault))?.[1];
  if (!key) return fault;
  const xid = /\bXID \d+\b/i.exec(fault)?.[0];
  return xid ? t('sites.fault.with', { fault: t(key), xid }) : t(key);
}
