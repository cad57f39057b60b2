import pino from 'pino';
import { afterEach, expect, test } from 'vitest';
import { api, createRouter, serveRpc } from '#backend/api/index.ts';
import { checkTasks } from '#backend/runs/spec/index.ts';
import { contract } from '#shared/contract/index.ts';
import type { Wire, WireMessage } from '#shared/contract/wire.ts';
import { settings } from '#shared/domain/settings.ts';
import { until } from '#test/until.ts';

const names = ['polluted', 'role', 'actor', 'toString', 'json', 'meta'];
const before = Object.getOwnPropertyNames(Object.prototype).sort();
const ownOf = () => Object.getOwnPropertyNames(Object.prototype).sort();

afterEach(() => {
  expect(ownOf()).toEqual(before);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(([] as { polluted?: unknown }).polluted).toBeUndefined();
  expect((() => undefined as unknown) as unknown as { polluted?: unknown }).not.toHaveProperty('polluted');
});

/** As text: in a literal of ours `__proto__` would set a prototype, and JSON would leave it out. */
const payloads = names.flatMap((name) => [
  `{"__proto__":{"${name}":true}}`,
  `{"constructor":{"prototype":{"${name}":true}}}`,
  `{"runId":"000000000000","__proto__":{"${name}":true}}`,
  `{"envs":{"__proto__":{"${name}":"x"}},"yaml":"run: x"}`,
  `{"details":{"a":{"__proto__":{"${name}":true}}}}`,
  `[{"__proto__":{"${name}":true}}]`,
]);
const metas = [
  '',
  ',"meta":[[1,"__proto__","polluted"]]',
  ',"meta":[[0,"constructor","prototype","polluted"]]',
];

test('RPC: a prototype in the input reaches nobody, at any procedure', async () => {
  const paths = Object.entries(contract).flatMap(([capability, procedures]) =>
    Object.keys(procedures).map((name) => `/${capability}/${name}`),
  );
  let seen: unknown[] = [];
  const router = createRouter({
    app: api.app.router({
      ...(createRouter({}) as { app: object }).app,
      updateSettings: api.app.updateSettings.handler(({ input }) => {
        seen.push(input);
        return settings.parse(input);
      }),
    } as never) as never,
  });
  let answers = 0;
  let receive: (message: WireMessage) => void = () => undefined;
  const wire: Wire = {
    send: async () => {
      answers += 1;
    },
    onMessage: (listener) => {
      receive = listener;
    },
    onClose: () => undefined,
    close: () => expect.unreachable('what is a message of the protocol ends no connection'),
  };
  serveRpc(router, wire, { actor: { name: 'test', role: 'viewer' }, log: pino({ level: 'silent' }) });
  let sent = 0;
  for (const path of [
    ...paths,
    '/__proto__/x',
    '/constructor/prototype',
    '/app/__proto__',
    '/app/constructor',
  ]) {
    for (const payload of payloads.slice(0, 6)) {
      for (const meta of metas) {
        receive(`{"i":"${sent}","p":{"u":"${path}","b":{"json":${payload}${meta}}}}`);
        sent += 1;
        if (sent % 50 === 0) await until('all are answered', () => answers >= sent);
      }
    }
  }
  await until('all are answered', () => answers >= sent);
  // A viewer was refused everywhere, whatever role the prototype claimed.
  expect(seen).toEqual([]);

  seen = [];
  serveRpc(router, wire, { actor: { name: 'test', role: 'operator' }, log: pino({ level: 'silent' }) });
  for (const payload of payloads.filter((text) => text.startsWith('{'))) {
    receive(`{"i":"${sent}","p":{"u":"/app/updateSettings","b":{"json":${payload}}}}`);
    sent += 1;
  }
  await until('all are answered', () => answers >= sent);
  for (const input of seen) {
    expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
    expect(Object.keys(input as object)).toEqual([]);
  }
});

test('task files: a key called __proto__ is a key like any other, and not one of ours', () => {
  for (const yaml of [
    'run: x\n__proto__: {polluted: true}\n',
    'run: x\nenvs: {__proto__: polluted, constructor: x}\n',
    'run: x\nresources: {__proto__: {accelerators: "H100:8"}}\n',
    'run: x\nconstructor: {prototype: {polluted: true}}\n',
    'base: &a {__proto__: {polluted: true}}\nrun: x\n<<: *a\n',
  ]) {
    const { tasks } = checkTasks(yaml, {});
    for (const task of tasks) {
      expect(Object.getPrototypeOf(task), yaml).toBe(Object.prototype);
      expect(task, yaml).not.toHaveProperty('polluted');
    }
  }
});
