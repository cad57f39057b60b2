import { createHash } from 'node:crypto';
import { saySsh } from '#shared/domain/ssh-sentences.ts';
import { ToldMistake } from '#shared/domain/told-mistake.ts';

export interface TokenValues {
  /** Local home, user, host name. */
  home: string;
  localUser: string;
  localHost: string;
  /** What the user typed; the name connected to; port; remote user. */
  original: string;
  host: string;
  port: number;
  user: string;
  jump: string;
  hostKeyAlias: string | null;
}

/** Where a value needs tokens that there are none of. */
export class TokenError extends ToldMistake {}

export type TokenSet = 'all' | 'proxy' | 'hostname';

/** OpenSSH's %-tokens (ssh_config(5), TOKENS). Throws TokenError on one that is not allowed there. */
export function expandTokens(text: string, values: TokenValues, set: TokenSet): string {
  return text.replace(/%([\s\S]?)/g, (whole, token: string) => {
    if (token === '%') return '%';
    const allowed = { all: 'CdhijkLlnpru', proxy: 'hnpr', hostname: 'h' }[set];
    if (token === '' || !allowed.includes(token))
      throw new TokenError(saySsh('CONFIG_TOKEN_UNKNOWN', { token: whole }));
    return tokenText(token, values);
  });
}

function tokenText(token: string, values: TokenValues): string {
  switch (token) {
    case 'C':
      return createHash('sha1')
        .update(`${values.localHost}${values.host}${values.port}${values.user}`)
        .digest('hex');
    case 'd':
      return values.home;
    case 'h':
      return values.host;
    case 'i':
      return String(process.getuid?.() ?? 0);
    case 'j':
      return values.jump;
    case 'k':
      return values.hostKeyAlias ?? values.original;
    case 'L':
      return values.localHost.split('.')[0] ?? '';
    case 'l':
      return values.localHost;
    case 'n':
      return values.original;
    case 'p':
      return String(values.port);
    case 'r':
      return values.user;
    default:
      return values.localUser; // u
  }
}

/** `${NAME}`, an error when it is not set. */
export function expandEnv(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\$\{([^}]*)\}?/g, (whole, name: string) => {
    if (!whole.endsWith('}')) throw new TokenError(saySsh('CONFIG_VARIABLE_OPEN', { text: whole }));
    const value = env[name];
    if (value === undefined) throw new TokenError(saySsh('CONFIG_VARIABLE_UNSET', { name }));
    return value;
  });
}

/** `~` and `~/…` (on Windows `~\…`, too); another user's home is beyond us and stays as it is. */
export const expandTilde = (text: string, home: string): string => {
  const isWindows = /^[a-z]:\\|^\\\\/i.test(home);
  if (text === '~') return home;
  return text.startsWith('~/') || (isWindows && text.startsWith('~\\'))
    ? `${home.replace(isWindows ? /[\\/]$/ : /\/$/, '')}/${text.slice(2)}`
    : text;
};
