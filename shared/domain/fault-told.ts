import { because, type Told } from './because.ts';
import { quoted } from './quoted.ts';
import { sayWord, type WordCode } from './word-sentences.ts';

/** What the probe says is wrong with an accelerator, by how it begins. */
const known: readonly [RegExp, WordCode][] = [
  [/^fell off the bus/i, 'FAULT_LOST'],
  [/^needs a reset/i, 'FAULT_RESET'],
  [/^does not answer/i, 'FAULT_SILENT'],
  [/^reports an error/i, 'FAULT_ERROR'],
  [/^MIG is on, but/i, 'FAULT_MIG'],
  [/^is gone:/i, 'FAULT_GONE'],
];

/** An accelerator's fault by its code, an XID number kept; quoted as it came where it is none of the known ones. */
export function faultTold(fault: string): Told {
  const code = known.find(([pattern]) => pattern.test(fault))?.[1];
  if (code === undefined) return quoted(fault);
  const xid = /\bXID \d+\b/i.exec(fault)?.[0];
  return xid ? sayWord('FAULT_WITH', { xid, ...because('fault', sayWord(code)) }) : sayWord(code);
}
