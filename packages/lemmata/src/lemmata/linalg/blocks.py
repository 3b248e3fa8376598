"""Work in blocks: what is made of a large array and summed at once need not be there at once."""

from collections.abc import Iterator

from lemmata.arrays import Array, Namespace, squares

IN_CACHE = 2**19  # entries of a block that is made, squared and summed


def spans(count: int, size: int) -> Iterator[tuple[int, int]]:
    """(start, stop) of the blocks of `size` that make up `count`."""
    for start in range(0, count, size):
        yield start, min(start + size, count)


def squared_lengths(xp: Namespace, A: Array) -> Array:
    """The squared length of each column of `A` (m, n), (n,)."""
    total = xp.sum(squares(xp, A[:0, :]), axis=0)
    for a, b in spans(A.shape[0], max(1, IN_CACHE // max(1, A.shape[1]))):
        total = total + xp.sum(squares(xp, A[a:b, :]), axis=0)
    return total


def squared_rests(xp: Namespace, A: Array, Q: Array, R: Array, columns: Array) -> Array:
    """The squared length of these columns of `A` - `Q` `R`, (c,)."""
    R = xp.take(R, columns, axis=1)
    total = xp.sum(squares(xp, R[:0, :]), axis=0)
    for a, b in spans(A.shape[0], max(1, IN_CACHE // R.shape[1])):
        E = xp.take(A[a:b, :], columns, axis=1) - Q[a:b, :] @ R
        total = total + xp.sum(squares(xp, E), axis=0)
    return total
