import type { Client } from '#shared/contract/index.ts';
import { idPattern, thisComputerId } from '#shared/domain/id.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { printable } from './output.ts';

interface Named {
  id: string;
  name: string;
}

/** The site that is meant by an id, a name, or the host it was added under. Throws SITE_UNKNOWN or NAME_AMBIGUOUS. */
export async function findSite(client: Client, given: string) {
  const sites = await client.sites.list();
  const own = isThisComputer(given) ? sites.find(({ kind }) => kind === 'local') : undefined;
  if (own && !sites.some(({ name }) => name === given)) return own;
  return choose('site', given, sites, (site) => [site.name, site.ssh?.host ?? '']);
}

/** The machine that is meant; "local" and "this computer" are this one. Throws MACHINE_UNKNOWN or NAME_AMBIGUOUS. */
export async function findMachine(client: Client, given: string) {
  const { rows } = await client.machines.list({ search: given.slice(0, 200), limit: 1000 });
  if (isThisComputer(given) && !rows.some(({ name }) => name === given))
    return client.machines.get({ machineId: thisComputerId });
  // A search looks at names; an id is one too, but not of the kind that is searched.
  if (idPattern.test(given) && !rows.some(({ name }) => name === given)) {
    const byId = await unlessUnknown(client.machines.get({ machineId: given }));
    if (byId) return byId;
  }
  return choose('machine', given, rows, (machine) => [machine.name, machine.siteName]);
}

const isThisComputer = (given: string): boolean =>
  ['local', 'localhost', 'this computer', 'this-computer'].includes(given.toLowerCase());

/** Null where there is none: what looks like an id may be a name. */
async function unlessUnknown<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (thrown) {
    if (thrown instanceof TrainyardError && thrown.code.endsWith('_UNKNOWN')) return null;
    throw thrown;
  }
}

/** The run that is meant by an id or a name; of several with one name that is an error. Throws RUN_UNKNOWN or NAME_AMBIGUOUS. */
export async function findRun(client: Client, given: string) {
  const byItsId = idPattern.test(given) ? await unlessUnknown(client.runs.get({ runId: given })) : null;
  if (byItsId) return byItsId;
  const filter = { search: given.slice(0, 200), limit: 1000 };
  const [current, archived] = await Promise.all([
    client.runs.list({ ...filter, archived: false }),
    client.runs.list({ ...filter, archived: true }),
  ]);
  const byId = new Map([...current.rows, ...archived.rows].map((run) => [run.id, run]));
  const { id } = choose('run', given, [...byId.values()], (run) => [run.name]);
  return client.runs.get({ runId: id });
}

/** The credential that is meant. Throws CREDENTIAL_UNKNOWN or NAME_AMBIGUOUS. */
export async function findCredential(client: Client, given: string) {
  return choose('credential', given, await client.vault.list(), (credential) => [credential.name]);
}

/** An exact id or name; else one in another case; else the only one that begins so. */
function choose<T extends Named>(
  kind: 'site' | 'machine' | 'run' | 'credential',
  given: string,
  candidates: readonly T[],
  namesOf: (candidate: T) => string[],
): T {
  const lower = given.toLowerCase();
  const attempts: ((candidate: T) => boolean)[] = [
    (candidate) => candidate.id === given,
    (candidate) => namesOf(candidate).includes(given),
    (candidate) => namesOf(candidate).some((name) => name.toLowerCase() === lower),
    (candidate) =>
      given.length >= 3 &&
      (candidate.id.startsWith(given) ||
        namesOf(candidate).some((name) => name.toLowerCase().startsWith(lower))),
  ];
  for (const matches of attempts) {
    const found = candidates.filter(matches);
    if (found.length > 1) throw ambiguous(kind, given, found);
    if (found[0]) return found[0];
  }
  throw new TrainyardError(
    `${kind.toUpperCase()}_UNKNOWN`,
    `There is no ${kind} called "${printable(given)}".`,
    { params: { [kind]: given } },
  );
}

function ambiguous(kind: string, given: string, found: readonly Named[]): TrainyardError {
  const list = found
    .slice(0, 10)
    .map((candidate) => `${candidate.id} (${printable(candidate.name)})`)
    .join(', ');
  return new TrainyardError(
    'NAME_AMBIGUOUS',
    `"${printable(given)}" fits ${found.length} ${kind}s: ${list}${found.length > 10 ? ' …' : ''}. Give the id.`,
    { params: { name: given, count: found.length, candidates: list } },
  );
}
