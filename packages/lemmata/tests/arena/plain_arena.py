"""Tasks of the arena, judged by other means: by a parser, by a fill of the picture, by loops."""

import math

WORDS = ["", *map(str, range(10)), "[MIN", "[MAX", "[MED", "[SM", "]"]


def list_value(words):
    """What a list comes to, by descent over its words; (value, words that are left)."""
    word, *rest = words
    if not word.startswith("["):
        return int(word), rest
    values = []
    while rest[0] != "]":
        value, rest = list_value(rest)
        values.append(value)
    values.sort()
    n = len(values)
    middle = values[n // 2] if n % 2 else math.floor((values[n // 2 - 1] + values[n // 2]) / 2)
    found = {
        "[MIN": values[0],
        "[MAX": values[-1],
        "[MED": middle,
        "[SM": sum(values) % 10,
    }[word]
    return found, rest[1:]


def deepest(words):
    """How many lists a word of the list lies in, at most; a digit is one deep in its list."""
    depth = most = 0
    for word in words:
        depth += word.startswith("[")
        most = max(most, depth)
        depth -= word == "]"
    return most


def joined(picture, size, reach):
    """Whether the two marks (2) are joined by steps of at most `reach` over what is drawn."""
    ink = {divmod(n, size) for n, value in enumerate(picture) if value}
    first, last = (divmod(n, size) for n, value in enumerate(picture) if value == 2)
    seen, new = {first}, [first]
    while new:
        i, j = new.pop()
        near = {(a, b) for a, b in ink if max(abs(a - i), abs(b - j)) <= reach}
        new += near - seen
        seen |= near
    return last in seen


def interval(values, quantile):
    """Mean, and half the width of an interval of Student's t."""
    n = len(values)
    mean = sum(values) / n
    variance = sum((v - mean) ** 2 for v in values) / (n - 1)
    return mean, quantile * math.sqrt(variance / n)


def masked(tokens, length, draw, ratio, hidden):
    """Tokens and targets of one row, where `draw` is below `ratio` and the token real."""
    chosen = [draw[i] < ratio and i < length for i in range(len(tokens))]
    return (
        [hidden if c else t for t, c in zip(tokens, chosen, strict=True)],
        [t if c else -100 for t, c in zip(tokens, chosen, strict=True)],
    )
