import { previewHosts } from '#backend/ssh/config/preview.ts';
import { exitCodes } from '../exit-codes.ts';
import { printJson, printTable } from '../output.ts';

/** `trainyard sites preview [HOST…]`: needs no app; runs no program and connects to nothing. */
export async function previewSites(
  hosts: string[],
  options: { config?: string; json: boolean },
): Promise<number> {
  const previews = await previewHosts({
    ...(options.config === undefined ? {} : { configFile: options.config }),
    ...(hosts.length === 0 ? {} : { hosts }),
  });
  if (options.json) printJson(previews);
  else
    printTable(
      ['host', 'address', 'user', 'port', 'via', 'error'],
      previews.map((host) => [
        host.host,
        host.hostName,
        host.user,
        String(host.port),
        host.proxyJump ?? host.proxyCommand ?? '–',
        host.error?.message ?? '',
      ]),
    );
  return exitCodes.ok;
}
