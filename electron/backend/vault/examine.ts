import type { VaultProblem } from '#shared/domain/credential.ts';
import type { Header, Line, VaultFile, VaultRecord } from './format.ts';
import type { ExpectedRecord, Seal } from './ledger.ts';

export interface Findings {
  /** What must be there, in its order. */
  expected: readonly ExpectedRecord[];
  /** Those that are what they must be, by id. */
  good: Map<string, { record: VaultRecord; line: Line }>;
  problems: VaultProblem[];
  /** The head is not the one that was written last: nothing is written until the owner says so. */
  headIsOff: boolean;
  /** The database knows less than this file: it is vouched for by its signature alone, once the vault is open. */
  aheadOfSeal: boolean;
}

/**
 * Holds the file against what the database says it must be, or, where the database is the older of the two (a backup
 * was restored, a database begun anew), against its own signed list.
 */
export function examine(
  file: VaultFile,
  seal: Seal | null,
  expectedBySeal: readonly ExpectedRecord[],
): Findings {
  const { header } = file;
  if (!header) {
    return {
      expected: expectedBySeal,
      good: new Map(),
      problems: [
        { id: null, name: '', problem: 'altered' },
        ...expectedBySeal.map(({ id, name }) => ({ id, name, problem: 'altered' as const })),
      ],
      headIsOff: true,
      aheadOfSeal: false,
    };
  }
  const aheadOfSeal = !seal || (seal.vaultId === header.vaultId && header.generation > seal.generation);
  const headIsOff = !aheadOfSeal && file.headerDigest !== seal.headerDigest;
  const problems: VaultProblem[] = [];
  if (headIsOff && seal) problems.push({ id: null, name: '', problem: headProblem(header, seal) });
  const expected = aheadOfSeal ? expectedByHead(header, file.lines) : expectedBySeal;
  const { good, bad } = compare(expected, file.lines);
  return { expected, good, problems: [...problems, ...bad], headIsOff, aheadOfSeal };
}

function headProblem(header: Header, seal: Seal): VaultProblem['problem'] {
  if (header.vaultId !== seal.vaultId) return 'unknown';
  return header.generation < seal.generation ? 'rolled-back' : 'altered';
}

function expectedByHead({ records }: Header, lines: readonly Line[]): ExpectedRecord[] {
  const byId = new Map(lines.flatMap(({ record }) => (record ? [[record.id, record] as const] : [])));
  return records.map((entry) => ({
    ...entry,
    name: byId.get(entry.id)?.name ?? entry.id,
    kind: byId.get(entry.id)?.kind ?? '',
  }));
}

function compare(expected: readonly ExpectedRecord[], lines: readonly Line[]) {
  const good: Findings['good'] = new Map();
  const bad: VaultProblem[] = [];
  const byDigest = new Map(lines.map((line) => [line.digest, line]));
  const claimed = new Set<Line>();
  for (const { id, version, digest, name } of expected) {
    const line = byDigest.get(digest);
    if (line?.record?.id === id && line.record.version === version) {
      claimed.add(line);
      good.set(id, { record: line.record, line });
      continue;
    }
    const others = lines.filter(({ record }) => record?.id === id);
    for (const other of others) claimed.add(other);
    const older = others.some(({ record }) => record !== null && record.version < version);
    const problem = older ? 'rolled-back' : others.length > 0 ? 'altered' : 'missing';
    bad.push({ id, name, problem });
  }
  // A line that cannot be read, or claims another id, stands where one is missing: that one was altered, not taken out.
  const strange = lines.filter((line) => !claimed.has(line));
  let unreadable = strange.filter(({ record }) => record === null).length;
  for (const problem of bad) {
    if (problem.problem !== 'missing' || unreadable === 0) continue;
    problem.problem = 'altered';
    unreadable -= 1;
  }
  for (const { record, digest } of strange) {
    if (record) bad.push({ id: record.id, name: record.name, problem: 'unknown' });
    else if (bad.every(({ problem }) => problem !== 'altered'))
      bad.push({ id: digest.slice(0, 12), name: '', problem: 'unknown' });
  }
  return { good, bad };
}
