"""Dates, moments, numbers and sizes as each language writes them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from postil.messages import Catalogue

_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_CHINESE_WEEKDAYS = "一二三四五六日"
_EASTERN = ZoneInfo("America/New_York")  # arXiv's own clock


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


def day_of_year(day: date, language: str) -> str:
    """3 Feb · 2月3日."""
    if language == "zh":
        return f"{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


def eastern(moment: datetime) -> datetime:
    """The moment on arXiv's own clock."""
    return moment.astimezone(_EASTERN)


def eastern_day(moment: datetime) -> date:
    """The day that it is for arXiv."""
    return eastern(moment).date()


def moment_html(moment: datetime, texts: Catalogue, *, known_day: date | None = None) -> Markup:
    """A moment on arXiv's clock, with its day unless that is `known_day`; the markup has it in UTC."""
    there = eastern(moment)
    time = f"{there:%H:%M}"
    if there.date() == known_day:
        said = texts("moment.time", time=time)
    else:
        said = texts("moment.day_time", day=day_of_year(there.date(), texts.language), time=time)
    return Markup('<time datetime="{}">{}</time>').format(
        f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", said
    )


def day_html(day: date, language: str) -> Markup:
    """A day with its year, and as machines read it."""
    return Markup('<time datetime="{}">{}</time>').format(day, short_day(day, language))


def phrase(texts: Catalogue, key: str, **values: object) -> Markup:
    """A text of the catalogue with values put in: markup as it is, anything else escaped."""
    return Markup(texts.pattern(key, **values)).format(**values)


def month_name(year: int, month: int, language: str) -> str:
    """February 2026 · 2026年2月."""
    return f"{year}年{month}月" if language == "zh" else f"{_MONTHS[month - 1]} {year}"


def month_alone(month: int, language: str) -> str:
    """February · 2月."""
    return f"{month}月" if language == "zh" else _MONTHS[month - 1]


def weekday_initials(language: str) -> Sequence[tuple[str, str]]:
    """Seven pairs of (short, full) names of weekdays, from Monday."""
    if language == "zh":
        return [(c, f"星期{c}") for c in _CHINESE_WEEKDAYS]
    return [(name[:2], name) for name in _WEEKDAYS]
