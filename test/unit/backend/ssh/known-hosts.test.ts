import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fingerprint,
  hostName,
  knownHostLine,
  matchesNames,
  parseKnownHosts,
  withoutHost,
} from '#backend/ssh/host-keys/known-hosts.ts';

const key = (type: string, content = 'k'): Buffer => {
  const part = (text: string) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  return Buffer.concat([part(type), part(content)]);
};
const encoded = (type: string, content?: string) => `${type} ${key(type, content).toString('base64')}`;
const entries = (text: string) =>
  parseKnownHosts(text).map(({ marker, names, type, line }) => [line, marker, names, type]);

test('plain, marked and odd lines', () => {
  const text = `# comment
  a.example,10.0.0.1 ${encoded('ssh-ed25519')} ada@laptop

@revoked * ${encoded('ssh-rsa')}
@cert-authority *.example\t${encoded('ssh-ed25519')}
@unknown x ${encoded('ssh-ed25519')}
short ssh-ed25519
lies ssh-rsa ${key('ssh-ed25519').toString('base64')}
[b.example]:2222 ${encoded('ecdsa-sha2-nistp256')}\r
`;
  expect(entries(text)).toEqual([
    [2, 'none', 'a.example,10.0.0.1', 'ssh-ed25519'],
    [4, 'revoked', '*', 'ssh-rsa'],
    [5, 'cert-authority', '*.example', 'ssh-ed25519'],
    [9, 'none', '[b.example]:2222', 'ecdsa-sha2-nistp256'],
  ]);
});

test('names: ports, wildcards, negation, hashes', () => {
  expect(hostName('A.Example', 22)).toBe('a.example');
  expect(hostName('A.Example', 2222)).toBe('[a.example]:2222');
  expect(matchesNames('*.example,!b.example', 'a.example')).toBe(true);
  expect(matchesNames('*.example,!b.example', 'b.example')).toBe(false);
  // Made by: ssh-keygen -H for "[127.0.0.1]:2222".
  const line = knownHostLine('[a.example]:2222', key('ssh-ed25519'), true);
  const [entry] = parseKnownHosts(line);
  expect(matchesNames(entry?.names ?? '', '[a.example]:2222')).toBe(true);
  expect(matchesNames(entry?.names ?? '', 'a.example')).toBe(false);
  expect(line).not.toContain('a.example');
});

test('what is written is read again, and forgetting leaves everything else as it is', () => {
  const before = `# mine\nother,a.example ${encoded('ssh-ed25519', '1')} c\n${knownHostLine('a.example', key('ssh-ed25519'), true)}x ${encoded('ssh-rsa')}\n`;
  expect(withoutHost(before, 'a.example', 'ssh-ed25519')).toBe(
    `# mine\nother ${encoded('ssh-ed25519', '1')} c\nx ${encoded('ssh-rsa')}\n`,
  );
  expect(withoutHost(before, 'a.example', 'ssh-rsa')).toBe(before);
  expect(withoutHost(`*.example ${encoded('ssh-rsa')}\n`, 'a.example', 'ssh-rsa')).toBe(null);
  expect(fingerprint(key('ssh-ed25519'))).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
});

test('50,000 files of any kind neither throw nor hang', () => {
  const valid = encoded('ssh-ed25519').split(' ');
  const word = fc.constantFrom(
    ...[
      '@revoked',
      '@cert-authority',
      '@',
      '|1|',
      '|1|a|b',
      '|2|x|y',
      '*',
      '!',
      ',',
      'a',
      '[a]:22',
      '#',
      '\0',
      'é',
      '====',
      'AAAA',
      '/////w==',
    ],
    ...valid,
  );
  const space = fc.constantFrom(' ', ' ', ' ', '\t', '\n', '\r\n', '');
  const text = fc.array(fc.tuple(word, space), { maxLength: 20 }).map((pieces) => pieces.flat().join(''));
  for (const file of fc.sample(fc.oneof(text, text, fc.string({ unit: 'binary', maxLength: 120 })), {
    numRuns: 50_000,
    seed: 7,
  })) {
    for (const { names } of parseKnownHosts(file)) matchesNames(names, 'a');
    withoutHost(file, 'a', 'ssh-ed25519');
  }
});
