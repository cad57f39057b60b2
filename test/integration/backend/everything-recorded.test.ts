import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRouterClient } from '@orpc/server';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type Backend, startBackend } from '#backend/main.ts';
import type { Keychain } from '#backend/vault/index.ts';
import { type Client, contract } from '#shared/contract/index.ts';
import { newRecoveryPassphrase } from '#shared/domain/credential.ts';
import { newId, thisComputerId } from '#shared/domain/id.ts';
import { hasEnded } from '#shared/domain/run.ts';
import { makeTempDirectory } from '#test/temp.ts';
import { until } from '#test/until.ts';

const tester = { name: 'tester', role: 'owner' } as const;

/** What may be called by those who act, and leaves no entry; each with its reason. */
const unrecorded: Record<string, string> = {
  'app.dismissNotice': 'puts away a message; what it told of is recorded by itself',
  'app.setView': 'how pages are arranged is no act on the user’s behalf',
  'app.cancelJob': 'ends a look at machines or a copy under way, whose own entry is there',
  'sites.preview': 'reads an ssh_config and changes nothing',
  'sites.test': 'a connection of its own, closed again; nothing is changed here or there',
  'sites.answerPrompt':
    'recorded with the prompt; tried with real prompts in test/unit/backend/sites/prompts.test.ts',
  'store.backups': 'lists what is there; for owners only, because it tells of files',
  'access.list': 'lists what is there; for owners only',
  'vault.logins': 'looks for logins of other programs and changes nothing',
  'checkpoints.inspect': 'looks at a directory of a machine and changes nothing',
  'migrations.plan': 'looks at both machines and changes nothing; the move itself is recorded',
  'migrations.leftovers': 'looks at machines and changes nothing; what is removed is recorded',
  'places.planEvacuation': 'asks where runs would go and changes nothing; the evacuation itself is recorded',
  'ports.listening': 'asks a machine who listens on it and changes nothing; what is forwarded is recorded',
  'terminals.resize': 'how large a window is',
  'terminals.marks': 'reads what is shown; never recorded, as nothing typed or shown is',
  'terminals.text': 'reads what is shown; never recorded, as nothing typed or shown is',
  'terminals.kept': 'asks a machine what it has of ours and changes nothing',
  'files.list': 'looks at a directory of a machine and changes nothing',
  'files.page': 'more of what was listed',
  'files.stat': 'looks at a file of a machine and changes nothing',
  'files.preview': 'looks into a file of a machine and changes nothing',
  'files.read': 'reads a file of a machine and changes nothing',
  'files.measure': 'counts what removing would take away; the removal itself is recorded',
  'files.find': 'looks for names on a machine and changes nothing',
  'files.codeChanges': 'compares a run’s code with a directory here and changes nothing',
  'files.codeChange': 'compares one file of it',
  'plan.readModelAt': 'reads the description of a model on this computer and changes nothing',
  'data.judge': 'says what a launch would be told; the launch itself is recorded',
};

const acting = Object.entries(contract).flatMap(([capability, procedures]) =>
  Object.entries(procedures).flatMap(([name, procedure]) =>
    procedure['~orpc'].meta.role === 'viewer' ? [] : [`${capability}.${name}`],
  ),
);

/** A keychain that keeps nothing secret. */
const plainKeychain: Keychain = {
  backend: async () => 'test',
  wrap: async (key) => key,
  unwrap: async (wrapped) => wrapped,
};

/** A plan for no run at all, as a page saves one. */
const emptyPortfolio = JSON.stringify({
  kind: 'portfolio',
  sources: [],
  limits: {
    deadlineAt: null,
    budgetMicros: null,
    maxCarbonGrams: null,
    providers: [],
    excludedProviders: [],
    offerLabels: {},
  },
  question: {
    problem: {
      at: 0,
      runs: [],
      pools: [],
      budgetMicros: null,
      projectBudgets: {},
      weights: { cost: 1, time: 0, carbon: 0 },
    },
    strategy: 'cheapest',
    scenario: null,
  },
  answer: {
    strategy: 'cheapest',
    assignments: [],
    placed: 0,
    late: 0,
    costMicros: 0,
    makespanMs: 0,
    objective: 0,
    bound: null,
    gap: null,
    improving: false,
    tookMs: 0,
    conflict: [],
  },
});

async function start(): Promise<{ backend: Backend; client: Client; directory: string }> {
  const directory = await makeTempDirectory('recorded');
  const log = pino({ level: 'silent' });
  const backend = await startBackend({
    dataDirectory: directory,
    host: 'headless',
    version: '0.0.0',
    connect: false,
    keychain: plainKeychain,
    log,
  });
  onTestFinished(async () => {
    await backend.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });
  const client = createRouterClient(backend.router, {
    context: { actor: tester, log },
  }) as unknown as Client;
  return { backend, client, directory };
}

test('whatever changes something leaves an entry with who did it and in which role', async () => {
  const { client, directory } = await start();
  const recorded = new Set<string>();
  const newest = async () =>
    (await client.activity.list({ search: '', action: '', limit: 1 }))[0]?.sequence ?? 0;
  /** Calls, and sees that an entry of ours was added; it may fail where the entry says so. */
  async function leaves<T>(procedure: string, call: () => Promise<T>): Promise<T | null> {
    const before = await newest();
    const result = await call().catch((thrown: unknown) => thrown as Error);
    const entries = await client.activity.list({ search: '', action: '', limit: 20 });
    const ours = entries.filter(({ sequence, actor }) => sequence > before && actor === tester.name);
    const said =
      result instanceof Error
        ? `: ${result.message} ${JSON.stringify((result as { data?: unknown }).data)}`
        : '';
    expect(
      ours.map(({ role }) => role),
      `${procedure}${said}`,
    ).toContain('owner');
    recorded.add(procedure);
    return result instanceof Error ? null : result;
  }

  await leaves('app.updateSettings', () => client.app.updateSettings({ refreshSeconds: 60 }));
  const { text } = await client.app.settingsFile();
  await leaves('app.writeSettingsFile', () =>
    client.app.writeSettingsFile({ text: '{"backupsKept": 5}', before: text }),
  );
  const backup = await leaves('store.backUp', () => client.store.backUp());

  // A box that is not there: what is launched on it waits.
  const configFile = path.join(directory, 'ssh_config');
  writeFileSync(configFile, 'Host imported\n  HostName 127.0.0.1\n  Port 1\n');
  const ssh = { host: 'nobody', hostName: '127.0.0.1', port: 1, configFile };
  const site = await leaves('sites.add', () => client.sites.add({ name: 'nobody', ssh, connect: false }));
  const siteId = site?.id ?? '';
  await leaves('sites.importHosts', () => client.sites.importHosts({ configFile, hosts: ['imported'] }));
  await leaves('sites.update', () => client.sites.update({ siteId, name: 'renamed', autoConnect: false }));
  await leaves('sites.connect', () => client.sites.connect({ siteId }));
  await leaves('sites.acceptChangedHostKey', () =>
    client.sites.acceptChangedHostKey({ siteId, fingerprint: 'SHA256:x' }),
  );
  await leaves('machines.refresh', () => client.machines.refresh({ machineIds: [siteId] }));
  await leaves('sites.disconnect', () => client.sites.disconnect({ siteId }));
  await leaves('data.setPolicy', () =>
    client.data.setPolicy({ siteId, maxLabel: 'restricted', country: 'DE' }),
  );
  const data = await leaves('data.set', () => client.data.set({ path: configFile, label: 'confidential' }));
  await leaves('data.remove', () => client.data.remove({ id: data?.id ?? '' }));

  await leaves('copies.paths', () => client.copies.paths({ fromMachineId: siteId, toMachineId: siteId }));
  const copy = await leaves('copies.start', () =>
    client.copies.start({
      requestId: newId(),
      from: { machineId: siteId, path: '~/a' },
      to: { machineId: siteId, path: '~/b' },
      mirror: false,
    }),
  );
  await leaves('copies.cancel', () => client.copies.cancel({ copyId: copy?.id ?? '' }));

  const forward = await leaves('ports.open', () =>
    client.ports.open({ requestId: newId(), machineId: siteId, remotePort: 6006 }),
  );
  const forwardId = forward?.id ?? '';
  await leaves('ports.rename', () => client.ports.rename({ forwardId, label: 'mine' }));
  await leaves('ports.close', () => client.ports.close({ forwardId }));
  const terminal = await leaves('terminals.open', () =>
    client.terminals.open({ requestId: newId(), machineId: siteId, kind: 'shell' }),
  );
  const terminalId = terminal?.id ?? '';
  await leaves('terminals.rename', () => client.terminals.rename({ terminalId, name: 'mine' }));
  await leaves('terminals.restart', () => client.terminals.restart({ terminalId }));
  await leaves('terminals.close', () => client.terminals.close({ terminalId }));
  const session = `trainyard-${newId()}`;
  await leaves('terminals.endKept', () => client.terminals.endKept({ machineId: siteId, session }));

  // A machine that is not there: what was asked of it is on the record all the same.
  const place = { machineId: siteId, path: '~/file' };
  await leaves('files.write', () => client.files.write({ ...place, text: 'x', version: null }));
  await leaves('files.makeDirectory', () => client.files.makeDirectory(place));
  await leaves('files.rename', () => client.files.rename({ ...place, to: '~/other' }));
  await leaves('files.remove', () => client.files.remove({ machineId: siteId, paths: ['~/file'] }));

  const launch = () =>
    client.runs.launch({
      requestId: newId(),
      yaml: 'name: waits\nrun: sleep 1\n',
      baseDirectory: null,
      machineId: siteId,
      envs: {},
      secrets: {},
      priority: 0,
    });
  const runId = (await leaves('runs.launch', launch))?.id ?? '';
  const other = (await launch()).id;
  await leaves('migrations.start', () =>
    client.migrations.start({ requestId: newId(), runId, machineId: siteId, secrets: {} }),
  );
  await leaves('migrations.cancel', () => client.migrations.cancel({ migrationId: newId() }));
  await leaves('migrations.clean', () => client.migrations.clean({ ids: ['directory x y'] }));
  await leaves('checkpoints.request', () => client.checkpoints.request({ runId }));
  const backupId = newId();
  await leaves('backups.setPolicy', () => client.backups.setPolicy({ runId, policy: null }));
  await leaves('backups.start', () => client.backups.start({ runId, requestId: newId() }));
  await leaves('backups.verify', () => client.backups.verify({ backupId }));
  await leaves('backups.cancel', () => client.backups.cancel({ backupId }));
  await leaves('backups.restore', () =>
    client.backups.restore({ requestId: newId(), backupId, machineId: thisComputerId, secrets: {} }),
  );
  await leaves('backups.remove', () => client.backups.remove({ backupId }));
  await leaves('recovery.set', () => client.recovery.set({ runId, policy: null }));
  await leaves('recovery.declareLost', () => client.recovery.declareLost({ machineId: thisComputerId }));
  await leaves('places.evacuate', () => client.places.evacuate({ machineId: siteId, requestId: newId() }));
  // It takes runs again.
  await leaves('places.setPolicy', () =>
    client.places.setPolicy({
      machineId: siteId,
      policy: { draining: false, window: null, preference: 1 },
    }),
  );
  await leaves('places.cancelEvacuation', () => client.places.cancelEvacuation({ evacuationId: newId() }));
  const { policy } = await client.places.rebalance();
  await leaves('places.setRebalance', () => client.places.setRebalance(policy));
  await leaves('places.accept', () => client.places.accept({ proposalId: newId() }));
  await leaves('places.dismiss', () => client.places.dismiss({ proposalId: newId() }));
  await leaves('costs.setProject', () => client.costs.setProject({ runId, project: 'mine' }));
  await leaves('costs.setPlanned', () =>
    client.costs.setPlanned({ runId, planId: null, micros: 5_000_000, ms: 3_600_000 }),
  );
  await leaves('catalog.setOwnCosts', () => client.catalog.setOwnCosts({ machineId: siteId, costs: null }));
  const prices = await leaves('catalog.import', () =>
    client.catalog.import({
      requestId: newId(),
      fileName: 'prices.csv',
      text: 'provider,region,instance_type,on_demand\nmine,here,box,1\n',
      provider: null,
      pricedAt: null,
      dryRun: false,
      partial: false,
    }),
  );
  await leaves('catalog.removeSource', () =>
    client.catalog.removeSource({ sourceId: prices?.sourceId ?? '' }),
  );
  await leaves('catalog.importQuotas', () =>
    client.catalog.importQuotas({
      fileName: 'quotas.csv',
      text: 'provider,accelerator,limit\nmine,H100,8\n',
      region: null,
      dryRun: false,
      partial: false,
    }),
  );
  const said = await leaves('catalog.setQuota', () =>
    client.catalog.setQuota({
      provider: 'mine',
      region: 'here',
      kind: 'on-demand',
      unit: 'accelerators',
      accelerator: null,
      families: [],
      limit: 8,
      inUse: null,
    }),
  );
  await leaves('catalog.removeQuota', () => client.catalog.removeQuota({ id: said?.id ?? '' }));
  // Without a key, so that nothing is asked of anybody.
  await leaves('catalog.refresh', () => client.catalog.refresh({ provider: 'gcp', regions: [] }));
  const budget = await leaves('costs.setBudget', () =>
    client.costs.setBudget({
      id: newId(),
      name: 'all',
      project: null,
      user: null,
      period: 'month',
      amountMicros: 1,
      alertAt: [1],
    }),
  );
  await leaves('costs.removeBudget', () => client.costs.removeBudget({ budgetId: budget?.id ?? '' }));
  await leaves('plan.probe', () =>
    client.plan.probe({ requestId: newId(), machineId: siteId, yaml: 'run: sleep 1\n', steps: 50 }),
  );
  const planId = newId();
  const plan = { planId, name: 'mine', kind: 'portfolio', content: emptyPortfolio, inputsHash: '' } as const;
  await leaves('plan.save', () => client.plan.save(plan));
  await leaves('plan.rename', () => client.plan.rename({ planId, name: 'yours' }));
  await leaves('plan.accept', () => client.plan.accept({ requestId: newId(), planId, runs: [] }));
  const planFile = await client.plan.exportFile({ planId });
  await leaves('plan.importFile', () => client.plan.importFile({ planId: newId(), text: planFile.text }));
  await leaves('plan.remove', () => client.plan.remove({ planId }));
  await leaves('runs.rename', () => client.runs.rename({ runId, name: 'renamed' }));
  await leaves('runs.setPriority', () => client.runs.setPriority({ runId, priority: 5 }));
  await leaves('runs.stop', () => client.runs.stop({ runId }));
  await leaves('runs.kill', () => client.runs.kill({ runId: other }));
  for (const id of [runId, other])
    await until('it has ended', async () => hasEnded((await client.runs.get({ runId: id })).state));
  await leaves('runs.archive', () => client.runs.archive({ runId, archived: true }));
  await leaves('runs.restart', () => client.runs.restart({ runId: other, secrets: {} }));
  await leaves('runs.delete', () => client.runs.delete({ runId, keepOnBox: true }));
  await leaves('sites.remove', () => client.sites.remove({ siteId, force: true }));

  await leaves('vault.create', () =>
    client.vault.create({ passphrase: 'correct horse battery', keychain: false }),
  );
  const secret = await leaves('vault.set', () =>
    client.vault.set({ name: 'one', kind: 'environment', scope: '', value: 'x' }),
  );
  const id = secret?.id ?? '';
  await leaves('vault.rename', () => client.vault.rename({ id, name: 'two' }));
  await leaves('vault.setRecovery', () =>
    client.vault.setRecovery({ current: 'correct horse battery', recovery: newRecoveryPassphrase() }),
  );
  await leaves('vault.changePassphrase', () =>
    client.vault.changePassphrase({ current: 'correct horse battery', passphrase: 'another horse battery' }),
  );
  await leaves('vault.setKeychain', () => client.vault.setKeychain({ on: true }));
  const exported = await leaves('vault.export', () =>
    client.vault.export({ passphrase: 'for the export only' }),
  );
  await leaves('vault.delete', () => client.vault.delete({ id }));
  await leaves('vault.import', () =>
    client.vault.import({ text: exported?.text ?? '', passphrase: 'for the export only' }),
  );
  await leaves('vault.lock', () => client.vault.lock());
  await leaves('vault.unlock', () => client.vault.unlock({ passphrase: 'another horse battery' }));
  rmSync(path.join(directory, 'vault.jsonl'));
  await leaves('vault.accept', () => client.vault.accept());

  const token = await leaves('access.create', () =>
    client.access.create({ name: 'Ann', role: 'viewer', lifetimeSeconds: null }),
  );
  await leaves('access.revoke', () => client.access.revoke({ tokenId: token?.token.id ?? '' }));
  await leaves('app.shutDown', () => client.app.shutDown());
  await client.store.restore({ file: backup?.file ?? '' });
  const [restored] = await client.activity.list({ search: '', action: 'store.restore', limit: 1 });
  expect(restored).toMatchObject({ actor: 'tester', role: 'owner' });
  recorded.add('store.restore');

  expect([...recorded, ...Object.keys(unrecorded)].sort()).toEqual([...acting].sort());
  expect(await client.activity.verify()).toMatchObject({ ok: true });
});
