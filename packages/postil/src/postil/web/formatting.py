"""Dates, numbers and sizes as each language writes them."""

from collections.abc import Sequence
from datetime import date

_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_CHINESE_WEEKDAYS = "一二三四五六日"


def number(value: int) -> str:
    """1075 as 1,075, in both languages."""
    return f"{value:,}"


def milliseconds(value: float) -> str:
    """A time to the precision that means something: 0.4, 7, 132."""
    return f"{value:.1f}" if value < 2 else f"{value:.0f}"


def size(octets: int) -> str:
    """A size of files in decimal units: 340 kB, 1.2 GB."""
    value = float(octets)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 999.5 or unit == "GB":
            return (
                f"{value:.0f} {unit}" if value >= 10 or unit == "bytes" else f"{value:.1f} {unit}"
            )
        value /= 1000
    raise AssertionError


def long_day(day: date, language: str) -> str:
    """Tuesday, 3 February 2026 · 2026年2月3日 星期二."""
    if language == "zh":
        return f"{short_day(day, language)} 星期{_CHINESE_WEEKDAYS[day.weekday()]}"
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(day: date, language: str) -> str:
    """3 Feb 2026 · 2026年2月3日."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def month_name(year: int, month: int, language: str) -> str:
    """February 2026 · 2026年2月."""
    return f"{year}年{month}月" if language == "zh" else f"{_MONTHS[month - 1]} {year}"


def weekday_initials(language: str) -> Sequence[tuple[str, str]]:
    """Seven pairs of (short, full) names of weekdays, from Monday."""
    if language == "zh":
        return [(c, f"星期{c}") for c in _CHINESE_WEEKDAYS]
    return [(name[:2], name) for name in _WEEKDAYS]
