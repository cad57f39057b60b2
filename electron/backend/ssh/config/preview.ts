import { several } from '#shared/domain/because.ts';
import type { SshHostPreview } from '#shared/domain/site.ts';
import { ConfigReader } from './evaluate.ts';
import { type ConfigSurroundings, realSurroundings } from './files.ts';
import { LineError } from './options.ts';
import { configFiles, resolveHost } from './resolve.ts';

const mostHosts = 10_000;

/**
 * The hosts that an ssh_config names (patterns are no hosts), or those in `hosts`, as OpenSSH would reach them. Runs no
 * program: what a `Match exec` would decide is left out. A line that cannot be understood is the `error` of the hosts it
 * applies to. Rejects only when the file itself cannot be read.
 */
export async function previewHosts(
  { configFile, hosts }: { configFile?: string; hosts?: readonly string[] } = {},
  around: ConfigSurroundings = realSurroundings(),
): Promise<SshHostPreview[]> {
  const reader = new ConfigReader(around);
  const files = configFiles(configFile, around);
  const named = hosts ? new Map(hosts.map((host) => [host, null])) : await hostsNamed(reader, files);
  const previews: SshHostPreview[] = [];
  for (const [host, places] of named) {
    const address = configFile === undefined ? { host } : { host, configFile };
    const { host: found, evaluation } = await resolveHost(address, reader, null);
    // A name that stands only in a file included for other hosts is none that this configuration reaches.
    if (places && !places.some((place) => evaluation.matched.has(place))) continue;
    previews.push({
      host,
      hostName: found.hostName,
      user: found.user,
      port: found.port,
      identityFiles: found.identityFiles,
      proxyJump: found.proxyJump,
      proxyCommand: found.proxyCommand,
      ...(found.errors.length > 0 ? { error: several(found.errors) } : {}),
    });
  }
  return previews;
}

/** Names on Host lines without wildcard or negation, in order, with the places where they stand. */
async function hostsNamed(
  reader: ConfigReader,
  files: readonly { file: string; userFile: boolean }[],
): Promise<Map<string, string[]>> {
  const named = new Map<string, string[]>();
  const seen = new Set<string>();
  const visit = async (file: string, userFile: boolean) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { keyword, words, number } of (await reader.lines(file)) ?? []) {
      if (keyword === 'host') {
        for (const word of words ?? []) {
          if (word === '' || /[*?!,]/.test(word) || named.size >= mostHosts) continue;
          named.set(word, [...(named.get(word) ?? []), `${file}:${number}`]);
        }
      }
      if (keyword !== 'include') continue;
      for (const included of await includedFiles(reader, words ?? [], userFile))
        await visit(included, userFile);
    }
  };
  for (const { file, userFile } of files) await visit(file, userFile);
  return named;
}

/** A bad Include is an error of the hosts it is for; it names no hosts of its own. */
async function includedFiles(
  reader: ConfigReader,
  words: readonly string[],
  userFile: boolean,
): Promise<string[]> {
  try {
    const files = await reader.included(words, userFile);
    const readable = await Promise.all(
      files.map((file) =>
        reader.lines(file).then(
          () => [file],
          () => [],
        ),
      ),
    );
    return readable.flat();
  } catch (error) {
    if (error instanceof LineError) return [];
    throw error;
  }
}
