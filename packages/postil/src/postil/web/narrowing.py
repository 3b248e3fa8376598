"""Changing a category expression by one step: the links beside a list, and the three states of the picker."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from postil.categories import CategoryExpression, groups


@dataclass(frozen=True, slots=True)
class NarrowingRow:
    """A category of a list, how many of its papers are in it, and where each change leads."""

    code: str
    count: int
    state: str  # "in", "out" or ""
    only: str
    include: str
    exclude: str


def state_of(expression: CategoryExpression, code: str) -> str:
    """Whether an expression includes (`in`) or leaves out (`out`) a category, or neither."""
    if code in expression.included:
        return "in"
    return "out" if code in expression.excluded else ""


def with_state(expression: CategoryExpression, code: str, state: str) -> CategoryExpression:
    """The expression with one category set to `in`, `out` or neither."""
    included = tuple(c for c in expression.included if c != code)
    excluded = tuple(c for c in expression.excluded if c != code)
    if state == "in":
        included += (code,)
    elif state == "out":
        excluded += (code,)
    return CategoryExpression(included, excluded)


def narrowing_rows(
    expression: CategoryExpression,
    counts: Mapping[str, int],
    address: Callable[[CategoryExpression], str],
    limit: int,
) -> list[NarrowingRow]:
    """The named categories, then the fullest ones, at most `limit` beyond the named."""
    named = [*expression.included, *expression.excluded]
    fullest = sorted((c for c in counts if c not in named), key=lambda c: (-counts[c], c))
    return [_row(expression, code, counts, address) for code in [*named, *fullest[:limit]]]


def _row(
    expression: CategoryExpression,
    code: str,
    counts: Mapping[str, int],
    address: Callable[[CategoryExpression], str],
) -> NarrowingRow:
    state = state_of(expression, code)
    return NarrowingRow(
        code=code,
        count=counts.get(code, 0),
        state=state,
        only=address(CategoryExpression((code,))),
        include=address(with_state(expression, code, "" if state == "in" else "in")),
        exclude=address(with_state(expression, code, "" if state == "out" else "out")),
    )


@dataclass(frozen=True, slots=True)
class PickerRow:
    """One category of the picker and its state."""

    code: str
    state: str


@dataclass(frozen=True, slots=True)
class PickerGroup:
    """A group of the picker; open where something in it is chosen."""

    key: str
    name: str
    rows: Sequence[PickerRow]
    open: bool


def picker_groups(expression: CategoryExpression) -> list[PickerGroup]:
    """Every category under its group, with its state in `expression`."""
    found = []
    for index, group in enumerate(groups()):
        rows = [PickerRow(c.code, state_of(expression, c.code)) for c in group.categories]
        chosen = index == 0 or any(row.state for row in rows)
        found.append(PickerGroup(group.key, group.name, rows, chosen))
    return found


def chosen_expression(choices: Iterable[tuple[str, str]]) -> CategoryExpression:
    """The expression that a sent picker says; names that are no category are left out."""
    codes = {c.code for group in groups() for c in group.categories}
    expression = CategoryExpression()
    for code, state in choices:
        if code in codes and state in {"in", "out"}:
            expression = with_state(expression, code, state)
    return expression
