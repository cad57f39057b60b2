import type { Site, SshAddress } from '#shared/domain/site.ts';
import { TrainyardError } from '#shared/domain/trainyard-error.ts';
import { withBackend } from '../backend.ts';
import { exitCodeOf, exitCodes } from '../exit-codes.ts';
import { findSite } from '../names.ts';
import { ago, printable, printJson, printLine, printTable } from '../output.ts';
import { answerPrompts } from '../prompts.ts';

export interface AddOptions {
  name?: string;
  hostName?: string;
  user?: string;
  port?: number;
  identity?: string;
  config?: string;
  connect: boolean;
  json: boolean;
}

/** `trainyard sites list` */
export async function listSites(json: boolean): Promise<number> {
  const sites = await withBackend(({ client }) => client.sites.list());
  printSites(sites, json);
  return exitCodes.ok;
}

function printSites(sites: readonly Site[], json: boolean): void {
  if (json) {
    printJson(sites);
    return;
  }
  const now = Date.now();
  printTable(
    ['id', 'name', 'kind', 'host', 'connection', 'since'],
    sites.map((site) => [
      site.id,
      site.name,
      site.kind,
      site.ssh ? hostOf(site.ssh) : '–',
      site.connection.state,
      ago(site.connection.sinceAt, now),
    ]),
  );
}

const hostOf = ({ host, user, port }: SshAddress): string =>
  `${user ? `${user}@` : ''}${host}${port ? `:${port}` : ''}`;

/** `trainyard sites add HOST` */
export async function addSite(given: string, options: AddOptions): Promise<number> {
  const address = parseHost(given);
  return withBackend(async ({ client, connection, own }) => {
    const stopAsking = options.connect ? answerPrompts(await connection(), own) : () => undefined;
    try {
      const site = await client.sites.add({
        ssh: {
          ...address,
          ...(options.hostName === undefined ? {} : { hostName: options.hostName }),
          ...(options.user === undefined ? {} : { user: options.user }),
          ...(options.port === undefined ? {} : { port: options.port }),
          ...(options.identity === undefined ? {} : { identityFile: options.identity }),
          ...(options.config === undefined ? {} : { configFile: options.config }),
        },
        connect: options.connect,
        ...(options.name === undefined ? {} : { name: options.name }),
      });
      printSites([site], options.json);
      return exitCodes.ok;
    } finally {
      stopAsking();
    }
  });
}

/** `[user@]host[:port]`; a host with several colons is an IPv6 address. */
function parseHost(given: string): SshAddress {
  const match = /^(?:([^@\s]+)@)?(\[[0-9a-fA-F:]+\]|[^:\s@]+|[0-9a-fA-F:]+:[0-9a-fA-F:]+)(?::(\d+))?$/.exec(
    given,
  );
  const host = match?.[2]?.replace(/^\[|\]$/g, '');
  if (!match || !host) throw new TrainyardError('USAGE', `"${printable(given)}" is not [user@]host[:port].`);
  return {
    host,
    ...(match[1] === undefined ? {} : { user: match[1] }),
    ...(match[3] === undefined ? {} : { port: Number(match[3]) }),
  };
}

/** `trainyard sites import [HOST…]` */
export async function importSites(
  hosts: string[],
  options: { config?: string; json: boolean },
): Promise<number> {
  const config = options.config === undefined ? {} : { configFile: options.config };
  const sites = await withBackend(async ({ client }) => {
    const wanted =
      hosts.length > 0
        ? hosts
        : (await client.sites.preview(config)).filter((host) => !host.error).map(({ host }) => host);
    return wanted.length === 0 ? [] : client.sites.importHosts({ ...config, hosts: wanted });
  });
  printSites(sites, options.json);
  return exitCodes.ok;
}

/** `trainyard sites test SITE`: 0 when every step went well. */
export async function testSite(given: string, json: boolean): Promise<number> {
  return withBackend(async ({ client, connection, own }) => {
    const site = await findSite(client, given);
    const connected = await connection();
    const stopAsking = answerPrompts(connected, own);
    try {
      const steps = [];
      let exitCode: number = exitCodes.ok;
      for await (const step of await connected.rpc.sites.test({ siteId: site.id })) {
        if (step.state === 'running') continue;
        steps.push(step);
        if (step.state === 'failed')
          exitCode = step.error ? exitCodeOf(TrainyardError.fromShape(step.error)) : exitCodes.failed;
        if (json) continue;
        const took = step.tookMs === undefined ? '' : ` (${Math.round(step.tookMs)} ms)`;
        printLine(
          `${step.state.padEnd(8)} ${step.step.padEnd(15)} ${printable(step.error?.message ?? step.detail)}${took}`,
        );
      }
      if (json) printJson(steps);
      return exitCode;
    } finally {
      stopAsking();
    }
  });
}

/** `trainyard sites remove SITE` */
export async function removeSite(given: string, force: boolean, json: boolean): Promise<number> {
  await withBackend(async ({ client }) => {
    const site = await findSite(client, given);
    await client.sites.remove({ siteId: site.id, force });
    if (json) printJson({ removed: site.id });
    else printLine(`${printable(site.name)} is forgotten; what runs there goes on.`);
  });
  return exitCodes.ok;
}
