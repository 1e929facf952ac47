"""The tables of the SQLite store."""

SCHEMA_VERSION = 7
"""Increased with every change of the tables."""
SCHEMA = (
    """
    CREATE TABLE contents (
        digest BLOB PRIMARY KEY,
        content BLOB NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE namespaces (
        name TEXT PRIMARY KEY,
        life TEXT NOT NULL,
        version INTEGER NOT NULL,
        record BLOB NOT NULL,
        scenario BLOB REFERENCES contents,
        last_use INTEGER NOT NULL DEFAULT 0,
        tasks INTEGER NOT NULL DEFAULT 0,
        payload_bytes INTEGER NOT NULL DEFAULT 0,
        cleared INTEGER NOT NULL DEFAULT 0,
        log_bytes INTEGER NOT NULL DEFAULT 0,
        log_id INTEGER NOT NULL,
        record_size INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE counters (
        namespace TEXT NOT NULL REFERENCES namespaces ON DELETE CASCADE,
        name TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (namespace, name)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE tasks (
        number INTEGER PRIMARY KEY,
        namespace TEXT NOT NULL REFERENCES namespaces ON DELETE CASCADE,
        task_id TEXT NOT NULL,
        expires INTEGER NOT NULL,
        task BLOB NOT NULL,
        payload BLOB NOT NULL REFERENCES contents,
        size INTEGER NOT NULL,
        UNIQUE (namespace, task_id)
    )
    """,
    "CREATE INDEX expiry ON tasks (namespace, expires)",
    "CREATE INDEX payloads ON tasks (payload)",
    "CREATE INDEX scenarios ON namespaces (scenario)",
    """
    CREATE TABLE log (
        position INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        entry BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE shared (
        file INTEGER NOT NULL,
        end_0 INTEGER NOT NULL,
        end_1 INTEGER NOT NULL,
        boot TEXT NOT NULL,
        clock_offset INTEGER NOT NULL
    )
    """,
    "INSERT INTO shared VALUES (0, 0, 0, '', 0)",
    """
    CREATE TRIGGER task_added AFTER INSERT ON tasks BEGIN
        UPDATE namespaces SET tasks = tasks + 1, payload_bytes = payload_bytes + new.size WHERE name = new.namespace;
    END
    """,
    """
    CREATE TRIGGER task_deleted AFTER DELETE ON tasks BEGIN
        UPDATE namespaces SET tasks = tasks - 1, payload_bytes = payload_bytes - old.size WHERE name = old.namespace;
        DELETE FROM contents WHERE digest = old.payload
            AND NOT EXISTS (SELECT 1 FROM tasks WHERE payload = digest)
            AND NOT EXISTS (SELECT 1 FROM namespaces WHERE scenario = digest);
    END
    """,
    """
    CREATE TRIGGER namespace_deleted AFTER DELETE ON namespaces BEGIN
        DELETE FROM log WHERE position > old.log_id << 32 AND position < (old.log_id + 1) << 32;
        DELETE FROM contents WHERE digest = old.scenario
            AND NOT EXISTS (SELECT 1 FROM tasks WHERE payload = digest)
            AND NOT EXISTS (SELECT 1 FROM namespaces WHERE scenario = digest);
    END
    """,
    """
    CREATE TRIGGER scenario_replaced AFTER UPDATE OF scenario ON namespaces WHEN old.scenario IS NOT NULL BEGIN
        DELETE FROM contents WHERE digest = old.scenario
            AND NOT EXISTS (SELECT 1 FROM tasks WHERE payload = digest)
            AND NOT EXISTS (SELECT 1 FROM namespaces WHERE scenario = digest);
    END
    """,
)
