/**
 * How an editor must break lines so that it gives back every byte it was given: by `\r\n` where every line ends so, else by `\n`,
 * and a lone `\r` stays a character of its line.
 */
export function separatorOf(text: string): '\n' | '\r\n' {
  const all = text.match(/\r\n|\n|\r/g) ?? [];
  return all.length > 0 && all.every((end) => end === '\r\n') ? '\r\n' : '\n';
}
