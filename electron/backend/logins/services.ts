import path from 'node:path';
import { parse } from 'yaml';
import type { FoundLogin, LoginWay } from '#shared/domain/login.ts';
import { homeFile, member, readIni, readJson, readText, type Surroundings, said } from './sources.ts';

/** Contexts of the kubeconfigs, with how their user signs in. */
export async function kubernetesLogins(surroundings: Surroundings): Promise<FoundLogin[]> {
  const named = surroundings.env.KUBECONFIG;
  const files = named
    ? named.split(path.delimiter).filter((file) => file !== '')
    : [homeFile(surroundings, '.kube', 'config')];
  const found: FoundLogin[] = [];
  for (const where of files.slice(0, 20)) {
    const config = parseYaml((await readText(where)) ?? '');
    const users = listOf(config, 'users');
    const clusters = listOf(config, 'clusters');
    for (const context of listOf(config, 'contexts').slice(0, 200)) {
      const name = said(member(context, 'name'));
      const user = users.find((each) => member(each, 'name') === member(context, 'context', 'user'));
      const cluster = clusters.find((each) => member(each, 'name') === member(context, 'context', 'cluster'));
      const server = said(member(cluster, 'cluster', 'server'));
      const namespace = said(member(context, 'context', 'namespace'));
      const about = [server, namespace].filter((part) => part !== '').join(' · ');
      if (name !== '')
        found.push({
          kind: 'kubernetes',
          name,
          where,
          how: howOf(member(user, 'user')),
          about,
          expiresAt: null,
        });
    }
  }
  return found;
}

function howOf(user: unknown): LoginWay {
  const has = (name: string) => member(user, name) !== undefined;
  if (has('exec') || has('auth-provider')) return 'helper';
  if (has('token') || has('tokenFile')) return 'token';
  if (has('client-certificate') || has('client-certificate-data')) return 'certificate';
  return has('username') ? 'password' : 'other';
}

/** Tokens of `huggingface-cli login` and of the variable; only that they are there. */
export async function huggingFaceLogins(surroundings: Surroundings): Promise<FoundLogin[]> {
  const { env } = surroundings;
  const directory = env.HF_HOME || homeFile(surroundings, '.cache', 'huggingface');
  const found: FoundLogin[] = [];
  const add = (name: string, where: string) =>
    found.push({ kind: 'hugging-face', name, where, how: 'token', about: '', expiresAt: null });
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) if (env[name]) add(name, 'environment');
  const storedFile = path.join(directory, 'stored_tokens');
  const stored = readIni((await readText(storedFile)) ?? '');
  for (const [name, values] of stored) if (values.has('hf_token')) add(said(name), storedFile);
  const tokenFile = env.HF_TOKEN_PATH || path.join(directory, 'token');
  if (((await readText(tokenFile)) ?? '').trim() !== '') add('token', tokenFile);
  return found;
}

/** Weights & Biases: the variable and the hosts of ~/.netrc. */
export async function wandbLogins(surroundings: Surroundings): Promise<FoundLogin[]> {
  const { env } = surroundings;
  const found: FoundLogin[] = [];
  if (env.WANDB_API_KEY)
    found.push({
      kind: 'wandb',
      name: 'WANDB_API_KEY',
      where: 'environment',
      how: 'token',
      about: said(env.WANDB_BASE_URL),
      expiresAt: null,
    });
  const where = env.NETRC || homeFile(surroundings, '.netrc');
  const hosts = [...((await readText(where)) ?? '').matchAll(/^\s*machine\s+(\S*wandb\S*)/gm)];
  for (const [, host] of hosts.slice(0, 50))
    found.push({ kind: 'wandb', name: said(host), where, how: 'token', about: '', expiresAt: null });
  return found;
}

/** Registries of docker's config: kept in it, or by a helper. */
export async function dockerLogins(surroundings: Surroundings): Promise<FoundLogin[]> {
  const where = path.join(surroundings.env.DOCKER_CONFIG || homeFile(surroundings, '.docker'), 'config.json');
  const config = await readJson(where);
  const store = said(member(config, 'credsStore'));
  const found = new Map<string, FoundLogin>();
  const add = (name: string, how: LoginWay, about: string) =>
    found.set(name, { kind: 'docker', name: said(name), where, how, about, expiresAt: null });
  for (const [name, entry] of Object.entries(asObject(member(config, 'auths'))).slice(0, 200)) {
    const kept = member(entry, 'auth') !== undefined || member(entry, 'identitytoken') !== undefined;
    if (kept || store !== '') add(name, kept ? 'password' : 'helper', kept ? '' : store);
  }
  for (const [name, helper] of Object.entries(asObject(member(config, 'credHelpers'))).slice(0, 200))
    add(name, 'helper', said(helper));
  return [...found.values()];
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

function listOf(value: unknown, name: string): unknown[] {
  const list = member(value, name);
  return Array.isArray(list) ? list : [];
}

function parseYaml(text: string): unknown {
  try {
    // Aliases are bounded: another program's file may be made to explode.
    return parse(text, { maxAliasCount: 100, logLevel: 'silent' });
  } catch {
    return null;
  }
}
