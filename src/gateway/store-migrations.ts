// How the store came to its present form: numbered, one way, never changed once released.

export const migrations: readonly string[] = [
  `
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

  CREATE TABLE stations (
    id TEXT PRIMARY KEY,
    key TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    enrolledAt INTEGER NOT NULL,
    lastSeenAt INTEGER NOT NULL,
    address TEXT NOT NULL,
    widthPx INTEGER NOT NULL,
    heightPx INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE enrolmentCodes (hash TEXT PRIMARY KEY, expiresAt INTEGER NOT NULL) STRICT;

  CREATE TABLE pageSessions (
    hash TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    fullName TEXT NOT NULL,
    level TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    lastSeenAt INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    level TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    lastUsedAt INTEGER
  ) STRICT;

  CREATE TABLE throttle (
    key TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    ageMs INTEGER NOT NULL,
    waitMs INTEGER NOT NULL,
    savedAt INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE knownPlaces (pair TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

  CREATE TABLE privacyNotices (uid INTEGER PRIMARY KEY, user TEXT NOT NULL, at INTEGER NOT NULL) STRICT;

  CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    address TEXT NOT NULL,
    outcome TEXT NOT NULL,
    details TEXT NOT NULL
  ) STRICT;
  CREATE TRIGGER auditStays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  CREATE TRIGGER auditIsTrue BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  `,
  `
  CREATE TABLE toldLosses (session TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

  CREATE INDEX auditDeeds ON audit (action, target);
  `,
  `
  ALTER TABLE stations ADD COLUMN splitOf TEXT;
  `,
  `
  ALTER TABLE stations ADD COLUMN configuration TEXT NOT NULL DEFAULT '{}';

  CREATE TABLE rooms (name TEXT PRIMARY KEY COLLATE NOCASE, position INTEGER NOT NULL) STRICT;
  `,
  `
  ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
  CREATE TABLE auditChain (
    anchorNumber INTEGER NOT NULL,
    anchorHash TEXT NOT NULL,
    headNumber INTEGER NOT NULL,
    headHash TEXT NOT NULL,
    chained INTEGER NOT NULL
  ) STRICT;
  INSERT INTO auditChain VALUES (0, '', 0, '', 0);
  CREATE INDEX auditPruned ON audit (number) WHERE action = 'audit.prune';

  -- What is too old may go once the chain begins after it; an entry of before may get its hash, once.
  DROP TRIGGER auditStays;
  CREATE TRIGGER auditStays BEFORE DELETE ON audit WHEN OLD.number > (SELECT anchorNumber FROM auditChain)
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  DROP TRIGGER auditIsTrue;
  CREATE TRIGGER auditIsTrue BEFORE UPDATE ON audit WHEN OLD.hash <> '' OR
    (OLD.number, OLD.at, OLD.actor, OLD.action, OLD.target, OLD.address, OLD.outcome, OLD.details) IS NOT
    (NEW.number, NEW.at, NEW.actor, NEW.action, NEW.target, NEW.address, NEW.outcome, NEW.details)
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  `,
  `
  CREATE TABLE dismissedAlerts (key TEXT PRIMARY KEY, by TEXT NOT NULL, at INTEGER NOT NULL) STRICT;

  CREATE TABLE savedViews (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE,
    query TEXT NOT NULL,
    UNIQUE (owner, name)
  ) STRICT;
  `,
  `
  CREATE TABLE lastRemap (one INTEGER PRIMARY KEY CHECK (one = 1), steps TEXT NOT NULL) STRICT;
  `,
  `
  -- Those of before hold as they did: for everything that their level may, until they are revoked.
  ALTER TABLE tokens ADD COLUMN scopes TEXT;
  ALTER TABLE tokens ADD COLUMN expiresAt INTEGER;
  `,
  `
  CREATE TABLE sessionTimes (
    session TEXT PRIMARY KEY,
    usedMs REAL NOT NULL,
    grantedMs REAL NOT NULL,
    endsAtMs REAL,
    prolonged INTEGER NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE keyedRequests (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    request TEXT NOT NULL,
    at INTEGER NOT NULL,
    error TEXT,
    answer TEXT
  ) STRICT;
  CREATE INDEX keyedRequestsOfOwner ON keyedRequests (owner);
  CREATE INDEX keyedRequestsByAge ON keyedRequests (at);

  CREATE TABLE keyedTargets (
    request TEXT NOT NULL,
    position INTEGER NOT NULL,
    session TEXT NOT NULL,
    user TEXT NOT NULL,
    attachment INTEGER NOT NULL,
    outcome TEXT,
    PRIMARY KEY (request, session)
  ) STRICT;
  `,
  `
  CREATE TABLE limitRules (
    scope TEXT NOT NULL,
    of TEXT NOT NULL,
    valuesText TEXT NOT NULL,
    PRIMARY KEY (scope, of)
  ) STRICT;

  CREATE TABLE lastStations (session TEXT PRIMARY KEY, station TEXT NOT NULL) STRICT;
  `,
  `
  -- What the request concerns is decided, though it may be nothing. Of those of before it shows only where it was something.
  ALTER TABLE keyedRequests ADD COLUMN planned INTEGER NOT NULL DEFAULT 0;
  UPDATE keyedRequests SET planned = 1 WHERE id IN (SELECT request FROM keyedTargets);
  `,
  `
  CREATE TABLE dashboardScopes (owner TEXT NOT NULL, of TEXT NOT NULL, scopeText TEXT NOT NULL, PRIMARY KEY (owner, of)) STRICT;
  `,
  `
  CREATE TABLE standingOrders (
    id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    user TEXT,
    scope TEXT,
    value TEXT,
    giver TEXT NOT NULL,
    by TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT;

  CREATE TABLE blockMessages (owner TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
  `,
  `
  CREATE TABLE raisedHands (session TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
  `,
];
