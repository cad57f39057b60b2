/**
 * `${NAME}` and `$NAME` in workdir and file_mounts are filled in from `envs`, as SkyPilot does before anything runs;
 * a name that is not there stays as it is. Scripts are left alone: the shell fills those in.
 */
export function fillIn(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$\{?\b([a-zA-Z_][a-zA-Z0-9_]*)\b\}?/g,
    (whole, name: string) => values.get(name) ?? whole,
  );
}

/** The names it refers to. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(/\$\{?\b([a-zA-Z_][a-zA-Z0-9_]*)\b\}?/g)].map((match) => match[1] ?? '');
}

export const variableName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
