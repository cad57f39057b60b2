import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  mayCallShell,
  mayHavePermission,
  mayNavigate,
  mayOpenOutside,
  pageHeaders,
} from '../../../../electron/main/lockdown.ts';

test.each(['app://trainyard/', 'app://trainyard/runs/0123456789ab', 'app://trainyard/?a=b#c'])(
  'the page may go to %s',
  (url) => {
    expect(mayNavigate(url)).toBe(true);
  },
);

test.each([
  'https://trainyard/',
  'app://trainyard.example/',
  'app://trainyard:80/',
  'app://user@trainyard/',
  'app://other/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'about:blank',
  '',
  'app:trainyard',
])('the page may not go to %s', (url) => {
  expect(mayNavigate(url)).toBe(false);
});

test.each(['https://pytorch.org/docs', 'http://127.0.0.1:6006/#scalars'])(
  '%s opens in the browser',
  (url) => {
    expect(mayOpenOutside(url)).toBe(true);
  },
);

test.each([
  'file:///etc/passwd',
  'smb://server/share',
  'javascript:alert(1)',
  'ms-msdt:/id',
  'vscode://open',
  'https:/\\host',
  'https:\\\\host\\x',
  'https:host',
  'https://user:pass@host/',
  'https://ho\nst/',
  `https://host/${'a'.repeat(3000)}`,
  ' https://host',
  '',
])('%s never opens', (url) => {
  expect(mayOpenOutside(url)).toBe(false);
});

test('whatever text there is, only a web address of the plain form opens', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.tuple(fc.string(), fc.string()).map(([a, b]) => `${a}:${b}`),
      ),
      (url) => {
        if (mayOpenOutside(url)) expect(url).toMatch(/^https?:\/\/[^/\\]/i);
      },
    ),
    { numRuns: 5_000 },
  );
});

test('only the page itself may call the shell, never a frame in it or another page', () => {
  expect(mayCallShell({ url: 'app://trainyard/runs', parent: null })).toBe(true);
  expect(mayCallShell({ url: 'app://trainyard/runs', parent: {} })).toBe(false);
  expect(mayCallShell({ url: 'https://evil.example/', parent: null })).toBe(false);
  expect(mayCallShell(null)).toBe(false);
});

test('every permission but copying is denied, and that to any other page', () => {
  expect(mayHavePermission('clipboard-sanitized-write', 'app://trainyard/')).toBe(true);
  expect(mayHavePermission('clipboard-sanitized-write', 'https://evil.example/')).toBe(false);
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'clipboard-read',
    'openExternal',
    'fullscreen',
    'hid',
    'usb',
  ]) {
    expect(mayHavePermission(permission, 'app://trainyard/')).toBe(false);
  }
});

test('the policy of the page allows nothing inline, nothing evaluated, nothing from elsewhere', () => {
  const policy = pageHeaders['Content-Security-Policy'] ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
});
