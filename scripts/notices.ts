/** `npm run notices`: writes THIRD_PARTY_NOTICES.md (every package that is shipped, with its licence) and sbom.json (CycloneDX). */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './tools.ts';

interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  license?: string;
  integrity?: string;
}

interface Shipped {
  name: string;
  version: string;
  license: string;
  text: string;
  integrity: string | undefined;
}

/** Packages of the lock file that end up in the app: no development packages, no Node for other platforms. */
export function shippedPackages(): Shipped[] {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockEntry>;
  };
  return Object.entries(lock.packages)
    .filter(
      ([place, entry]) =>
        place !== '' &&
        !entry.dev &&
        !/node_modules\/node-(linux|darwin|win)-/.test(place) &&
        existsSync(path.join(root, place)),
    )
    .map(([place, entry]) => {
      const directory = path.join(root, place);
      const manifest = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')) as {
        name: string;
        license?: string | { type: string };
        licenses?: { type: string }[];
      };
      const stated = manifest.license ?? manifest.licenses?.[0];
      const license = typeof stated === 'object' ? stated.type : (stated ?? entry.license ?? 'unknown');
      const file = readdirSync(directory).find((name) => /^(licen[cs]e|copying)/i.test(name));
      return {
        name: manifest.name,
        version: entry.version ?? '',
        license,
        text: file ? readFileSync(path.join(directory, file), 'utf8').trim() : '',
        integrity: entry.integrity,
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
}

const packages = shippedPackages();
const unknown = packages.filter(({ license }) => license === 'unknown');
if (unknown.length > 0) {
  console.error(`These packages state no licence: ${unknown.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}
const notices = [
  '# Third-party notices',
  '',
  'Trainyard ships with the packages below. Electron, which the desktop app runs on, carries its own notices in its folder.',
  '',
  ...packages.flatMap(({ name, version, license, text }) => [
    `## ${name} ${version} (${license})`,
    '',
    ...(text ? ['```', text.replaceAll('```', "'''"), '```', ''] : []),
  ]),
].join('\n');
writeFileSync(path.join(root, 'THIRD_PARTY_NOTICES.md'), `${notices.trimEnd()}\n`);

const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
const sbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  metadata: {
    component: {
      type: 'application',
      name: 'trainyard',
      version,
      licenses: [{ license: { id: 'Apache-2.0' } }],
    },
  },
  components: packages.map(({ name, version: v, license, integrity }) => ({
    type: 'library',
    name,
    version: v,
    purl: `pkg:npm/${name.replace('@', '%40')}@${v}`,
    licenses: [/ (OR|AND) /.test(license) ? { expression: license } : { license: { id: license } }],
    ...(integrity?.startsWith('sha512-')
      ? { hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }] }
      : {}),
  })),
};
writeFileSync(path.join(root, 'sbom.json'), `${JSON.stringify(sbom, null, 2)}\n`);
console.log(`${packages.length} packages: THIRD_PARTY_NOTICES.md and sbom.json written.`);
