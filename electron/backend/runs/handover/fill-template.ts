import { quote } from '#backend/processes/index.ts';

/**
 * A command with `{checkpoint}` and `{step}` filled in, each as one word whatever it holds: outside of quotes it is quoted,
 * inside of them it is written as those need it. Other braces stay as they are.
 */
export function fillTemplate(
  template: string,
  values: { checkpoint: string; step: number | string },
): string {
  let filled = '';
  let quoting: '' | "'" | '"' = '';
  for (let at = 0; at < template.length; at++) {
    const rest = template.slice(at, at + 12);
    const name = rest === '{checkpoint}' ? 'checkpoint' : rest.startsWith('{step}') ? 'step' : null;
    if (name !== null) {
      filled += written(String(values[name]), quoting);
      at += name.length + 1;
      continue;
    }
    const character = template.charAt(at);
    if (character === '\\' && quoting !== "'") {
      filled += template.slice(at, at + 2);
      at++;
      continue;
    }
    if (quoting === '' && (character === "'" || character === '"')) quoting = character;
    else if (character === quoting) quoting = '';
    filled += character;
  }
  return filled;
}

function written(value: string, quoting: '' | "'" | '"'): string {
  if (value === '') return '';
  if (quoting === "'") return value.replaceAll("'", `'\\''`);
  if (quoting === '"') return value.replace(/[\\"$`]/g, '\\$&');
  return quote(value);
}
