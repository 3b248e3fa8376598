"""Gated attention as its equations say, one row in double precision, a token and a pair at a time."""

import math

import numpy as np
from plain_attention import rotation


def silu(a):
    return a / (1 + np.exp(-a))


def parts(x, W):
    """u, v and the heads of every token; W is what `weights` of a layer's parameters answers."""
    u, v, z = silu(x @ W["u"]), silu(x @ W["v"]), silu(x @ W["z"])
    heads = []
    for gamma, beta in zip(W["gamma"], W["beta"], strict=True):
        rows = [gamma * row + beta for row in z]
        heads.append(np.array([turned(row, t, W["turns"]) for t, row in enumerate(rows)]))
    return u, v, heads


def turned(row, position, width):
    if not width:
        return row
    return np.concatenate((rotation(position, width, 10_000.0) @ row[:width], row[width:]))


def gated_attention_unit(x, W, normalisation, length):
    """o_t = (u_t * sum over j <= t of A_tj v_j) W_o."""
    u, v, (q, k) = parts(x, W)
    s = q.shape[1]
    out = np.zeros_like(u)
    for t in range(len(x)):
        count = t + 1
        scores = [float(q[t] @ k[j]) for j in range(count)]
        if normalisation.startswith("relu2"):
            n = count if normalisation == "relu2_count" else length
            weights = [max(score, 0.0) ** 2 / (n * s) for score in scores]
        else:
            factor = 1.0 if normalisation == "softmax" else math.log(count) / math.log(length)
            powers = [math.exp(factor * score / math.sqrt(s)) for score in scores]
            weights = [power / math.fsum(powers) for power in powers]
        for j, weight in enumerate(weights):
            out[t] += weight * v[j]
    return (u * out) @ W["out"]


def mixed_chunk_attention(x, W, chunk):
    """Inside a chunk relu^2 / (chunk s), before it the mean of q' k'^T v."""
    u, v, (q, far_q, k, far_k) = parts(x, W)
    out = np.zeros_like(u)
    for t in range(len(x)):
        begin = t // chunk * chunk
        for j in range(begin, t + 1):
            out[t] += max(float(q[t] @ k[j]), 0.0) ** 2 / (chunk * q.shape[1]) * v[j]
        for j in range(begin):
            out[t] += float(far_q[t] @ far_k[j]) / begin * v[j]
    return (u * out) @ W["out"]


def weights(layer):
    """The parameters of a layer as NumPy arrays in double precision, by the letters of the paper."""
    gates = layer.gates
    numbers = {name: p.detach().double().numpy() for name, p in gates.named_parameters()}
    u, v, z = np.split(numbers["project.weight"].T, np.cumsum(gates.sizes)[:2], axis=1)
    return {
        "u": u,
        "v": v,
        "z": z,
        "gamma": numbers["gamma"],
        "beta": numbers["beta"],
        "out": numbers["out.weight"].T,
        "turns": 0 if gates.rotary is None else gates.rotary.width,
    }
