import { saySsh } from '#shared/domain/ssh-sentences.ts';
import { ToldMistake } from '#shared/domain/told-mistake.ts';

/** What an ssh_config says about one host, before tokens are filled in. Absent means: not said. */
export interface RawOptions {
  hostname?: string;
  user?: string;
  port?: number;
  identityFiles: string[];
  certificateFiles: string[];
  identitiesOnly?: boolean;
  identityAgent?: string;
  /** As written, without comment. `none` is kept: it ends the search. */
  proxyJump?: string;
  proxyCommand?: string;
  hostKeyAlias?: string;
  userKnownHostsFile?: string[];
  globalKnownHostsFile?: string[];
  strictHostKeyChecking?: 'yes' | 'no' | 'ask' | 'accept-new';
  hashKnownHosts?: boolean;
  serverAliveInterval?: number;
  serverAliveCountMax?: number;
  connectTimeout?: number;
  preferredAuthentications?: string;
  passwordAuthentication?: boolean;
  kbdInteractiveAuthentication?: boolean;
  pubkeyAuthentication?: boolean;
  numberOfPasswordPrompts?: number;
  pkcs11Provider?: string;
  securityKeyProvider?: string;
  gssapiAuthentication?: boolean;
  hostbasedAuthentication?: boolean;
  addKeysToAgent?: string;
  canonicalizeHostname?: string;
  addressFamily?: string;
  bindAddress?: string;
  bindInterface?: string;
  batchMode?: boolean;
  ignoreUnknown?: string;
  knownHostsCommand?: string;
  verifyHostKeyDns?: string;
  proxyUseFdpass?: boolean;
}

/** Why a line is not accepted. */
export class LineError extends ToldMistake {}

type Text = {
  [K in keyof RawOptions]-?: RawOptions[K] extends string | undefined ? K : never;
}[keyof RawOptions];
type Flag = {
  [K in keyof RawOptions]-?: RawOptions[K] extends boolean | undefined ? K : never;
}[keyof RawOptions];
type Count = {
  [K in keyof RawOptions]-?: RawOptions[K] extends number | undefined ? K : never;
}[keyof RawOptions];

const texts: Record<string, Text> = {
  hostname: 'hostname',
  user: 'user',
  hostkeyalias: 'hostKeyAlias',
  identityagent: 'identityAgent',
  preferredauthentications: 'preferredAuthentications',
  pkcs11provider: 'pkcs11Provider',
  smartcarddevice: 'pkcs11Provider',
  securitykeyprovider: 'securityKeyProvider',
  canonicalizehostname: 'canonicalizeHostname',
  addressfamily: 'addressFamily',
  bindaddress: 'bindAddress',
  bindinterface: 'bindInterface',
  ignoreunknown: 'ignoreUnknown',
  verifyhostkeydns: 'verifyHostKeyDns',
};
const flags: Record<string, Flag> = {
  identitiesonly: 'identitiesOnly',
  hashknownhosts: 'hashKnownHosts',
  passwordauthentication: 'passwordAuthentication',
  kbdinteractiveauthentication: 'kbdInteractiveAuthentication',
  challengeresponseauthentication: 'kbdInteractiveAuthentication',
  gssapiauthentication: 'gssapiAuthentication',
  hostbasedauthentication: 'hostbasedAuthentication',
  batchmode: 'batchMode',
  proxyusefdpass: 'proxyUseFdpass',
};
const counts: Record<string, Count> = {
  serveralivecountmax: 'serverAliveCountMax',
  numberofpasswordprompts: 'numberOfPasswordPrompts',
};

/**
 * Takes one line into `options` when `active`: the first value wins, files gather. Throws LineError on what OpenSSH
 * refuses too. Returns false for keywords that mean nothing to Trainyard.
 */
export function takeOption(
  options: RawOptions,
  keyword: string,
  words: readonly string[],
  rest: string,
  active: boolean,
): boolean {
  if (keyword === 'proxycommand' || keyword === 'proxyjump' || keyword === 'knownhostscommand') {
    if (active) takeCommand(options, keyword, rest.replace(/^[ \t\r\n=]+/, ''));
    return true;
  }
  if (keyword === 'userknownhostsfile' || keyword === 'globalknownhostsfile') {
    const key = keyword === 'userknownhostsfile' ? 'userKnownHostsFile' : 'globalKnownHostsFile';
    if (words.length === 0) throw new LineError(saySsh('CONFIG_FILE_UNNAMED'));
    if (active) options[key] ??= [...words];
    return true;
  }
  const value = takerFor(keyword);
  if (!value) return false;
  const word = words[0];
  if (word === undefined || word === '') throw new LineError(saySsh('CONFIG_VALUE_MISSING', { keyword }));
  const take = value(word);
  if (words.length > 1) throw new LineError(saySsh('CONFIG_VALUES_MANY', { keyword }));
  if (active) take(options);
  return true;
}

type Taker = (options: RawOptions) => void;

/** How a keyword's word is read; null for those that are of no meaning here. */
function takerFor(keyword: string): ((word: string) => Taker) | null {
  const text = texts[keyword];
  if (text) return (word) => set(text, word);
  const flag = flags[keyword];
  if (flag) return (word) => set(flag, yesOrNo(keyword, word));
  const count = counts[keyword];
  if (count) return (word) => set(count, wholeNumber(keyword, word));
  switch (keyword) {
    case 'port':
      return (word) => set('port', portNumber(word));
    case 'identityfile':
      return (word) => gather('identityFiles', word);
    case 'certificatefile':
      return (word) => gather('certificateFiles', word);
    case 'serveraliveinterval':
      return (word) => set('serverAliveInterval', word === 'none' ? 0 : seconds(keyword, word));
    case 'connecttimeout':
      return (word) => set('connectTimeout', word === 'none' ? 0 : seconds(keyword, word));
    case 'stricthostkeychecking':
      return (word) => set('strictHostKeyChecking', strictness(word));
    case 'pubkeyauthentication':
      return (word) =>
        set('pubkeyAuthentication', /^(unbound|host-bound)$/.test(word) || yesOrNo(keyword, word));
    case 'addkeystoagent':
      return (word) => (options) => {
        options.addKeysToAgent ??= word;
      };
    default:
      return null;
  }
}

const set =
  <K extends keyof RawOptions>(key: K, value: RawOptions[K]): Taker =>
  (options) => {
    if (options[key] === undefined) options[key] = value;
  };

const gather =
  (key: 'identityFiles' | 'certificateFiles', file: string): Taker =>
  (options) => {
    if (options[key].includes(file)) return;
    if (options[key].length >= 100) throw new LineError(saySsh('CONFIG_FILES_MANY'));
    options[key].push(file);
  };

function takeCommand(options: RawOptions, keyword: string, text: string): void {
  if (keyword === 'knownhostscommand') {
    options.knownHostsCommand ??= text;
    return;
  }
  // Whichever of the two comes first makes the other one void; only after `ProxyJump none` a command still counts.
  const jumps = options.proxyJump !== undefined && options.proxyJump.toLowerCase() !== 'none';
  if (keyword === 'proxycommand') {
    if (!jumps) options.proxyCommand ??= text;
    return;
  }
  jumpHops(text); // what cannot be understood is refused even where it does not count
  if (options.proxyCommand === undefined) options.proxyJump ??= withoutComment(text);
}

const withoutComment = (text: string): string => text.replace(/#[\s\S]*$/, '').replace(/[ \t\r\n]+$/, '');

/** One machine on the way. */
export interface JumpHop {
  host: string;
  user?: string;
  port?: number;
}

/** `[user@]host[:port]` or `ssh://…`, comma-separated, nearest first; empty for `none`. Throws LineError. */
export function jumpHops(written: string): JumpHop[] {
  const text = withoutComment(written);
  if (text.toLowerCase() === 'none') return [];
  return text.split(',').map((part) => {
    const isUri = /^ssh:\/\//i.test(part);
    const match = /^(?:([^@]*(?:@[^@]*)*)@)?(?:\[([^\]]*)\]|([^:@[\]]*))(?::([^:]*))?$/.exec(
      isUri ? part.slice(6).replace(/\/$/, '') : part,
    );
    const host = match?.[2] ?? match?.[3];
    if (!match || !host || match[1] === '')
      throw new LineError(saySsh('CONFIG_JUMP_UNKNOWN', { text: part }));
    const hop: JumpHop = { host };
    if (match[1] !== undefined) hop.user = isUri ? decodeUser(match[1]) : match[1];
    if (match[4] !== undefined) hop.port = portNumber(match[4]);
    return hop;
  });
}

function decodeUser(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) throw new LineError(saySsh('CONFIG_TEXT_UNKNOWN', { text }));
    throw error;
  }
}

function portNumber(word: string): number {
  const port = /^\d{1,5}$/.test(word) ? Number(word) : 0;
  if (port < 1 || port > 65535) throw new LineError(saySsh('CONFIG_NO_PORT', { text: word }));
  return port;
}

function yesOrNo(keyword: string, word: string): boolean {
  if (/^(yes|true)$/i.test(word)) return true;
  if (/^(no|false)$/i.test(word)) return false;
  throw new LineError(saySsh('CONFIG_YES_NO', { keyword, text: word }));
}

function strictness(word: string): 'yes' | 'no' | 'ask' | 'accept-new' {
  const known = {
    yes: 'yes',
    true: 'yes',
    no: 'no',
    false: 'no',
    off: 'no',
    ask: 'ask',
    'accept-new': 'accept-new',
  } as const;
  const value = known[word.toLowerCase() as keyof typeof known];
  if (!value) throw new LineError(saySsh('CONFIG_STRICT', { text: word }));
  return value;
}

function wholeNumber(keyword: string, word: string): number {
  if (!/^\d{1,9}$/.test(word)) throw new LineError(saySsh('CONFIG_NUMBER', { keyword, text: word }));
  return Number(word);
}

/** OpenSSH's times: `90`, `1m30s`. */
function seconds(keyword: string, word: string): number {
  if (!/^(\d{1,9}[smhdw]?)+$/i.test(word))
    throw new LineError(saySsh('CONFIG_TIME', { keyword, text: word }));
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
  let total = 0;
  for (const [, amount, unit] of word.matchAll(/(\d+)([smhdw]?)/gi)) {
    total += Number(amount) * (units[(unit ?? '').toLowerCase()] ?? 1);
  }
  return total;
}
