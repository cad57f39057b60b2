import type { MigrationCheck } from '#shared/domain/migration.ts';
import type { MachineFacts, MoveFacts } from '../facts.ts';
import { fail, pass, warn } from '../sentences.ts';

/** Whether what runs here would run there: processor, system, Python, PyTorch. */
export function softwareChecks(facts: MoveFacts): MigrationCheck[] {
  return [...architecture(facts), ...system(facts), ...python(facts), ...setup(facts)];
}

/** Where the environment is made over there and not copied. */
const isMadeThere = ({ run }: MoveFacts): boolean => run.spec.setup !== null && run.spec.setup.trim() !== '';

const names: Readonly<Record<string, string>> = { amd64: 'x86_64', x64: 'x86_64', arm64: 'aarch64' };
function architectureOf({ box, inventory }: MachineFacts): string | null {
  const found = (box?.architecture ?? inventory?.architecture ?? '').toLowerCase();
  return found === '' ? null : (names[found] ?? found);
}

function architecture(facts: MoveFacts): MigrationCheck[] {
  const { from, to } = facts;
  const here = architectureOf(from);
  const there = architectureOf(to);
  if (here === null || there === null) return [];
  const words = { from: from.name, to: to.name, here, there };
  if (here === there) return [pass('CHECK_ARCHITECTURE', words)];
  return isMadeThere(facts)
    ? [warn('CHECK_ARCHITECTURE_SETUP', words, null)]
    : [fail('CHECK_ARCHITECTURE_OTHER', words, 'DO_SAME_ARCHITECTURE')];
}

function system(facts: MoveFacts): MigrationCheck[] {
  const { from, to } = facts;
  const [here, there] = [from.box?.system ?? null, to.box?.system ?? null];
  const machines = { from: from.name, to: to.name };
  if (here !== null && there !== null && here !== there)
    return [fail('CHECK_SYSTEM_OTHER', { ...machines, here, there }, 'DO_SAME_SYSTEM')];
  const [release, releaseThere] = [from.inventory?.os ?? null, to.inventory?.os ?? null];
  if (release === null || releaseThere === null) return [];
  const words = { ...machines, here: release, there: releaseThere };
  if (release === releaseThere) return [pass('CHECK_SYSTEM', words)];
  const isCopied = !isMadeThere(facts) && (from.box?.sizes.environment?.files ?? 0) > 0;
  return isCopied ? [warn('CHECK_SYSTEM_VERSION', words, 'DO_SAME_SYSTEM')] : [];
}

/** What lies in the run's own directory, or where set-ups make environments, comes along or is made. */
function comesAlong(path: string, { attempt }: MoveFacts): boolean {
  const own = attempt.directory;
  if (own === null) return false;
  const root = own.slice(0, Math.max(0, own.lastIndexOf('/runs/')));
  return path.startsWith(`${own}/`) || (root !== '' && path.startsWith(`${root}/envs/`));
}

function python(facts: MoveFacts): MigrationCheck[] {
  const { from, to } = facts;
  const checks: MigrationCheck[] = [];
  const used = from.box?.python ?? null;
  const made = isMadeThere(facts);
  if (used !== null && to.box !== null && !comesAlong(used, facts)) {
    const words = { python: used, to: to.name };
    if (to.box.python === 'there') checks.push(pass('CHECK_PYTHON', words));
    else if (made) checks.push(warn('CHECK_PYTHON_MISSING', words, 'DO_INSTALL'));
    else checks.push(fail('CHECK_PYTHON_MISSING', words, 'DO_INSTALL'));
  }
  const directory = from.box?.torchDirectory ?? null;
  const here = from.box?.torch ?? null;
  if (directory === null || here === null || to.box === null || comesAlong(directory, facts)) return checks;
  const there = to.box.torch;
  if (there === null) {
    const words = { directory, to: to.name };
    checks.push(
      made
        ? warn('CHECK_TORCH_MISSING', words, 'DO_INSTALL')
        : fail('CHECK_TORCH_MISSING', words, 'DO_INSTALL'),
    );
  } else if (there === here) checks.push(pass('CHECK_TORCH', { version: here }));
  else checks.push(warn('CHECK_TORCH_OTHER', { from: from.name, to: to.name, here, there }, 'DO_SAME_TORCH'));
  return checks;
}

function setup(facts: MoveFacts): MigrationCheck[] {
  return isMadeThere(facts) ? [warn('CHECK_SETUP', { to: facts.to.name }, null)] : [];
}
