-- One review, one file. Version 1.
-- What is true: event and artifact. Everything below the line follows from them and can be rebuilt.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE event (
  seq     INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  actor   TEXT NOT NULL,
  kind    TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL,
  prev    TEXT NOT NULL,
  digest  TEXT NOT NULL
) STRICT;

CREATE TRIGGER event_is_final BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;

CREATE TRIGGER event_stays BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;

CREATE TABLE artifact (
  digest TEXT PRIMARY KEY,
  name   TEXT NOT NULL,
  size   INTEGER NOT NULL
) STRICT;

CREATE TABLE artifact_chunk (
  digest TEXT NOT NULL REFERENCES artifact (digest),
  n      INTEGER NOT NULL,
  data   BLOB NOT NULL,
  PRIMARY KEY (digest, n)
) STRICT;

-- ---------------------------------------------------------------------------------------------

CREATE TABLE record (
  id      TEXT PRIMARY KEY,
  source  TEXT NOT NULL,
  cluster TEXT NOT NULL,
  event   INTEGER NOT NULL,
  body    BLOB NOT NULL
) STRICT;
CREATE INDEX record_cluster ON record (cluster);

CREATE TABLE cluster (
  id             TEXT PRIMARY KEY,
  representative TEXT NOT NULL,
  body           BLOB NOT NULL
) STRICT;

CREATE TABLE apart (
  a TEXT NOT NULL,
  b TEXT NOT NULL,
  PRIMARY KEY (a, b)
) STRICT;

CREATE TABLE decision (
  cluster TEXT NOT NULL,
  stage   TEXT NOT NULL,
  actor   TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason  TEXT NOT NULL,
  event   INTEGER NOT NULL,
  body    BLOB NOT NULL,
  PRIMARY KEY (cluster, stage, actor)
) STRICT;

CREATE TABLE resolution (
  cluster TEXT NOT NULL,
  stage   TEXT NOT NULL,
  event   INTEGER NOT NULL,
  body    BLOB NOT NULL,
  PRIMARY KEY (cluster, stage)
) STRICT;

CREATE TABLE assignment (
  cluster TEXT NOT NULL,
  actor   TEXT NOT NULL,
  event   INTEGER NOT NULL,
  body    BLOB NOT NULL,
  PRIMARY KEY (cluster, actor)
) STRICT;

CREATE TABLE reading (
  study TEXT NOT NULL,
  actor TEXT NOT NULL,
  event INTEGER NOT NULL,
  body  BLOB NOT NULL,
  PRIMARY KEY (study, actor)
) STRICT;

CREATE TABLE verification (
  study TEXT NOT NULL,
  event INTEGER NOT NULL,
  body  BLOB NOT NULL,
  PRIMARY KEY (study, event)
) STRICT;

CREATE TABLE tally (
  kind  TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;
