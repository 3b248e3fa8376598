"""Everything lemmata raises on purpose.

    LemmataError
    ├── ShapeError      (ValueError)   an array of the wrong shape
    ├── DtypeError      (TypeError)    not an array, or one of a dtype that cannot be used
    ├── NonFiniteError  (ValueError)   NaN or infinity where numbers were expected
    ├── ArgumentError   (ValueError)   any other argument out of its range
    │   └── IntegerError (TypeError)   not a whole number where one was expected
    └── UnknownMethod   (LookupError)  a name that is not in the catalogue

Each is also the built-in error that NumPy would raise, so that code that catches
those keeps working. A message names the argument, what came and what was expected.
"""


class LemmataError(Exception):
    """The root of the tree: what lemmata raises on purpose."""


class ShapeError(LemmataError, ValueError):
    """An array of the wrong shape."""


class DtypeError(LemmataError, TypeError):
    """Not an array, or an array of a dtype that cannot be used."""


class NonFiniteError(LemmataError, ValueError):
    """NaN or infinity where numbers were expected."""


class ArgumentError(LemmataError, ValueError):
    """An argument out of its range, or at odds with another."""


class IntegerError(ArgumentError, TypeError):
    """Not a whole number where one was expected; NumPy and Python raise TypeError for it."""


class UnknownMethod(LemmataError, LookupError):
    """A name that is not in the catalogue."""
