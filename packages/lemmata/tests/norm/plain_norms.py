"""Norms and the curves in their place, a number at a time, straight from their equations."""

import math


def dyt(x, weight, bias, scale, alpha):
    """gain * scale * tanh(alpha x) + bias, of one row."""
    return [w * scale * math.tanh(alpha * v) + b for v, w, b in zip(x, weight, bias, strict=True)]


def dyisru(x, weight, bias, scale, C):
    """gain * scale * x / sqrt(x^2 + C) + bias, of one row."""
    return [
        w * scale * v / math.sqrt(v * v + C) + b for v, w, b in zip(x, weight, bias, strict=True)
    ]


def derf(x, weight, bias, scale, alpha, shift):
    """gain * scale * erf(alpha x + shift) + bias, of one row."""
    return [
        w * scale * math.erf(alpha * v + shift) + b for v, w, b in zip(x, weight, bias, strict=True)
    ]


def rms_norm(x):
    """sqrt(d) x / |x|, of one row."""
    length = math.sqrt(sum(v * v for v in x))
    return [math.sqrt(len(x)) * v / length for v in x]


def line(f, y, has_bias):
    """Slope, intercept and sum of squares of the least-squares line of one channel."""
    n = len(f)
    mean_f, mean_y = (sum(f) / n, sum(y) / n) if has_bias else (0.0, 0.0)
    slope = sum((a - mean_f) * (b - mean_y) for a, b in zip(f, y, strict=True))
    slope /= sum((a - mean_f) ** 2 for a in f)
    rest = mean_y - slope * mean_f
    return slope, rest, sum((b - slope * a - rest) ** 2 for a, b in zip(f, y, strict=True))


def left(curve, x, y, has_bias):
    """What the best lines of all channels leave of y (rows of numbers), given a curve of one number."""
    channels = zip(zip(*x, strict=True), zip(*y, strict=True), strict=True)
    return sum(line([curve(v) for v in xs], ys, has_bias)[2] for xs, ys in channels)


def folded(weight, bias, gain, moved):
    """W diag(gain) and W moved + bias, for lists of rows."""
    product = [[w * g for w, g in zip(row, gain, strict=True)] for row in weight]
    offset = [
        sum(w * m for w, m in zip(row, moved, strict=True)) + b
        for row, b in zip(weight, bias, strict=True)
    ]
    return product, offset
