import { randomBytes } from 'node:crypto';
import path from 'node:path';
import pino from 'pino';
import { systemClock } from '#backend/clock.ts';
import { EventBus } from '#backend/events.ts';
import { CodeStore, codeKeeper } from '#backend/files/index.ts';
import { type LocalPrograms, localPrograms } from '#backend/processes/index.ts';
import { createBoxRuns } from '#backend/runs/box/index.ts';
import type { RunPolicy } from '#backend/runs/context.ts';
import { createRuns, type RunsService } from '#backend/runs/index.ts';
import { openStore, type Store } from '#backend/store/index.ts';
import type { Actor } from '#shared/domain/role.ts';

export const me: Actor = { name: 'desktop', role: 'owner' };
export const boxId = 'bbbbbbbbbbbb';

export interface App {
  store: Store;
  runs: RunsService;
  programs: LocalPrograms;
  close(): Promise<void>;
}

/** The real runs' service over the real store, code, box scripts and processes of this computer with `home` as the box's. */
export function startApp(options: {
  data: string;
  home: string;
  onStep?: (step: string) => void;
  policyOf?: (store: Store) => RunPolicy;
}): App {
  const { data, home, onStep, policyOf } = options;
  const store = openStore({
    file: path.join(data, 'trainyard.db'),
    clock: systemClock,
    log: { info: () => undefined, warn: () => undefined },
  });
  if (store.machines.get(boxId) === undefined) {
    store.sites.insert({
      id: boxId,
      kind: 'ssh',
      name: 'box',
      ssh: { host: 'box' },
      autoConnect: true,
      createdAt: 0,
    });
    store.machines.upsert({ id: boxId, siteId: boxId, name: 'box' });
  }
  const programs = localPrograms({ env: { ...process.env, HOME: home }, cwd: home });
  const runs = createRuns({
    store,
    access: {
      programs: async () => programs,
      isConnected: () => true,
      onConnected: () => () => undefined,
      onDisconnected: () => () => undefined,
    },
    events: new EventBus(),
    activity: { record: () => undefined },
    clock: systemClock,
    log: pino({ level: process.env.TEST_LOG ?? 'silent' }),
    dataDirectory: data,
    code: codeKeeper(new CodeStore(path.join(data, 'code'))),
    boxRuns: (boxPrograms) => createBoxRuns(boxPrograms),
    templatesDirectory: path.resolve('resources/templates'),
    ...(policyOf === undefined ? {} : { policy: policyOf(store) }),
    ...(onStep === undefined ? {} : { onStep }),
  });
  runs.start();
  return {
    store,
    runs,
    programs,
    async close() {
      await runs.close();
      await programs.close();
      store.close();
    },
  };
}

export const requestOf = (yaml: string, baseDirectory: string | null, requestId = newRequestId()) => ({
  requestId,
  yaml,
  baseDirectory,
  machineId: boxId,
  envs: {},
  secrets: {},
  priority: 0,
});

const newRequestId = (): string =>
  randomBytes(12)
    .map((byte) => byte % 10)
    .join('');
