import { entryOf, isNull } from './issues.ts';
import { environmentText, readYaml, type ScalarNode } from './yaml-tree.ts';

export interface TakenSecrets {
  /** The same file with `null` in place of each secret's value: what may be stored, shown and sent to a box. */
  yaml: string;
  secrets: Record<string, string>;
}

/**
 * Takes the values that stand under `secrets:` out of a task file, so that they go to the process's environment and
 * nowhere else. A file that cannot be read is given back as it is, with no secrets: `checkTasks` says what is wrong.
 */
export function takeInlineSecrets(yaml: string): TakenSecrets {
  const found: { name: string; node: ScalarNode }[] = [];
  for (const document of readYaml(yaml).documents) {
    if (document?.kind !== 'map') continue;
    const secrets = entryOf(document, 'secrets')?.value;
    if (secrets?.kind !== 'map') continue;
    for (const { key, value } of secrets.entries) {
      if (value.kind === 'scalar' && !isNull(value) && !key.startsWith('secrets:'))
        found.push({ name: key, node: value });
    }
  }
  const spots = [...new Map(found.map(({ node }) => [node.range[0], node.range])).values()];
  let text = yaml;
  for (const [start, end] of spots.toSorted(([a], [b]) => b - a)) text = withNull(text, start, end);
  return {
    yaml: text,
    secrets: Object.fromEntries(found.map(({ name, node }) => [name, environmentText(node)])),
  };
}

/** A block scalar's value takes its line ends with it: the next key must still start on a line of its own. */
function withNull(text: string, start: number, end: number): string {
  const value = text.slice(start, end);
  const lineEnd = value.endsWith('\n') ? '\n' : '';
  return `${text.slice(0, start)}null${lineEnd}${text.slice(end)}`;
}
