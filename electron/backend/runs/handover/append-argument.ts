export type Appended = { ok: true; script: string } | { ok: false; why: string };

export function appendArgument(script: string, argument: string): Appended {
  const line = script.trimEnd();
  if (/^[\w ./=@%+:,-]+$/.test(line) && /^\w/.test(line))
    return { ok: true, script: `${line} ${argument}\n` };
  return { ok: false, why: 'the script is not one simple command' };
}
