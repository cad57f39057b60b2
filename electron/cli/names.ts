import type { Client } from '#shared/contract/index.ts';
import { thisComputerId } from '#shared/domain/id.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { printable } from './output.ts';

interface Named {
  id: string;
  name: string;
}

/** The site that is meant by an id, a name, or the host it was added under. Throws SITE_UNKNOWN or NAME_AMBIGUOUS. */
export async function findSite(client: Client, given: string) {
  const sites = await client.sites.list();
  return choose('site', given, sites, (site) => [site.name, site.ssh?.host ?? '']);
}

/** The machine that is meant; "local" and "this computer" are this one. Throws MACHINE_UNKNOWN or NAME_AMBIGUOUS. */
export async function findMachine(client: Client, given: string) {
  const isLocal = ['local', 'localhost', 'this computer', 'this-computer'].includes(given.toLowerCase());
  const { rows } = await client.machines.list({ search: isLocal ? '' : given, limit: 1000 });
  if (isLocal) {
    const exact = rows.filter((machine) => machine.name === given);
    if (exact.length === 0) return choose('machine', thisComputerId, rows, (machine) => [machine.name]);
  }
  const found = rows.filter((machine) => machine.id === given);
  const candidates = found.length > 0 || rows.length > 0 ? rows : await machineById(client, given);
  return choose('machine', given, candidates, (machine) => [machine.name, machine.siteName]);
}

async function machineById(client: Client, given: string) {
  return (await client.machines.list({ limit: 1000 })).rows.filter((machine) => machine.id === given);
}

/** The run that is meant by an id or a name; of several with one name that is an error. Throws RUN_UNKNOWN or NAME_AMBIGUOUS. */
export async function findRun(client: Client, given: string) {
  if (/^[0-9abcdefghjkmnpqrstvwxyz]{12}$/.test(given)) {
    try {
      return await client.runs.get({ runId: given });
    } catch (thrown) {
      // It may be a name that looks like an id.
      if (!(thrown instanceof TrainyardError) || thrown.code !== 'RUN_UNKNOWN') throw thrown;
    }
  }
  const filter = { search: given.slice(0, 200), limit: 1000 };
  const [current, archived] = await Promise.all([
    client.runs.list({ ...filter, archived: false }),
    client.runs.list({ ...filter, archived: true }),
  ]);
  const byId = new Map([...current.rows, ...archived.rows].map((run) => [run.id, run]));
  const { id } = choose('run', given, [...byId.values()], (run) => [run.name]);
  return client.runs.get({ runId: id });
}

/** An exact id or name; else one in another case; else the only one that begins so. */
function choose<T extends Named>(
  kind: 'site' | 'machine' | 'run',
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
