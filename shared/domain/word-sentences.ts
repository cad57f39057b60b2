import type { Told } from './because.ts';
import { quoted } from './quoted.ts';
import { reasonOf } from './sentence.ts';

/** Words for what is one of a few: roles, causes, states. They stand in sentences; `renderer/i18n/errors/words.ts` has both languages. */
export const wordSentences = {
  ROLE_VIEWER: 'viewer',
  ROLE_OPERATOR: 'operator',
  ROLE_OWNER: 'owner',
  CAUSE_PREEMPTION: 'preemption',
  CAUSE_CRASH: 'crash',
  CAUSE_REBOOT: 'reboot',
  CAUSE_HOST_LOST: 'host-lost',
  GUESS_GPU_OUT_OF_MEMORY: 'the GPU ran out of memory',
  GUESS_OUT_OF_MEMORY: 'the machine ran out of memory',
  GUESS_DISK_FULL: 'the disk is full',
  GUESS_NAN_LOSS: 'the loss became NaN',
  GUESS_MISSING_MODULE: 'a Python module is missing',
  GUESS_MISSING_FILE: 'a file is missing',
  GUESS_PERMISSION: 'something was not permitted',
  GUESS_GPU_FAULT: 'a GPU failed',
  GUESS_NETWORK: 'the network failed',
  GUESS_PORT_IN_USE: 'a port is in use',
  GUESS_TIMEOUT: 'something took too long',
  GUESS_INTERRUPTED: 'it was interrupted',
  GUESS_CODE_ERROR: 'an error in its code',
  GUESS_UNKNOWN: 'unknown',
  STATE_QUEUED: 'queued',
  STATE_PREPARING: 'preparing',
  STATE_STARTING: 'starting',
  STATE_RUNNING: 'running',
  STATE_STOPPING: 'stopping',
  STATE_SUCCEEDED: 'succeeded',
  STATE_FAILED: 'failed',
  STATE_STOPPED: 'stopped',
  STATE_LOST: 'lost',
  PROPOSAL_OPEN: 'open',
  PROPOSAL_ACCEPTED: 'accepted',
  PROPOSAL_DISMISSED: 'dismissed',
  PROPOSAL_EXPIRED: 'expired',
  SECRET_ALTERED: 'altered',
  SECRET_ROLLED_BACK: 'rolled-back',
  SECRET_MISSING: 'missing',
  SECRET_UNKNOWN: 'unknown',
  WAY_DIRECT: 'from machine to machine',
  WAY_BUCKET: 'through object storage',
  WAY_LAPTOP: 'through this computer',
  END_UNSEEN: 'the machine does not say how',
  END_TIMER: 'it stopped itself because this computer was away for too long',
  END_SIGNAL: 'signal {{signal}}',
  END_EXIT: 'exit code {{exitCode}}',
  END_EXIT_UNKNOWN: 'exit code unknown',
  FAULT_LOST: 'fell off the bus: only a reboot brings it back',
  FAULT_RESET: 'needs a reset',
  FAULT_SILENT: 'does not answer',
  FAULT_ERROR: 'reports an error',
  FAULT_MIG: 'MIG is on, but it has no instance to run on',
  FAULT_GONE: 'is gone: its driver lists it no more',
  FAULT_WITH: '{{fault}} ({{xid}})',
} as const;

export type WordCode = keyof typeof wordSentences;
const isWord = (code: string): code is WordCode => Object.hasOwn(wordSentences, code);

export const sayWord = (code: WordCode, params: Told['params'] = {}): Told =>
  reasonOf(wordSentences, code, params);

type Group = WordCode extends infer Code ? (Code extends `${infer Name}_${string}` ? Name : never) : never;

/** The word for a value of an enumeration: `wordOf('CAUSE', 'host-lost')`. One that is not known is quoted as it is. */
export function wordOf(group: Group, value: string): Told {
  const code = `${group}_${value.toUpperCase().replaceAll('-', '_')}`;
  return isWord(code) ? sayWord(code) : quoted(value);
}
