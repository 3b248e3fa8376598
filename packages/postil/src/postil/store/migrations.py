"""The shape of the SQLite store, as an append-only list of steps; what is released is never edited.

`papers` holds the narrow half that day lists and calendars scan, `texts` the wide
half that a page of 25 reads. Days are integers yyyymmdd. Numbers come from AUTOINCREMENT, so that an index
can never meet a number that meant another paper. Alembic was refused: there is one dialect here, and a step
is plain SQL. A table of categories a paper was refused too: a month as bitsets answers sooner (see month.py).
"""

import sqlite3

# "Post" in ASCII: tells our file from another program's database.
APPLICATION_ID = 0x506F7374

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        """CREATE TABLE papers (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            categories TEXT NOT NULL,
            submitted INTEGER,
            modified INTEGER,
            year INTEGER)""",
        """CREATE TABLE texts (
            number INTEGER PRIMARY KEY REFERENCES papers ON DELETE CASCADE,
            title TEXT NOT NULL,
            authors TEXT NOT NULL,
            abstract TEXT NOT NULL,
            summary TEXT NOT NULL,
            venue TEXT NOT NULL,
            doi TEXT NOT NULL,
            comment TEXT NOT NULL,
            journal_ref TEXT NOT NULL,
            report_no TEXT NOT NULL,
            license TEXT NOT NULL,
            submitter TEXT NOT NULL,
            topic TEXT NOT NULL)""",
        """CREATE TABLE versions (
            number INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            version INTEGER NOT NULL,
            submitted INTEGER,
            PRIMARY KEY (number, version)) WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE announcements (
            number INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            day INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            PRIMARY KEY (number, day, kind)) WITHOUT ROWID""",
        "CREATE INDEX announcements_by_day ON announcements (day, kind, number)",
        "CREATE TABLE days (day INTEGER PRIMARY KEY, papers INTEGER NOT NULL)",
    ),
    (
        """CREATE TABLE changes (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            number INTEGER NOT NULL UNIQUE)""",
        "CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ),
    (
        "ALTER TABLE versions ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0",
        # Two papers may claim the same home, and a home may be held as a paper of its own: who is found
        # by it is decided when it is looked up, and what a record says is kept either way.
        """CREATE TABLE homes (
            id TEXT NOT NULL,
            number INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            PRIMARY KEY (id, number)) WITHOUT ROWID""",
        "CREATE INDEX homes_by_number ON homes (number)",
        """CREATE TABLE editions (
            number INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
            replaced INTEGER NOT NULL,
            version INTEGER,
            modified INTEGER NOT NULL,
            title TEXT NOT NULL,
            authors TEXT NOT NULL,
            abstract TEXT NOT NULL,
            comment TEXT NOT NULL,
            categories TEXT NOT NULL,
            PRIMARY KEY (number, replaced))""",
        # Moments are microseconds since 1970, UTC. What follows `listed`, and `ledger_days`, is counted.
        """CREATE TABLE ledger_lists (
            list INTEGER PRIMARY KEY,
            day INTEGER NOT NULL,
            name TEXT NOT NULL,
            first_seen INTEGER NOT NULL,
            announced INTEGER,
            claimed INTEGER,
            listed INTEGER NOT NULL DEFAULT 0,
            held INTEGER NOT NULL DEFAULT 0,
            completed INTEGER,
            missing TEXT NOT NULL DEFAULT '[]',
            late TEXT NOT NULL DEFAULT '[]',
            sources TEXT NOT NULL DEFAULT '{}',
            UNIQUE (day, name))""",
        """CREATE TABLE ledger_entries (
            list INTEGER NOT NULL REFERENCES ledger_lists,
            id TEXT NOT NULL,
            kind INTEGER NOT NULL,
            named INTEGER NOT NULL,
            held INTEGER,
            PRIMARY KEY (list, id)) WITHOUT ROWID""",
        "CREATE INDEX ledger_entries_by_paper ON ledger_entries (id)",
        "CREATE INDEX ledger_unheld ON ledger_entries (id, named) WHERE held IS NULL",
        "CREATE TABLE ledger_days (day INTEGER PRIMARY KEY, shared TEXT NOT NULL)",
        """CREATE TABLE ledger_namings (
            list INTEGER NOT NULL,
            id TEXT NOT NULL,
            source TEXT NOT NULL,
            PRIMARY KEY (list, id, source),
            FOREIGN KEY (list, id) REFERENCES ledger_entries) WITHOUT ROWID""",
        """CREATE TABLE ledger_absences (
            id TEXT PRIMARY KEY,
            month INTEGER NOT NULL,
            reason TEXT NOT NULL,
            asked INTEGER NOT NULL,
            times INTEGER NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX ledger_absences_by_month ON ledger_absences (month)",
    ),
)


def version_of(connection: sqlite3.Connection) -> int:
    """How many of the steps this database has taken."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_foreign(connection: sqlite3.Connection) -> bool:
    """Whether this is another program's database, which must not be touched."""
    if connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
        return False
    return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Take the steps that are missing, each in a transaction of its own with the version it reaches."""
    connection.execute("PRAGMA journal_mode = WAL")
    for version in range(version_of(connection), len(MIGRATIONS)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
