import path from 'node:path';
import type { FoundLogin } from '#shared/domain/login.ts';
import {
  homeFile,
  member,
  namesIn,
  readIni,
  readJson,
  readText,
  type Surroundings,
  said,
  timeOf,
} from './sources.ts';

const login = (
  found: Pick<FoundLogin, 'kind' | 'name' | 'where' | 'how'> & Partial<FoundLogin>,
): FoundLogin => ({
  about: '',
  expiresAt: null,
  ...found,
});

/** Profiles of ~/.aws/config and ~/.aws/credentials, single sign-on with the end of its session, and the variables. */
export async function awsLogins(surroundings: Surroundings): Promise<FoundLogin[]> {
  const { env } = surroundings;
  const configFile = env.AWS_CONFIG_FILE || homeFile(surroundings, '.aws', 'config');
  const credentialsFile = env.AWS_SHARED_CREDENTIALS_FILE || homeFile(surroundings, '.aws', 'credentials');
  const config = readIni((await readText(configFile)) ?? '');
  const credentials = readIni((await readText(credentialsFile)) ?? '');
  const sessions = await ssoSessions(surroundings);
  const found: FoundLogin[] = [];
  for (const [section, values] of config) {
    const name = section === 'default' ? section : /^profile\s+(.+)$/.exec(section)?.[1];
    if (name === undefined) continue;
    const session = values.get('sso_session');
    const start =
      values.get('sso_start_url') ??
      (session ? config.get(`sso-session ${session}`)?.get('sso_start_url') : undefined);
    const how = start
      ? 'sso'
      : values.has('role_arn')
        ? 'role'
        : values.has('credential_process')
          ? 'helper'
          : values.has('aws_access_key_id') || credentials.get(name)?.has('aws_access_key_id')
            ? 'access-key'
            : null;
    if (how === null) continue;
    const about = [said(values.get('region')), said(values.get('sso_account_id')), said(start)].filter(
      (part) => part !== '',
    );
    found.push(
      login({
        kind: 'aws',
        name: said(name),
        where: configFile,
        how,
        about: about.join(' · '),
        expiresAt: start ? (sessions.get(start) ?? null) : null,
      }),
    );
  }
  for (const [name, values] of credentials) {
    if (!values.has('aws_access_key_id') || found.some((known) => known.name === said(name))) continue;
    const how = values.has('aws_session_token') ? 'session' : 'access-key';
    found.push(
      login({
        kind: 'aws',
        name: said(name),
        where: credentialsFile,
        how,
        about: said(values.get('region')),
      }),
    );
  }
  if (env.AWS_ACCESS_KEY_ID) {
    const about = said(env.AWS_REGION ?? env.AWS_DEFAULT_REGION);
    found.push(
      login({ kind: 'aws', name: 'AWS_ACCESS_KEY_ID', where: 'environment', how: 'access-key', about }),
    );
  }
  return found;
}

/** The end of each session by its start URL, from the cache of `aws sso login`. */
async function ssoSessions(surroundings: Surroundings): Promise<Map<string, number>> {
  const directory = homeFile(surroundings, '.aws', 'sso', 'cache');
  const ends = new Map<string, number>();
  for (const name of await namesIn(directory)) {
    if (!name.endsWith('.json')) continue;
    const cached = await readJson(path.join(directory, name));
    const url = member(cached, 'startUrl');
    const end = timeOf(member(cached, 'expiresAt'));
    if (typeof url === 'string' && end !== null) ends.set(url, Math.max(end, ends.get(url) ?? 0));
  }
  return ends;
}

/** Subscriptions of `az login`; the default one first. */
export async function azureLogins(surroundings: Surroundings): Promise<FoundLogin[]> {
  const directory = surroundings.env.AZURE_CONFIG_DIR || homeFile(surroundings, '.azure');
  const where = path.join(directory, 'azureProfile.json');
  const subscriptions = member(await readJson(where), 'subscriptions');
  if (!Array.isArray(subscriptions)) return [];
  return [...subscriptions]
    .sort((a, b) => Number(member(b, 'isDefault') === true) - Number(member(a, 'isDefault') === true))
    .slice(0, 200)
    .map((each) =>
      login({
        kind: 'azure',
        name: said(member(each, 'name')),
        where,
        how: member(each, 'user', 'type') === 'servicePrincipal' ? 'service-account' : 'user',
        about: [said(member(each, 'user', 'name')), said(member(each, 'tenantId')), said(member(each, 'id'))]
          .filter((part) => part !== '')
          .join(' · '),
      }),
    );
}

/** Application default credentials and the configurations of gcloud. */
export async function gcloudLogins(surroundings: Surroundings): Promise<FoundLogin[]> {
  const { env } = surroundings;
  const directory = env.CLOUDSDK_CONFIG || homeFile(surroundings, '.config', 'gcloud');
  const found: FoundLogin[] = [];
  const defaults = path.join(directory, 'application_default_credentials.json');
  for (const where of [env.GOOGLE_APPLICATION_CREDENTIALS, defaults]) {
    if (!where) continue;
    const content = await readJson(where);
    const type = said(member(content, 'type'));
    if (type === '') continue;
    const how =
      type === 'service_account' ? 'service-account' : type === 'authorized_user' ? 'user' : 'other';
    const project = said(member(content, 'project_id') ?? member(content, 'quota_project_id'));
    const name = said(member(content, 'client_email')) || 'application default';
    found.push(login({ kind: 'gcloud', name, where, how, about: project }));
  }
  for (const file of await namesIn(path.join(directory, 'configurations'))) {
    const name = /^config_(.+)$/.exec(file)?.[1];
    if (name === undefined) continue;
    const where = path.join(directory, 'configurations', file);
    const core = readIni((await readText(where)) ?? '').get('core');
    const account = said(core?.get('account'));
    if (account === '') continue;
    const how = account.endsWith('.gserviceaccount.com') ? 'service-account' : 'user';
    found.push(
      login({
        kind: 'gcloud',
        name: said(name),
        where,
        how,
        about: [account, said(core?.get('project'))].filter(Boolean).join(' · '),
      }),
    );
  }
  return found;
}
