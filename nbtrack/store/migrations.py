"""The store's tables: named migrations, run in order, each in one transaction.

A store carries the number of the last migration it has had as SQLite's `user_version`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MIGRATIONS", "Migration"]


@dataclass(frozen=True, slots=True)
class Migration:
    """One step from a store's version to the next."""

    name: str
    sql: str


# Times are seconds since the epoch. SQLite keeps NaN as NULL, so a NULL in a column of `metrics` that
# has points is a NaN. `names` interns the names of params, metrics, tags and data.
_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('clock', 0);

CREATE TABLE experiments (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created REAL NOT NULL,
    deleted REAL
);

CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,
    experiment INTEGER NOT NULL REFERENCES experiments (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    start_time REAL NOT NULL,
    end_time REAL,
    parent TEXT,
    lineage TEXT,
    notebook TEXT,
    git_commit TEXT,
    note TEXT NOT NULL DEFAULT '',
    deleted REAL,
    host TEXT,
    boot TEXT,
    pid INTEGER,
    pid_started REAL,
    heartbeat REAL,
    changed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_by_start ON runs (start_time, id);
CREATE INDEX runs_by_change ON runs (changed);
CREATE INDEX runs_by_experiment ON runs (experiment, start_time);
CREATE INDEX runs_by_lineage ON runs (lineage, start_time) WHERE lineage IS NOT NULL;
CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL;
CREATE INDEX runs_alive ON runs (id) WHERE status = 'RUNNING';

-- kind: 0 None, 1 bool, 2 int, 3 float, 4 string; num is NULL for None, strings and NaN;
-- text is the value as Python's str() writes it.
CREATE TABLE params (
    run INTEGER NOT NULL,
    key INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    num REAL,
    text TEXT NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;
-- With all that a column of the run table needs, so that it is read from the index alone.
CREATE INDEX params_by_num ON params (key, num, run, kind, text);
CREATE INDEX params_by_text ON params (key, text, run);

CREATE TABLE tags (
    run INTEGER NOT NULL,
    key INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;
CREATE INDEX tags_by_value ON tags (key, value, run);

-- min, max and sum are over the points that are not NaN; count counts all of them, nans the NaN ones.
CREATE TABLE metrics (
    run INTEGER NOT NULL,
    key INTEGER NOT NULL,
    count INTEGER NOT NULL,
    nans INTEGER NOT NULL,
    last REAL,
    last_step INTEGER NOT NULL,
    last_time REAL NOT NULL,
    first REAL,
    first_step INTEGER NOT NULL,
    first_time REAL NOT NULL,
    min REAL,
    max REAL,
    sum REAL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;
CREATE INDEX metrics_by_last ON metrics (key, last, run);
CREATE INDEX metrics_by_min ON metrics (key, min, run);
CREATE INDEX metrics_by_max ON metrics (key, max, run);

-- data: see store/chunks.py for the packing.
CREATE TABLE points (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    key INTEGER NOT NULL,
    count INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX points_by_run ON points (run, key, id);

CREATE TABLE data (
    run INTEGER NOT NULL,
    key INTEGER NOT NULL,
    kind TEXT NOT NULL,
    shape TEXT NOT NULL,
    dtypes TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    sampled INTEGER NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;
CREATE INDEX data_by_fingerprint ON data (key, fingerprint, run);

-- JSON documents of a run (source, environment, outcome, estimators ...), deflated, shared where equal.
CREATE TABLE documents (hash BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE run_documents (
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (run, kind)
) WITHOUT ROWID;
CREATE INDEX run_documents_by_hash ON run_documents (hash);
"""

# Version 0 in `model_tags` stands for the registered model itself. `origin` is NULL for a model that a run of this
# store wrote: only such a model is loaded without the user's consent.
_MODELS = """
CREATE TABLE models (
    id TEXT PRIMARY KEY,
    run TEXT NOT NULL,
    name TEXT NOT NULL,
    flavour TEXT NOT NULL,
    size INTEGER NOT NULL,
    created REAL NOT NULL,
    digest TEXT NOT NULL,
    origin TEXT
) WITHOUT ROWID;
CREATE UNIQUE INDEX models_by_run ON models (run, name);

CREATE TABLE registered_models (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created REAL NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    newest INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE model_versions (
    model INTEGER NOT NULL,
    version INTEGER NOT NULL,
    source TEXT NOT NULL,
    run TEXT,
    created REAL NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (model, version)
) WITHOUT ROWID;
CREATE INDEX model_versions_by_run ON model_versions (run) WHERE run IS NOT NULL;
CREATE TABLE model_aliases (
    model INTEGER NOT NULL,
    alias TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (model, alias)
) WITHOUT ROWID;
CREATE TABLE model_tags (
    model INTEGER NOT NULL,
    version INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, version, key)
) WITHOUT ROWID;
"""

# To count runs without reading each to see whether it is deleted.
_DELETED = """
CREATE INDEX runs_deleted ON runs (id) WHERE deleted IS NOT NULL;
"""

# From here on chunks of points end with a checksum (see store/chunks.py), which earlier versions must not read.
_CHECKSUMS = """
INSERT OR IGNORE INTO meta VALUES ('checksums', 1);
"""

MIGRATIONS = (
    Migration("first", _FIRST),
    Migration("models", _MODELS),
    Migration("deleted runs", _DELETED),
    Migration("checksums", _CHECKSUMS),
)
