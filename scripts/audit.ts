/**
 * `npm run audit`: asks the registry whether any package here has a known weakness. Ends with 1 where there is one that
 * `explained` does not tell about. Where the registry does not answer (no network, a mirror without advisories) it says so,
 * and what holds all the same: every package is bound to its content by the lock file, and none runs anything when installed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './tools.ts';

/** Advisories that do not touch us, by their address, each with the reason. */
const explained: Readonly<Record<string, string>> = {};

export interface Advisory {
  package: string;
  severity: string;
  title: string;
  url: string;
}

export type Verdict =
  | { answered: false; why: string }
  | { answered: true; open: Advisory[]; explained: (Advisory & { reason: string })[] };

/** Reads what `npm audit --json` has printed. */
export function readAudit(text: string, reasons: Readonly<Record<string, string>> = explained): Verdict {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    return { answered: false, why: 'npm gave no answer that can be read' };
  }
  const { vulnerabilities, error, message } = report as {
    vulnerabilities?: Record<string, { severity?: string; via?: unknown[] }>;
    error?: { summary?: string };
    message?: string;
  };
  if (!vulnerabilities) {
    return { answered: false, why: error?.summary || message || 'the registry gave no list of advisories' };
  }
  const found = new Map<string, Advisory>();
  for (const [name, { via = [] }] of Object.entries(vulnerabilities)) {
    for (const cause of via) {
      // A text is another package of this list, which has its own entry.
      if (typeof cause !== 'object' || cause === null) continue;
      const { url = '', title = '', severity = '' } = cause as Partial<Advisory>;
      found.set(`${name} ${url}`, { package: name, severity, title, url });
    }
  }
  const all = [...found.values()];
  return {
    answered: true,
    open: all.filter(({ url }) => !Object.hasOwn(reasons, url)),
    explained: all.flatMap((advisory) => {
      const reason = Object.hasOwn(reasons, advisory.url) ? reasons[advisory.url] : undefined;
      return reason === undefined ? [] : [{ ...advisory, reason }];
    }),
  };
}

/** Packages of the lock file that are not bound to their content, or that do not come from the registry. */
export function unboundPackages(lock: {
  packages: Record<string, { resolved?: string; integrity?: string; link?: boolean; inBundle?: boolean }>;
}): string[] {
  return Object.entries(lock.packages)
    .filter(([place, { resolved = '', integrity = '', link, inBundle }]) => {
      if (place === '' || inBundle) return false;
      // Without an address it comes from whichever registry npm is set to: the content decides, not the place.
      const fromRegistry = resolved === '' || resolved.startsWith('https://registry.npmjs.org/');
      return link || !integrity.startsWith('sha512-') || !fromRegistry;
    })
    .map(([place]) => place);
}

function main(): number {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
  const unbound = unboundPackages(lock);
  if (unbound.length > 0) {
    console.error(`Not bound to their content by package-lock.json: ${unbound.join(', ')}`);
    return 1;
  }
  const { stdout } = spawnSync('npm', ['audit', '--json'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  const verdict = readAudit(stdout ?? '');
  const count = Object.keys(lock.packages).length - 1;
  if (!verdict.answered) {
    console.log(
      `Not audited: ${verdict.why}.\nRun it again where the registry answers. What holds without it: all ${count} packages are bound to their content (sha512) by package-lock.json, and none runs a script when it is installed (.npmrc).`,
    );
    return 0;
  }
  for (const { package: name, title, url, reason } of verdict.explained)
    console.log(`Explained: ${name}: ${title} (${url}): ${reason}`);
  for (const { package: name, severity, title, url } of verdict.open)
    console.error(`${severity}: ${name}: ${title} (${url})`);
  if (verdict.open.length === 0) console.log(`No open advisory for ${count} packages.`);
  return verdict.open.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exit(main());
