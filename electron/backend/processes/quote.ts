/**
 * One argument for a POSIX shell. Everything that is not plainly safe stands in single quotes; NUL cannot be passed to
 * any program and is refused.
 */
export function quote(argument: string): string {
  if (argument.includes('\0')) throw new RangeError('an argument cannot hold a NUL byte');
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

export const quoteAll = (args: readonly string[]): string => args.map(quote).join(' ');
