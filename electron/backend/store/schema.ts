import { planning, quotas } from './planning-tables.ts';

/** One step of the database's form. Steps are only ever added at the end: what a user's file went through is history. */
export interface Migration {
  version: number;
  name: string;
  /** Runs in a transaction together with the change of `user_version`. */
  sql: string;
}

/** "TYrd": written into the file's header, so that a foreign SQLite file is never taken for ours. */
export const applicationId = 0x54597264;

const first = `
-- One row per step the file went through; its last one must agree with user_version.
CREATE TABLE schemaHistory (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sites (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  ssh TEXT,
  autoConnect INTEGER NOT NULL,
  createdAt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE machines (
  id TEXT PRIMARY KEY,
  siteId TEXT NOT NULL REFERENCES sites(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  searchText TEXT NOT NULL,
  acceleratorCount INTEGER NOT NULL DEFAULT 0,
  seenAt INTEGER,
  inventory TEXT
) STRICT;
CREATE INDEX machinesBySite ON machines(siteId);
CREATE INDEX machinesByName ON machines(searchText, id);
CREATE INDEX machinesBySeen ON machines(seenAt, id);
CREATE INDEX machinesByAccelerators ON machines(acceleratorCount, id);

-- A run outlives its machine's entry here (the box still has it), so machineId is not a foreign key.
-- place: 'listed', 'archived', or 'damaged' for a row that cannot be read and must not break the lists.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  requestId TEXT UNIQUE,
  place TEXT NOT NULL DEFAULT 'listed' CHECK (place IN ('listed', 'archived', 'damaged')),
  name TEXT NOT NULL,
  nameKey TEXT NOT NULL,
  searchText TEXT NOT NULL,
  state TEXT NOT NULL,
  stateRank INTEGER NOT NULL,
  evidence TEXT NOT NULL,
  seenAt INTEGER,
  machineId TEXT NOT NULL,
  machineName TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  createdAt INTEGER NOT NULL,
  startedAt INTEGER,
  endedAt INTEGER,
  exitCode INTEGER,
  acceleratorsAsked TEXT NOT NULL,
  acceleratorIndexes TEXT NOT NULL DEFAULT '[]',
  lastMetrics TEXT NOT NULL DEFAULT '[]',
  step REAL,
  totalSteps REAL
) STRICT;
-- Each holds all that a filter may ask for, so that a window is found without touching the rows.
CREATE INDEX runsByCreated ON runs(place, createdAt, id, stateRank, machineId, searchText);
CREATE INDEX runsByName ON runs(place, nameKey, id, stateRank, machineId, searchText);
CREATE INDEX runsByState ON runs(place, stateRank, createdAt, id, machineId, searchText);
CREATE INDEX runsByMachine ON runs(place, machineName, createdAt, id, stateRank, machineId, searchText);
CREATE INDEX runsByEnded ON runs(place, endedAt, id, stateRank, machineId, searchText);
CREATE INDEX runsOnMachine ON runs(machineId, stateRank);

-- Apart from runs, because lists never need it and it is large.
CREATE TABLE runSpecifications (
  runId TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
  yaml TEXT NOT NULL,
  spec TEXT NOT NULL,
  snapshot TEXT
) STRICT;

CREATE TABLE attempts (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  machineId TEXT NOT NULL,
  machineName TEXT NOT NULL,
  state TEXT NOT NULL,
  evidence TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  startedAt INTEGER,
  endedAt INTEGER,
  seenAt INTEGER,
  exitCode INTEGER,
  accelerators TEXT NOT NULL,
  logBytes INTEGER NOT NULL,
  directory TEXT,
  pid INTEGER,
  PRIMARY KEY (runId, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX attemptsOnMachine ON attempts(machineId, state);

CREATE TABLE metricSeries (
  id INTEGER PRIMARY KEY,
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  name TEXT NOT NULL,
  total INTEGER NOT NULL,
  kept INTEGER NOT NULL,
  last REAL,
  UNIQUE (runId, name, epoch)
) STRICT;
-- points: pairs of little-endian 64-bit floats, x and value.
CREATE TABLE metricChunks (
  seriesId INTEGER NOT NULL REFERENCES metricSeries(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  points BLOB NOT NULL,
  PRIMARY KEY (seriesId, number)
) STRICT;

CREATE TABLE logs (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  inode TEXT,
  bytesKnown INTEGER NOT NULL DEFAULT 0,
  scannedBytes INTEGER NOT NULL DEFAULT 0,
  keptRanges TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (runId, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  level TEXT NOT NULL,
  code TEXT NOT NULL,
  params TEXT NOT NULL,
  message TEXT NOT NULL,
  runId TEXT,
  siteId TEXT,
  dismissedAt INTEGER
) STRICT;
CREATE INDEX noticesByTime ON notices(at);

-- What could not be read, kept as it was for whoever wants to repair it.
CREATE TABLE damagedRows (
  tableName TEXT NOT NULL,
  key TEXT NOT NULL,
  at INTEGER NOT NULL,
  why TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (tableName, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE activity (
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  result TEXT NOT NULL,
  details TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX activityByAction ON activity(action, sequence);
CREATE TRIGGER activityIsNeverAltered BEFORE UPDATE ON activity
BEGIN SELECT RAISE(ABORT, 'the activity log is only ever added to'); END;
CREATE TRIGGER activityIsNeverReplaced BEFORE INSERT ON activity
WHEN EXISTS (SELECT 1 FROM activity WHERE sequence = NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'the activity log is only ever added to'); END;
CREATE TRIGGER activityIsNeverRemoved BEFORE DELETE ON activity
BEGIN SELECT RAISE(ABORT, 'the activity log is only ever added to'); END;

-- The newest entry, signed with a key that is not in this file: a log that was cut off no longer fits its head.
CREATE TABLE activityHead (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  sequence INTEGER NOT NULL,
  hash TEXT NOT NULL,
  mac TEXT NOT NULL
) STRICT;
`;

const runNotes = `
-- What the runs' room must remember between two of its steps (the launch's journal, a stop not yet delivered, how far
-- metrics were read), as JSON of its own.
CREATE TABLE runNotes (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (runId, epoch, kind)
) STRICT, WITHOUT ROWID;

-- Deleted here; its box may still have it, and must not bring it back.
CREATE TABLE forgottenRuns (
  runId TEXT NOT NULL,
  machineId TEXT NOT NULL,
  at INTEGER NOT NULL,
  removeOnBox INTEGER NOT NULL,
  PRIMARY KEY (runId, machineId)
) STRICT, WITHOUT ROWID;
`;

const vault = `
-- The vault's file as it was last written by us. It cannot be told from the file alone that it is an older copy of itself.
CREATE TABLE vaultSeal (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  vaultId TEXT NOT NULL,
  generation INTEGER NOT NULL,
  headerDigest TEXT NOT NULL
) STRICT;

-- What the file must hold; the names are for saying which secret is missing or altered.
CREATE TABLE vaultRecords (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  version INTEGER NOT NULL,
  digest TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A write of the file that is under way: after a crash the file tells whether it happened.
CREATE TABLE vaultIntent (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  digest TEXT NOT NULL,
  actor TEXT NOT NULL,
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  details TEXT NOT NULL
) STRICT;

-- Who was given a secret, and when last.
CREATE TABLE vaultUses (
  credentialId TEXT NOT NULL,
  kind TEXT NOT NULL,
  place TEXT NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (credentialId, kind, place)
) STRICT, WITHOUT ROWID;
`;

const access = `
-- Named tokens that let browsers in. hash: SHA-256 of the token, in hex; the token itself is nowhere.
CREATE TABLE accessTokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  createdAt INTEGER NOT NULL,
  createdBy TEXT NOT NULL,
  expiresAt INTEGER,
  usedAt INTEGER
) STRICT, WITHOUT ROWID;
`;

const sensitivity = `
-- Data on this computer that must not go everywhere. realPath: what the path led to when it was labelled.
CREATE TABLE dataSets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  path TEXT NOT NULL UNIQUE,
  realPath TEXT NOT NULL,
  label TEXT NOT NULL,
  countries TEXT NOT NULL,
  createdAt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What may be held at an address. Kept by address, not by site: a site whose address is changed does not take its word
-- along, and one that is removed and added again does not lose it.
CREATE TABLE placePolicies (
  address TEXT PRIMARY KEY,
  maxLabel TEXT NOT NULL,
  country TEXT,
  region TEXT
) STRICT, WITHOUT ROWID;

-- What each attempt read and where it went, as it was judged. Outlives the run, the data sets and the site.
CREATE TABLE runData (
  runId TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  runName TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  asked TEXT,
  label TEXT NOT NULL,
  place TEXT NOT NULL,
  data TEXT NOT NULL,
  override TEXT,
  outcome TEXT NOT NULL CHECK (outcome IN ('waiting', 'sent', 'refused')),
  PRIMARY KEY (runId, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX runDataByTime ON runData(at, runId, epoch);
`;

const moving = `
-- A move under way, as JSON (runSummary.moving); kept beside the run because every list shows it.
ALTER TABLE runs ADD COLUMN moving TEXT;
-- What is set for a machine beyond its inventory (machinePolicy), as JSON.
ALTER TABLE machines ADD COLUMN policy TEXT;

-- The journal of moves: the row is written before each step of the protocol is taken. content: the page's migration and
-- what the engine must remember beside it (tokens, manifests), without secrets.
CREATE TABLE migrations (
  id TEXT PRIMARY KEY,
  requestId TEXT NOT NULL UNIQUE,
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  fromMachineId TEXT NOT NULL,
  toMachineId TEXT NOT NULL,
  phase TEXT NOT NULL,
  active INTEGER NOT NULL,
  -- Over, and something is still to be cleared up on a box.
  chores INTEGER NOT NULL DEFAULT 0,
  startedAt INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX oneMoveOfARun ON migrations(runId) WHERE active = 1;
CREATE INDEX migrationsByTime ON migrations(startedAt, id);

-- Checkpoints of runs as they were last seen. manifest: the hashes of their files, as JSON.
CREATE TABLE checkpoints (
  id TEXT PRIMARY KEY,
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  path TEXT NOT NULL,
  step INTEGER,
  seenAt INTEGER NOT NULL,
  content TEXT NOT NULL,
  manifest TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX checkpointsOfRun ON checkpoints(runId, step);

-- What happened to runs and what was done about it.
CREATE TABLE recoveries (
  id TEXT PRIMARY KEY,
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX recoveriesOfRun ON recoveries(runId, at);
CREATE INDEX recoveriesByOutcome ON recoveries(outcome, at);

-- The user's policies of a run, over those of its task file. kind: recovery, keep.
CREATE TABLE runPolicies (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (runId, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE proposals (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  runId TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX proposalsByState ON proposals(state, at);

-- Machines being emptied. content: whose turn it is and what became of the others.
CREATE TABLE evacuations (
  id TEXT PRIMARY KEY,
  requestId TEXT NOT NULL UNIQUE,
  machineId TEXT NOT NULL,
  state TEXT NOT NULL,
  startedAt INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX evacuationsByState ON evacuations(state, startedAt);

-- Backups outlive their run.
CREATE TABLE runBackups (
  id TEXT PRIMARY KEY,
  runId TEXT NOT NULL,
  machineId TEXT NOT NULL,
  state TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  content TEXT NOT NULL,
  manifest TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX runBackupsOfRun ON runBackups(runId, createdAt);

-- Copies that users asked for, and the single-use keys that copies have on machines until they are proven removed.
CREATE TABLE copies (
  id TEXT PRIMARY KEY,
  requestId TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  startedAt INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE copyKeys (
  id TEXT PRIMARY KEY,
  machineId TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

const terminals = `
-- Terminals and forwarded ports that are there; content: as they are shown. A terminal's screen is kept nowhere but in memory.
CREATE TABLE terminals (
  id TEXT PRIMARY KEY,
  requestId TEXT NOT NULL UNIQUE,
  machineId TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE forwards (
  id TEXT PRIMARY KEY,
  requestId TEXT NOT NULL UNIQUE,
  machineId TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How pages are arranged: JSON of the page's own making.
CREATE TABLE views (
  key TEXT PRIMARY KEY,
  content TEXT NOT NULL,
  changedAt INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

export const migrations: readonly Migration[] = [
  { version: 1, name: 'first form', sql: first },
  { version: 2, name: 'notes of runs', sql: runNotes },
  { version: 3, name: 'vault', sql: vault },
  { version: 4, name: 'named tokens', sql: access },
  { version: 5, name: 'data sensitivity', sql: sensitivity },
  { version: 6, name: 'moving, recovery, backups of runs', sql: moving },
  { version: 7, name: 'terminals, ports, views', sql: terminals },
  { version: 8, name: 'catalogue, plans, costs', sql: planning },
  { version: 9, name: 'quotas', sql: quotas },
];
