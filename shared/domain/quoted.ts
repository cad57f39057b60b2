import type { Told } from './because.ts';

/** The longest that somebody else's words are within a sentence of ours, characters. */
const longest = 300;

/** Words that are not ours, as they came: a library's, a system's, a user's. On one line, without what moves a cursor. */
export const plainLine = (text: string): string => {
  const line = text
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
};

/** The same as a part of a sentence: in quotation marks, so that nobody takes them for ours. */
export const quoted = (text: string): Told => {
  const said = plainLine(text);
  return { code: 'QUOTED', params: { said }, message: `“${said}”` };
};
