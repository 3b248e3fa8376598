"""Arguments that are not arrays: whole numbers, and choices from a list.

Whole are the numbers that say so themselves (`__index__`): Python's, NumPy's, those of a tensor.
Refused: 2.0, which is more often a slip than a 2, and True.
"""

from operator import index
from typing import Any, TypeGuard

from lemmata.errors import ArgumentError, IntegerError


def integer(name: str, value: Any) -> int:
    """`value` as an int; IntegerError if it is no whole number. `name` is for messages."""
    if not is_integer(value):
        raise IntegerError(f"{name} must be an integer, got {value!r}")
    return index(value)


def is_integer(value: Any) -> TypeGuard[int]:
    """Whether `value` is a whole number, by its type."""
    try:
        index(value)
    except TypeError:
        return False
    return not isinstance(value, bool)


def natural(name: str, value: Any) -> int:
    """`value` as an int; ArgumentError unless it is a whole number of at least 0."""
    number = integer(name, value)
    if number < 0:
        raise ArgumentError(f"{name} must be a non-negative integer, got {value}")
    return number


def count(name: str, value: Any, most: int, what: str) -> int:
    """`value` as an int; ArgumentError unless it is a whole number in [0, most], which is `what`."""
    number = integer(name, value)
    if not 0 <= number <= most:
        raise ArgumentError(f"{name} must be in [0, {most}], {what}, got {value}")
    return number


def check_choice(name: str, value: Any, choices: tuple[str, ...]) -> None:
    """ArgumentError unless `value` is one of `choices`."""
    if value not in choices:
        raise ArgumentError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
