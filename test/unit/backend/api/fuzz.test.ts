import pino from 'pino';
import { expect, test } from 'vitest';
import { createRouter, serveRpc } from '#backend/api/index.ts';
import { contract } from '#shared/contract/index.ts';
import type { Wire, WireMessage } from '#shared/contract/wire.ts';
import { until } from '#test/until.ts';

const log = pino({ level: 'silent' });

test('50,000 random messages: each is answered or its sender cut off; nothing crashes or hangs', async () => {
  let seed = 3;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const pick = <T>(items: readonly T[]): T => items[random(items.length)] as T;
  const paths = Object.entries(contract).flatMap(([name, procedures]) =>
    Object.keys(procedures).map((procedure) => `/${name}/${procedure}`),
  );
  const values: unknown[] = [
    null,
    true,
    -1,
    1e308,
    '',
    'x'.repeat(300),
    '\u0000\ud800',
    [],
    {},
    [[[[]]]],
    { __proto__: { polluted: true } },
    { constructor: { prototype: { polluted: true } } },
    { runId: '000000000000' },
    { runId: '../../etc/passwd', path: '..' },
    { json: 1, meta: [[0, 'x']] },
  ];
  const bytes = () => Uint8Array.from({ length: random(40) }, () => random(256));
  const message = (id: string): WireMessage => {
    const kind = random(10);
    if (kind === 0) return bytes();
    if (kind === 1) return pick(['', '{', 'null', '[]', '1', '"x"', '{"i":1}', `{"i":"${id}","p":null}`]);
    if (kind === 2) return JSON.stringify({ i: id, t: pick([0, 2, 3, 4, 5, 'x', null]), p: pick(values) });
    const url = pick([
      ...paths,
      ...paths,
      '/',
      '/nothing/here',
      '/__proto__/constructor',
      'http://[',
      '//',
      '/sites/list/../..',
    ]);
    const body = pick<unknown>([
      undefined,
      pick(values),
      { json: pick(values) },
      { json: pick(values), meta: pick<unknown>([[], 'x', [[1, 'a', 'b']], [[3, '__proto__', 'x']]]) },
    ]);
    const text = JSON.stringify({
      i: id,
      p: {
        u: url,
        b: body,
        ...(random(4) === 0
          ? {
              h: pick<unknown>([
                null,
                {},
                { 'content-type': 'text/event-stream' },
                { 'content-disposition': 'x' },
                { 'content-type': 'multipart/form-data; boundary=x' },
              ]),
            }
          : {}),
        ...(random(4) === 0 ? { m: pick(['GET', 'DELETE', '', 7]) } : {}),
      },
    });
    return random(8) === 0 ? text.slice(0, random(text.length)) : text;
  };

  const router = createRouter({});
  let answers = 0;
  let cutOff = 0;
  let receive: ((message: WireMessage) => void) | null = null;
  const open = () => {
    const listeners: ((why: string) => void)[] = [];
    const wire: Wire = {
      send: async () => {
        answers += 1;
      },
      onMessage: (listener) => {
        receive = listener;
      },
      onClose: (listener) => void listeners.push(listener),
      close: (why = '') => {
        if (receive === null) return;
        cutOff += 1;
        receive = null;
        for (const listener of listeners) listener(why);
      },
    };
    serveRpc(router, wire, { actor: { name: 'fuzz', role: 'owner' }, log });
  };
  for (let n = 0; n < 50_000; n++) {
    if (receive === null) open();
    (receive as unknown as (message: WireMessage) => void)(message(String(n)));
    if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  // Still answering: a call after all that comes back.
  const before = answers;
  receive = null;
  open();
  (receive as unknown as (message: WireMessage) => void)(
    JSON.stringify({ i: 'last', p: { u: '/app/info' } }),
  );
  await until('the last call is answered', () => answers > before);
  expect(cutOff).toBeGreaterThan(1000);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
