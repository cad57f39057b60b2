import type { MachinePolicy, Proposal, RebalancePolicy } from '#shared/domain/recovery.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodes } from '../exit-codes.ts';
import { findMachine } from '../names.ts';
import { ago, duration, printable, printJson, printLine, printTable } from '../output.ts';
import { untilMoved } from './evacuate.ts';

/** `trainyard drain MACHINE [--off]` */
export async function drain(given: string, off: boolean, json: boolean): Promise<number> {
  const { name, policy } = await changePolicy(given, () => ({ draining: !off }));
  if (json) printJson(policy);
  else if (off) printLine(printable(`${name} takes runs again.`));
  else printLine(printable(`${name} takes no new runs. What runs there goes on.`));
  return exitCodes.ok;
}

/** `trainyard machines policy MACHINE`: changes what is given, and tells. */
export async function machinePolicy(
  given: string,
  options: { window?: string; preference?: number; json: boolean },
): Promise<number> {
  const { window, preference } = options;
  const { name, policy } = await changePolicy(given, () => ({
    ...(window === undefined ? {} : { window: windowOf(window) }),
    ...(preference === undefined ? {} : { preference }),
  }));
  if (options.json) printJson(policy);
  else {
    const when = policy.window === null ? 'at any time' : `from ${policy.window.from} to ${policy.window.to}`;
    const draining = policy.draining ? 'it is being drained' : 'it takes new runs';
    printLine(printable(`${name}: runs may be there ${when}; preference ${policy.preference}; ${draining}.`));
  }
  return exitCodes.ok;
}

async function changePolicy(
  given: string,
  change: () => Partial<MachinePolicy>,
): Promise<{ name: string; policy: MachinePolicy }> {
  return withBackend(async ({ client }) => {
    const { id: machineId, name } = await findMachine(client, given);
    const before = (await client.places.policies())[machineId];
    if (before === undefined)
      throw new TrainyardError('MACHINE_UNKNOWN', 'This machine is not there any more.', {
        params: { machineId },
      });
    const changes = change();
    if (Object.keys(changes).length === 0) return { name, policy: before };
    return { name, policy: await client.places.setPolicy({ machineId, policy: { ...before, ...changes } }) };
  });
}

function windowOf(given: string): MachinePolicy['window'] {
  if (given === 'none') return null;
  const [, from = '', to = ''] = /^(\d\d:\d\d)\s*[-–]\s*(\d\d:\d\d)$/.exec(given) ?? [];
  const isTime = (text: string) => Number(text.slice(0, 2)) < 24 && Number(text.slice(3)) < 60;
  if (from === '' || !isTime(from) || !isTime(to))
    throw new TrainyardError('USAGE', `"${printable(given)}" are no times such as 20:00-08:00, nor "none".`);
  return { from, to };
}

export interface RebalanceOptions {
  mode?: RebalancePolicy['mode'];
  rules?: string[];
  coolDown?: number;
  load?: number;
  accept?: string;
  dismiss?: string;
  json: boolean;
}

/** `trainyard rebalance`: changes or answers what is given, and tells. */
export async function rebalance(options: RebalanceOptions): Promise<number> {
  const { accept, dismiss } = options;
  return withBackend(async (backend) => {
    const { client } = backend;
    const before = await client.places.rebalance();
    const policy = changedRules(before.policy, options);
    if (policy !== null) await client.places.setRebalance(policy);
    const answered =
      accept !== undefined
        ? await client.places.accept({ proposalId: idOf(before.proposals, accept) })
        : dismiss !== undefined
          ? await client.places.dismiss({ proposalId: idOf(before.proposals, dismiss) })
          : null;
    // A backend of our own ends with us: what it has begun is to be through by then.
    if (answered?.migrationId && backend.own) await untilMoved(client, answered.migrationId);
    const now = await client.places.rebalance();
    if (options.json) printJson(answered ?? now);
    else if (answered !== null) printLine(printable(`${answered.runName}: ${answered.state}.`));
    else print(now);
    return exitCodes.ok;
  });
}

const ruleNames = {
  overloaded: 'overloaded',
  'gpu-failing': 'gpuFailing',
  'better-place': 'betterPlace',
  'window-closing': 'windowClosing',
} as const;

function changedRules(before: RebalancePolicy, options: RebalanceOptions): RebalancePolicy | null {
  const { mode, rules, coolDown, load } = options;
  if ([mode, rules, coolDown, load].every((each) => each === undefined)) return null;
  for (const rule of rules ?? [])
    if (!Object.hasOwn(ruleNames, rule))
      throw new TrainyardError(
        'USAGE',
        `"${printable(rule)}" is none of ${Object.keys(ruleNames).join(', ')}.`,
      );
  const on = (name: keyof typeof ruleNames) =>
    rules === undefined ? before.rules[ruleNames[name]] : rules.includes(name);
  return {
    mode: mode ?? before.mode,
    rules: {
      overloaded: on('overloaded'),
      gpuFailing: on('gpu-failing'),
      betterPlace: on('better-place'),
      windowClosing: on('window-closing'),
    },
    coolDownMs: coolDown ?? before.coolDownMs,
    loadPerCpu: load ?? before.loadPerCpu,
  };
}

/** The open proposal that is meant by its id or the beginning of it, or by its run's name. */
function idOf(proposals: readonly Proposal[], given: string): string {
  const open = proposals.filter(({ state }) => state === 'open');
  const fits = open.filter(({ id, runName }) => id === given || id.startsWith(given) || runName === given);
  if (fits[0] !== undefined && fits.length === 1) return fits[0].id;
  const exact = proposals.find(({ id }) => id === given);
  if (exact !== undefined) return exact.id;
  if (fits.length > 1)
    throw new TrainyardError(
      'NAME_AMBIGUOUS',
      `"${printable(given)}" fits ${fits.length} proposals. Give the id.`,
    );
  throw new TrainyardError('PROPOSAL_UNKNOWN', `Nothing that is proposed is called "${printable(given)}".`);
}

function print({ policy, proposals }: { policy: RebalancePolicy; proposals: Proposal[] }): void {
  const { mode, coolDownMs, loadPerCpu } = policy;
  const rules = Object.entries(ruleNames).flatMap(([name, key]) => (policy.rules[key] ? [name] : []));
  const does = { off: 'off', propose: 'proposes', act: 'moves runs by itself' }[mode];
  printLine(
    `${does}; rules: ${rules.join(', ') || 'none'}; cool-down ${duration(coolDownMs)}; load ${loadPerCpu} per processor`,
  );
  const now = Date.now();
  const shown = proposals.filter(({ state }) => state === 'open');
  if (shown.length === 0) return;
  printTable(
    ['id', 'since', 'what', 'run', 'from', 'to', 'why'],
    shown.map((each) => [
      each.id,
      ago(each.at, now),
      each.kind,
      each.runName,
      each.fromMachineName,
      each.toMachineName,
      each.reason.message,
    ]),
  );
}
