"""The axis of a chart, linear or logarithmic: its ends, its ticks, and their names."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

MOST_TICKS = 8
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True)
class Axis:
    """What is measured along one side; `ends` come from the values unless they are given."""

    label: str
    logarithmic: bool = False
    ends: tuple[float, float] | None = None
    named: Callable[[float], str] | None = None

    def fitted(self, values: Iterable[float], outward: bool = False) -> "Axis":
        """The axis with ends: the values' own, or the round values next to them where `outward`."""
        if self.ends:
            return self
        seen = [float(value) for value in values]
        low, high = min(seen), max(seen)
        for _ in range(2 * outward):  # the second time for a grid that became coarser
            marks = grid(low, high, self.logarithmic)
            low = max(mark for mark in marks if mark <= low or math.isclose(mark, low))
            high = min(mark for mark in marks if mark >= high or math.isclose(mark, high))
        return replace(self, ends=(low, high))

    def along(self, value: float) -> float:
        """How far along the axis a value lies: 0 and 1 are the ends."""
        assert self.ends
        low, high = self.ends
        if self.logarithmic:
            value, low, high = (math.log(max(each, 1e-300)) for each in (value, low, high))
        return (value - low) / (high - low)

    def ticks(self) -> list[tuple[float, str]]:
        """Values and their names, few enough to be read."""
        assert self.ends
        marks = grid(min(self.ends), max(self.ends), self.logarithmic)
        marks = [mark for mark in marks if -1e-9 <= self.along(mark) <= 1 + 1e-9]
        if self.logarithmic and len(marks) > MOST_TICKS + 2:
            stride = next(n for n in (2, 3, 4, 5, 10, 20) if len(marks) / n <= MOST_TICKS)
            marks = [mark for mark in marks if round(math.log10(mark)) % stride == 0]
        named = map(self.named, marks) if self.named else names(marks, self.logarithmic)
        return list(zip(marks, named, strict=True))


def grid(low: float, high: float, logarithmic: bool) -> list[float]:
    """Round values from below `low` to above `high`."""
    if logarithmic:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        heads = (1, 2, 5) if high / low < 1001 else (1,)
        return [head * 10.0**power for power in range(first, last + 1) for head in heads]
    wide = (high - low) / (MOST_TICKS - 2)
    power = 10.0 ** math.floor(math.log10(wide))
    step = power * next(head for head in (1, 2, 5, 10) if head * power >= wide * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def names(marks: list[float], logarithmic: bool) -> list[str]:
    """Numbers as on paper; powers of ten where a logarithmic axis goes far from 1."""
    if logarithmic and (min(marks) < 1e-3 or max(marks) > 1e4):
        powers = (round(math.log10(mark)) for mark in marks)
        return ["10" + str(power).translate(SUPERSCRIPTS) for power in powers]
    return [f"{mark:,.6g}".replace("-", "−") for mark in marks]
