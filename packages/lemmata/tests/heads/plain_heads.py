"""Heads, a number at a time, straight from their equations: densities, losses, steps, masks, orders."""

import math
from itertools import pairwise


def gaussian_loss(x, mean, covariance):
    """-log N(x; mean, covariance) by elimination without pivots, for lists."""
    d = len(x)
    A = [list(row) for row in covariance]
    r = [a - b for a, b in zip(x, mean, strict=True)]
    b, log_det = list(r), 0.0
    for k in range(d):
        log_det += math.log(A[k][k])
        for i in range(k + 1, d):
            f = A[i][k] / A[k][k]
            A[i] = [p - f * q for p, q in zip(A[i], A[k], strict=True)]
            b[i] -= f * b[k]
    y = [0.0] * d
    for k in reversed(range(d)):
        y[k] = (b[k] - sum(A[k][j] * y[j] for j in range(k + 1, d))) / A[k][k]
    away = sum(p * q for p, q in zip(r, y, strict=True))
    return (away + log_det + d * math.log(2 * math.pi)) / 2


def mixture_loss(x, weights, means, deviations):
    """-log of the sum of weighted products of one-dimensional normal densities."""
    density = 0.0
    for w, mean, deviation in zip(weights, means, deviations, strict=True):
        one = w
        for v, m, s in zip(x, mean, deviation, strict=True):
            one *= math.exp(-((v - m) ** 2) / (2 * s * s)) / (s * math.sqrt(2 * math.pi))
        density += one
    return -math.log(density)


def guided_density(x, given, other, guidance):
    """p^g / q^(g - 1) of two mixtures (weights, means, deviations), up to its own mass."""
    return math.exp(-guidance * mixture_loss(x, *given) + (guidance - 1) * mixture_loss(x, *other))


def diffusion_loss(x, noise, level, estimate):
    """|noise - estimate(noisy token)|^2, where `estimate` gives the noise."""
    a, s = math.cos(math.pi * level / 2), math.sin(math.pi * level / 2)
    noisy = [a * v + s * e for v, e in zip(x, noise, strict=True)]
    return sum((e - g) ** 2 for e, g in zip(noise, estimate(noisy), strict=True))


def flow_loss(x, noise, time, field):
    """|field((1 - t) noise + t x) - (x - noise)|^2."""
    between = [(1 - time) * e + time * v for v, e in zip(x, noise, strict=True)]
    wanted = [v - e for v, e in zip(x, noise, strict=True)]
    return sum((u - w) ** 2 for u, w in zip(field(between), wanted, strict=True))


def sampled_moments(mean, deviation, steps, temperature=1.0):
    """Mean and deviation of `ancestral` with the exact estimate for N(mean, deviation^2) of tokens.

    Every step is x -> A x + b + noise, so that the two follow exactly.
    """
    levels = [((steps - k) / steps) ** 2 for k in range(steps + 1)]

    def parts(level):
        a = 0.0 if level == 1 else math.cos(math.pi * level / 2)
        s = math.sin(math.pi * level / 2)
        gain = a * deviation**2 / ((a * deviation) ** 2 + s * s) if s else 1.0
        return a, s, gain, mean * (1 - gain * a)  # E[token | at] = gain at + rest

    m, v = 0.0, 1.0
    for t, u in pairwise(levels):
        (a, s, g, r), (a2, s2, g2, r2) = parts(t), parts(u)
        fading = a / a2
        fresh = s * s - (fading * s2) ** 2
        keep, take = fading * s2**2 / s**2, a2 * fresh / s**2
        put = temperature * math.sqrt(max(fresh, 0)) * s2 / s
        if u > 0:  # x' = keep x + noise + take (est(x) + est(keep x + noise + take est(x))) / 2
            A = keep + take * (g + g2 * (keep + take * g)) / 2
            b = take * (r + r2 + g2 * take * r) / 2
            noise = put * (1 + take * g2 / 2)
        else:
            A, b, noise = keep + take * g, take * r, 0.0
        m, v = A * m + b, A * A * v + noise * noise
    return m, math.sqrt(v)


def copies_mask(tokens, copies, prefix):
    """Who sees whom, as lists of booleans: rows named ("clean", t) or ("copy", number, t)."""
    rows = [("clean", t) for t in range(prefix + tokens)]
    rows += [("copy", c, prefix + t) for c in range(copies) for t in range(tokens)]

    def sees(one, other):
        if other[0] == "clean":
            return other[-1] < one[-1] or one == other
        return one == other

    return [[sees(one, other) for other in rows] for one in rows]


def order(kind, rows, columns):
    """Raster numbers of the patches, by walking over the grid."""
    grid = [[i * columns + j for j in range(columns)] for i in range(rows)]
    if kind == "raster":
        return [number for row in grid for number in row]
    if kind == "snake":
        return [number for i, row in enumerate(grid) for number in (row[::-1] if i % 2 else row)]
    if kind == "spiral":
        return _walk(rows, columns)
    if kind == "zigzag":
        found = []
        for total in range(rows + columns - 1):
            cells = [(i, total - i) for i in range(rows) if 0 <= total - i < columns]
            found += [grid[i][j] for i, j in (cells if total % 2 else cells[::-1])]
        return found
    assert kind == "z-order"
    return list(_quarters(0, 0, 1 << max(rows, columns).bit_length(), rows, columns))


def _walk(rows, columns):
    """Straight on, and right where the edge or a visited patch is."""
    seen, (i, j), (di, dj) = [], (0, 0), (0, 1)
    while len(seen) < rows * columns:
        seen.append((i, j))
        a, b = i + di, j + dj
        if not (0 <= a < rows and 0 <= b < columns) or (a, b) in seen:
            di, dj = dj, -di
        i, j = i + di, j + dj
    return [i * columns + j for i, j in seen]


def _quarters(i, j, side, rows, columns):
    if i >= rows or j >= columns:
        return
    if side == 1:
        yield i * columns + j
        return
    half = side // 2
    for a, b in ((i, j), (i, j + half), (i + half, j), (i + half, j + half)):
        yield from _quarters(a, b, half, rows, columns)
