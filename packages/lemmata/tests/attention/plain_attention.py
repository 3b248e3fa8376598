"""Attention as its equations say, in double precision, with loops and without cleverness."""

import math

import numpy as np


def attention(q, k, v, allowed, scale=None):
    """For one head: q (n, d), k (m, d), v (m, e), allowed (n, m) of truth values."""
    n, m = len(q), len(k)
    scale = 1 / math.sqrt(q.shape[1]) if scale is None else scale
    out = np.zeros((n, v.shape[1]))
    for i in range(n):
        seen = [j for j in range(m) if allowed[i, j]]
        if not seen:
            continue
        scores = [scale * sum(q[i, c] * k[j, c] for c in range(q.shape[1])) for j in seen]
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        for j, weight in zip(seen, weights, strict=True):
            out[i] += weight / math.fsum(weights) * v[j]
    return out


def causal(n, m):
    """Which of m keys the last n tokens see."""
    return np.array([[j <= m - n + i for j in range(m)] for i in range(n)])


def rotation(position, width, base):
    """R_n (width, width): the pair (2i, 2i + 1) turned by n base^(-2i / width)."""
    R = np.zeros((width, width))
    for i in range(width // 2):
        angle = position * base ** (-2 * i / width)
        R[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [
            [math.cos(angle), -math.sin(angle)],
            [math.sin(angle), math.cos(angle)],
        ]
    return R


def yarn(width, base, factor, trained, fast=32, slow=1):
    """Frequencies of the width / 2 pairs, stretched as the weights that there are want them."""
    low = math.floor(width * math.log(trained / (fast * 2 * math.pi)) / (2 * math.log(base)))
    high = math.ceil(width * math.log(trained / (slow * 2 * math.pi)) / (2 * math.log(base)))
    low, high = max(low, 0), min(high, width - 1)
    found = []
    for i in range(width // 2):
        one = base ** (-2 * i / width)
        if i <= low:
            found.append(one)
        elif i >= high:
            found.append(one / factor)
        else:
            slower = (i - low) / (high - low)
            found.append((1 - slower) * one + slower * one / factor)
    return found


def grouped(x, weights, heads, kv_heads, base):
    """Grouped-query attention of x (n, width): q, k, v, o weights (out, in); rotated if `base`."""
    q, k, v = (x @ weights[name].T for name in "qkv")
    d = q.shape[1] // heads
    shares = heads // kv_heads
    out = []
    for head in range(heads):
        group = head // shares
        qh = q[:, head * d : (head + 1) * d]
        kh = k[:, group * d : (group + 1) * d]
        vh = v[:, group * d : (group + 1) * d]
        if base:
            qh = np.stack([rotation(n, d, base) @ row for n, row in enumerate(qh)])
            kh = np.stack([rotation(n, d, base) @ row for n, row in enumerate(kh)])
        out.append(attention(qh, kh, vh, causal(len(x), len(x))))
    return np.concatenate(out, 1) @ weights["o"].T


def root_mean_square_norm(x, gain, eps):
    """x / sqrt(mean(x^2) + eps) * gain, row by row."""
    return np.stack([row / math.sqrt(np.mean(row**2) + eps) * gain for row in x])


def latent(x, w, shape, base, eps):
    """Multi-head latent attention of x (n, width), DeepSeek-V2 equations (9) to (19).

    `w`: DQ, QNorm, UQ, QR (or Q for queries without compression, UQ and QR applied to x), DKV,
    KVNorm, KR, UK, UV, O; `shape` = (heads, d_nope, d_rope, d_value). W[U..] (heads * d, rank).
    """
    heads, d_n, d_r, d_v = shape
    c_q = root_mean_square_norm(x @ w["DQ"].T, w["QNorm"], eps) if "DQ" in w else x
    c = root_mean_square_norm(x @ w["DKV"].T, w["KVNorm"], eps)
    q_c, q_r = c_q @ w["UQ"].T, c_q @ w["QR"].T
    k_c, v = c @ w["UK"].T, c @ w["UV"].T
    turns = [rotation(n, d_r, base) for n in range(len(x))]
    k_r = np.stack([R @ row for R, row in zip(turns, x @ w["KR"].T, strict=True)])
    out = []
    for i in range(heads):
        rotated = [R @ row[i * d_r : (i + 1) * d_r] for R, row in zip(turns, q_r, strict=True)]
        q = np.concatenate([q_c[:, i * d_n : (i + 1) * d_n], np.stack(rotated)], 1)
        k = np.concatenate([k_c[:, i * d_n : (i + 1) * d_n], k_r], 1)
        values = v[:, i * d_v : (i + 1) * d_v]
        out.append(attention(q, k, values, causal(len(x), len(x)), 1 / math.sqrt(d_n + d_r)))
    return np.concatenate(out, 1) @ w["O"].T
