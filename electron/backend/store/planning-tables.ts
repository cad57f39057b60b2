/** Version 8 of the schema. */
export const planning = `
-- The catalogue. What came with the app is read from its own file and not kept here; these are the user's: refreshed, imported.
CREATE TABLE catalogSources (
  id TEXT PRIMARY KEY,
  provider TEXT,
  region TEXT,
  takenAt INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Offers of a source, packed as they are read: all of a source come and go together. content: gzip.
CREATE TABLE catalogOffers (
  sourceId TEXT PRIMARY KEY REFERENCES catalogSources(id) ON DELETE CASCADE,
  content BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What machines of one's own cost, from when on. Rows are added, not changed: what was spent before stays as it was.
CREATE TABLE machineRates (
  machineId TEXT NOT NULL,
  since INTEGER NOT NULL,
  microsPerHour INTEGER NOT NULL,
  -- ownCosts as JSON; null: taken back.
  costs TEXT,
  PRIMARY KEY (machineId, since)
) STRICT, WITHOUT ROWID;

CREATE TABLE plans (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  createdAt INTEGER NOT NULL,
  changedAt INTEGER NOT NULL,
  inputsHash TEXT NOT NULL,
  runIds TEXT NOT NULL,
  -- gzip of JSON: question and answer.
  content BLOB NOT NULL
) STRICT, WITHOUT ROWID;
-- Inputs of plans by their hash, kept while a plan names them. content: gzip.
CREATE TABLE planInputs (
  hash TEXT PRIMARY KEY,
  keptAt INTEGER NOT NULL,
  content BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What runs belong to, who launched them, what they were planned to cost. Outlives the run: what was spent was spent.
CREATE TABLE runCosts (
  runId TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  project TEXT,
  user TEXT,
  planId TEXT,
  plannedMicros INTEGER,
  plannedMs INTEGER
) STRICT, WITHOUT ROWID;
-- Time that attempts have used of machines, closed when they end; endedAt null: still going.
CREATE TABLE usage (
  runId TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  machineId TEXT NOT NULL,
  machineName TEXT NOT NULL,
  gpus REAL NOT NULL,
  machineGpus REAL NOT NULL,
  startedAt INTEGER NOT NULL,
  endedAt INTEGER,
  PRIMARY KEY (runId, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX usageByTime ON usage(startedAt);
CREATE INDEX usageOfMachine ON usage(machineId, startedAt);

CREATE TABLE budgets (
  id TEXT PRIMARY KEY,
  createdAt INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- Alerts of budgets that were given, so that each is given once a period.
CREATE TABLE budgetAlerts (
  budgetId TEXT NOT NULL REFERENCES budgets(id) ON DELETE CASCADE,
  periodStartsAt INTEGER NOT NULL,
  what TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (budgetId, periodStartsAt, what)
) STRICT, WITHOUT ROWID;
`;

/** Version 9 of the schema. */
export const quotas = `
-- What providers let the user rent at once. id follows from what it limits; content: quota of domain/quota.ts.
CREATE TABLE quotas (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
