import { because } from '#shared/domain/because.ts';
import type { MigrationCheck } from '#shared/domain/migration.ts';
import { wordOf } from '#shared/domain/word-sentences.ts';
import type { MoveFacts } from '../facts.ts';
import { fail, pass, warn } from '../sentences.ts';

/** The run itself, both machines as such, and what may go there. */
export function runChecks(facts: MoveFacts): MigrationCheck[] {
  return [...reachable(facts), ...alive(facts), ...allowed(facts), ...secrets(facts)];
}

function reachable({ from, to }: MoveFacts): MigrationCheck[] {
  const away = [from, to].flatMap(({ name, unreachable }) =>
    unreachable === null
      ? []
      : [fail('CHECK_UNREACHABLE', { machine: name, ...because('why', unreachable) }, 'DO_CONNECT')],
  );
  if (away.length > 0) return away;
  const silent = [from, to].flatMap(({ name, unanswered }) =>
    unanswered === null
      ? []
      : [warn('CHECK_FACTS_UNKNOWN', { machine: name, ...because('why', unanswered) }, 'DO_LOOK_AGAIN')],
  );
  return [pass('CHECK_REACHABLE', { from: from.name, to: to.name }), ...silent];
}

function alive({ attempt, claimed, step, from, to }: MoveFacts): MigrationCheck[] {
  const checks: MigrationCheck[] = [];
  const { state } = attempt;
  if (state !== 'running') {
    checks.push(
      fail('CHECK_NOT_ALIVE', { ...because('state', wordOf('STATE', state)), to: to.name }, 'DO_RESTART'),
    );
  } else if (step === null) checks.push(pass('CHECK_ALIVE', { from: from.name }));
  else checks.push(pass('CHECK_ALIVE_AT', { from: from.name, step }));
  if (claimed) checks.push(fail('CHECK_CLAIMED', {}, 'DO_WAIT'));
  if (from.id === to.id) checks.push(fail('CHECK_SAME_MACHINE', { to: to.name }, 'DO_CHOOSE_OTHER'));
  return checks;
}

function allowed({ draining, objection, to }: MoveFacts): MigrationCheck[] {
  return [
    ...(draining ? [fail('CHECK_DRAINING', { to: to.name }, 'DO_UNDRAIN')] : []),
    objection === null
      ? pass('CHECK_DATA_LABEL_OK', { to: to.name })
      : fail('CHECK_DATA_LABEL', { to: to.name, ...because('why', objection) }, 'DO_OVERRIDE'),
  ];
}

function secrets({ missingSecrets }: MoveFacts): MigrationCheck[] {
  if (missingSecrets.length === 0) return [];
  return [warn('CHECK_SECRETS', { names: missingSecrets.join(', ') }, 'DO_GIVE_SECRETS')];
}
