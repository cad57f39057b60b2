import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { findLogins } from '#backend/logins/index.ts';
import { readIni } from '#backend/logins/sources.ts';
import { privateKeyType } from '#backend/logins/ssh.ts';
import { foundLogin } from '#shared/domain/login.ts';
import { tempDirectory } from '#test/temp.ts';

const canary = 'CANARY0secret';

/** A home with every login there is; each value in it is the canary. */
async function fullHome() {
  const home = await tempDirectory('home');
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(home, name)), { recursive: true });
    writeFileSync(path.join(home, name), text);
  };
  const body = Buffer.from(`openssh-key-v1\0\0\0\0\u0004none\0\0\0\u0004none${canary}`, 'latin1').toString(
    'base64',
  );
  const locked = Buffer.from(`openssh-key-v1\0\0\0\0\u000aaes256-ctr${canary}`, 'latin1').toString('base64');
  write(
    '.ssh/id_ed25519',
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`,
  );
  write('.ssh/id_ed25519.pub', 'ssh-ed25519 AAAA ada@desk\n');
  write('.ssh/work', `-----BEGIN OPENSSH PRIVATE KEY-----\n${locked}\n-----END OPENSSH PRIVATE KEY-----\n`);
  write('.ssh/known_hosts', 'gpu1 ssh-ed25519 AAAA\n');
  write('.ssh/config', 'Host gpu1\n');
  write(
    '.aws/config',
    '[default]\nregion = eu-west-1\n[profile lab]\nsso_session = corp\nsso_account_id = 123\nregion=us-east-1\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n[profile assumed]\nrole_arn = arn:x\n[profile empty]\nregion = x\n',
  );
  write(
    '.aws/credentials',
    `[default]\naws_access_key_id = ${canary}\naws_secret_access_key = ${canary}\n[old]\naws_access_key_id=${canary}\naws_session_token=${canary}\n`,
  );
  write(
    '.aws/sso/cache/1.json',
    JSON.stringify({
      startUrl: 'https://corp.awsapps.com/start',
      expiresAt: '2026-11-28T20:00:00Z',
      accessToken: canary,
    }),
  );
  write(
    '.azure/azureProfile.json',
    `\ufeff${JSON.stringify({
      subscriptions: [
        {
          name: 'Other',
          id: 's2',
          tenantId: 't',
          user: { name: canary.toLowerCase().replace('canary0', ''), type: 'servicePrincipal' },
        },
        {
          name: 'Research',
          id: 's1',
          isDefault: true,
          tenantId: 't',
          user: { name: 'ada@x.org', type: 'user' },
        },
      ],
    })}`,
  );
  write(
    '.config/gcloud/application_default_credentials.json',
    JSON.stringify({ type: 'authorized_user', refresh_token: canary, quota_project_id: 'proj' }),
  );
  write('.config/gcloud/configurations/config_default', '[core]\naccount = ada@x.org\nproject = proj\n');
  write(
    '.kube/config',
    `contexts: [{name: lab, context: {cluster: c, user: u, namespace: ml}}]\nclusters: [{name: c, cluster: {server: "https://k8s:6443"}}]\nusers: [{name: u, user: {token: ${canary}}}]\n`,
  );
  write('.cache/huggingface/token', canary);
  write('.cache/huggingface/stored_tokens', `[work]\nhf_token = ${canary}\n`);
  write(
    '.netrc',
    `machine api.wandb.ai\n  login user\n  password ${canary}\nmachine other.org login a password ${canary}\n`,
  );
  write(
    '.docker/config.json',
    JSON.stringify({
      auths: { 'ghcr.io': { auth: canary }, 'quay.io': {} },
      credsStore: 'desktop',
      credHelpers: { 'public.ecr.aws': 'ecr-login' },
    }),
  );
  const socket = path.join(home, 'agent.sock');
  const agent = createServer().listen(socket);
  onTestFinished(() => void agent.close());
  return {
    home,
    env: { SSH_AUTH_SOCK: socket, HF_TOKEN: canary, WANDB_API_KEY: canary, AWS_ACCESS_KEY_ID: canary },
  };
}

it('finds every login by its name, place and way, and not one value', async () => {
  const surroundings = await fullHome();
  const found = await findLogins(surroundings);
  expect(found.map(({ kind, name, how }) => `${kind} ${name} ${how}`)).toEqual([
    'ssh-agent ssh-agent agent',
    'ssh-key id_ed25519 plain',
    'ssh-key work encrypted',
    'aws default access-key',
    'aws lab sso',
    'aws assumed role',
    'aws old session',
    'aws AWS_ACCESS_KEY_ID access-key',
    'azure Research user',
    'azure Other service-account',
    'gcloud application default user',
    'gcloud default user',
    'kubernetes lab token',
    'hugging-face HF_TOKEN token',
    'hugging-face work token',
    'hugging-face token token',
    'wandb WANDB_API_KEY token',
    'wandb api.wandb.ai token',
    'docker ghcr.io password',
    'docker quay.io helper',
    'docker public.ecr.aws helper',
  ]);
  expect(JSON.stringify(found)).not.toContain(canary);
  expect(found.find(({ name }) => name === 'lab')?.expiresAt).toBe(Date.UTC(2026, 10, 28, 20));
  for (const login of found) foundLogin.parse(login);
});

it('finds nothing in an empty home, and is not stopped by rubbish in the place of any file', async () => {
  const empty = await tempDirectory('home');
  expect(await findLogins({ home: empty, env: {} })).toEqual([]);
  const { home } = await fullHome();
  const files = [
    '.aws/config',
    '.aws/credentials',
    '.aws/sso/cache/1.json',
    '.azure/azureProfile.json',
    '.config/gcloud/application_default_credentials.json',
    '.config/gcloud/configurations/config_default',
    '.kube/config',
    '.docker/config.json',
    '.netrc',
    '.ssh/id_ed25519',
  ];
  const rubbish = [
    '',
    '\u0000\u0001',
    '{',
    '[]',
    'null',
    '{"subscriptions":[null,1]}',
    '[[[',
    'a: &a [*a, *a]',
    '[profile \u001b[2J]\nrole_arn=x',
    '{"auths":[1]}',
    'contexts: [1, {name: 2}]',
  ];
  for (const text of rubbish) {
    for (const file of files) writeFileSync(path.join(home, file), text);
    for (const login of await findLogins({ home, env: {} })) {
      foundLogin.parse(login);
      expect(JSON.stringify(login)).not.toMatch(/\\u001b/);
    }
  }
});

it('reads any text as sections or as a key without throwing (50,000 of them)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      readIni(`[a]\n${text}`);
      privateKeyType(`-----BEGIN OPENSSH PRIVATE KEY-----\n${text}`);
    }),
    { numRuns: 50_000 },
  );
});
