-- The archive is one SQLite file: what is not committed is not there, whenever a process ends.
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
-- taken: items of the file that are in; done: the file was read to its end; day: the latest day of
-- revision seen in it (a number of days), which dates its deletions
CREATE TABLE file (
    seq INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL UNIQUE,
    taken INTEGER NOT NULL, records INTEGER NOT NULL, deleted INTEGER NOT NULL,
    day INTEGER NOT NULL, done INTEGER NOT NULL
) STRICT;
-- documents are numbered through all segments; digest: SHA-256 of the pages in their order; firsts:
-- the name of the first list of each page, a line each, compressed
CREATE TABLE segment (
    id INTEGER PRIMARY KEY, first INTEGER NOT NULL, documents INTEGER NOT NULL,
    digest TEXT NOT NULL, firsts BLOB NOT NULL
) STRICT;
CREATE TABLE page (
    segment INTEGER NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (segment, number)
) STRICT;
-- columns: one number a document
CREATE TABLE number (
    segment INTEGER NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (segment, name)
) STRICT;
-- records as they came, some in a block, compressed together
CREATE TABLE block (id INTEGER PRIMARY KEY, digest TEXT NOT NULL, data BLOB NOT NULL) STRICT;
-- the last version of each PMID; day: when it took effect; gone: the day it was deleted
CREATE TABLE current (
    pmid INTEGER PRIMARY KEY, document INTEGER NOT NULL, day INTEGER NOT NULL, gone INTEGER
) STRICT;
-- the day from which a document no longer stands
CREATE TABLE ended (document INTEGER PRIMARY KEY, day INTEGER NOT NULL) STRICT;
