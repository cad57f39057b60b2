import { type RecoverySpec, recoveryCauses } from '#shared/domain/recovery.ts';
import { task } from '#shared/domain/task-sentences.ts';
import { entryOf, type Issues, nearestOf, orNearest, refuseUnknownKeys, wanted } from './issues.ts';
import { boolOf, intOf } from './python-scalars.ts';
import { joinKey, type MapNode, type YamlNode } from './yaml-tree.ts';

/** What `recovery:` means where it does not say otherwise; docs/user-guide.md tells it to users. */
export const recoveryDefaults: RecoverySpec = {
  on: [...recoveryCauses],
  max: 3,
  backoffMs: 30_000,
  exitCodes: [],
  to: 'same',
  ask: false,
};

const keys = ['on', 'max', 'backoff', 'exit_codes', 'to', 'ask'];
const mostRestarts = 1000;
const longestBackoffMs = 24 * 3_600_000;
const msPerUnit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `recovery:` — what is to be made good when the run is lost, how often, and where it goes on. */
export function readRecovery(node: YamlNode, issues: Issues): RecoverySpec | null {
  const path = 'recovery';
  if (node.kind !== 'map') {
    issues.invalid(node, path, wanted(task('a mapping with {{keys}}', { keys: keys.join(', ') }), node));
    return null;
  }
  const before = issues.count;
  refuseUnknownKeys(node, keys, path, issues);
  const spec: RecoverySpec = {
    on: readCauses(node, issues) ?? recoveryDefaults.on,
    max: readMax(node, issues) ?? recoveryDefaults.max,
    backoffMs: readBackoff(node, issues) ?? recoveryDefaults.backoffMs,
    exitCodes: readExitCodes(node, issues) ?? recoveryDefaults.exitCodes,
    to: readPlaces(node, issues) ?? recoveryDefaults.to,
    ask: readAsk(node, issues) ?? recoveryDefaults.ask,
  };
  return issues.count > before ? null : spec;
}

const key = (name: string): string => joinKey('recovery', name);
const itemsOf = (value: YamlNode): readonly YamlNode[] => (value.kind === 'list' ? value.items : [value]);

function readCauses(map: MapNode, issues: Issues): RecoverySpec['on'] | null {
  const entry = entryOf(map, 'on');
  if (entry === null) return null;
  const found: RecoverySpec['on'] = [];
  for (const item of itemsOf(entry.value)) {
    const text = item.kind === 'scalar' && item.type === 'string' ? item.text.trim().toLowerCase() : null;
    const cause = recoveryCauses.find((each) => each === text?.replaceAll('_', '-'));
    if (cause !== undefined) {
      if (!found.includes(cause)) found.push(cause);
      continue;
    }
    const nearest = text === null ? null : nearestOf(text, recoveryCauses);
    const one = task('one of {{words}}', { words: recoveryCauses.join(', ') });
    issues.invalid(item, key('on'), orNearest(wanted(one, item), nearest));
  }
  return found;
}

function readMax(map: MapNode, issues: Issues): number | null {
  const entry = entryOf(map, 'max');
  if (entry === null) return null;
  const { value } = entry;
  const max = value.kind === 'scalar' && value.type === 'int' ? Number(intOf(value.text)) : -1;
  if (max >= 0 && max <= mostRestarts) return max;
  issues.invalid(
    value,
    key('max'),
    wanted(task('how many restarts in a row, 0 to {{most}}', { most: String(mostRestarts) }), value),
  );
  return null;
}

/** `30` (seconds), `30s`, `5m`, `1h`, `1.5h`. */
function readBackoff(map: MapNode, issues: Issues): number | null {
  const entry = entryOf(map, 'backoff');
  if (entry === null) return null;
  const { value } = entry;
  const text = value.kind === 'scalar' && value.type !== 'null' ? value.text.trim() : '';
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,3})?)\s*(ms|s|m|h)?$/i.exec(text) ?? [];
  const ms = Math.round(Number(number) * (msPerUnit[(unit ?? 's').toLowerCase()] ?? Number.NaN));
  if (ms >= 0 && ms <= longestBackoffMs) return ms;
  issues.invalid(value, key('backoff'), wanted('a time like 30s or 5m, one day at most', value));
  return null;
}

function readExitCodes(map: MapNode, issues: Issues): number[] | null {
  const entry = entryOf(map, 'exit_codes');
  if (entry === null) return null;
  const codes: number[] = [];
  for (const item of itemsOf(entry.value)) {
    const code = item.kind === 'scalar' && item.type === 'int' ? Number(intOf(item.text)) : 0;
    if (code >= 1 && code <= 255) {
      if (!codes.includes(code)) codes.push(code);
    } else issues.invalid(item, key('exit_codes'), wanted('an exit code from 1 to 255', item));
  }
  return codes;
}

function readPlaces(map: MapNode, issues: Issues): RecoverySpec['to'] | null {
  const entry = entryOf(map, 'to');
  if (entry === null) return null;
  const { value } = entry;
  if (value.kind === 'scalar' && value.type === 'string' && /^(?:same|any)$/i.test(value.text.trim())) {
    return /^same$/i.test(value.text.trim()) ? 'same' : 'any';
  }
  const names: string[] = [];
  for (const item of itemsOf(value)) {
    const text = item.kind === 'scalar' && item.type === 'string' ? item.text.trim() : '';
    if (text !== '' && text.length <= 400) names.push(text);
    else issues.invalid(item, key('to'), wanted("'same', 'any', or names of machines", item));
  }
  if (value.kind === 'list' && value.items.length === 0) {
    issues.invalid(value, key('to'), "Name at least one machine, or say 'same' or 'any'.");
  }
  return names;
}

function readAsk(map: MapNode, issues: Issues): boolean | null {
  const entry = entryOf(map, 'ask');
  if (entry === null) return null;
  const { value } = entry;
  if (value.kind === 'scalar' && value.type === 'bool') return boolOf(value.text);
  issues.invalid(value, key('ask'), wanted('true or false', value));
  return null;
}
