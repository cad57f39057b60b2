import { translateError } from '#renderer/i18n/index.ts';

interface Said {
  code: string;
  params: Record<string, string | number>;
  message: string;
}

/** What the backend says by a code with values, in the language of the page; its English where nobody has translated it. */
export const said = ({ code, params, message }: Said): string => translateError(code, params, message);
