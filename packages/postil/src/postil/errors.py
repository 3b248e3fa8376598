"""The tree of errors that Postil raises on purpose.

    PostilError                what went wrong, in one line that says what to do
    ├── BadInput               the reader's words or files cannot be used (exit status 2, a 4xx page)
    │   ├── BadId              not a way of writing a paper's id
    │   ├── BadDate            not a day, month or range of days
    │   ├── BadCategory        not a category expression
    │   └── BadFile            a file that cannot be read as papers
    ├── NotHeld                a well-formed id of a paper that this library does not hold (a 404 page)
    └── DataFolderError        the data folder cannot be used
        ├── DataFolderReadOnly no permission to write there
        ├── DataFolderFull     the disk, or the quota on it, is full
        ├── DataFolderTooNew   written by a later Postil
        ├── DataFolderDamaged  the store is no database, or fails its checks
        └── DataFolderBusy     another process is writing there

Each message is one line for a person; anything else that escapes is a defect and may show a traceback.
"""


class PostilError(Exception):
    """Base of every error that a reader may meet; `str(error)` is one line."""


class BadInput(PostilError):
    """What was typed or given cannot be used; nothing was changed."""


class BadId(BadInput):
    """Not a way of writing a paper's id."""


class BadDate(BadInput):
    """Not a day, a month, a year or a range of them."""


class BadCategory(BadInput):
    """Not an expression of categories."""


class BadFile(BadInput):
    """A file that is missing, unreadable, or not made of records."""


class NotHeld(PostilError):
    """The id is well formed, but this library holds no such paper."""


class DataFolderError(PostilError):
    """The data folder cannot be used as asked; what it holds is unharmed."""


class DataFolderReadOnly(DataFolderError):
    """The data folder or a file in it cannot be written."""


class DataFolderFull(DataFolderError):
    """No room is left where the data folder is; the last batch was rolled back."""


class DataFolderTooNew(DataFolderError):
    """The data folder was written by a later version of Postil."""


class DataFolderDamaged(DataFolderError):
    """The store in the data folder cannot be read as a database."""


class DataFolderBusy(DataFolderError):
    """Another process is writing to the data folder."""
