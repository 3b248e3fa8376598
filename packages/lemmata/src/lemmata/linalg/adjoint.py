"""Conjugates of arrays that may be real: the standard defines them for complex dtypes only."""

from lemmata.arrays import Array, Namespace, is_complex


def adjoint(xp: Namespace, A: Array) -> Array:
    """A*, the conjugate transpose of each matrix of a stack."""
    return conjugate(xp, xp.matrix_transpose(A))


def conjugate(xp: Namespace, array: Array) -> Array:
    """The complex conjugate; real arrays come back as they are."""
    return xp.conj(array) if is_complex(xp, array) else array


def real_part(xp: Namespace, array: Array) -> Array:
    """The real part; real arrays come back as they are."""
    return xp.real(array) if is_complex(xp, array) else array
