"""One door for arrays of any library: which namespace they belong to, and whether they can be used.

Dispatch is array-api-compat's (NumPy, PyTorch, JAX, CuPy, array-api-strict and whatever else keeps
the standard). Refused: lists and sparse matrices, since a silent conversion would choose a library,
a device and a dtype for the caller; and NaN, which a decomposition turns into nonsense or a hang.
"""

import sys
from functools import reduce
from typing import Any, TypeAlias

import array_api_compat

from lemmata.errors import DtypeError, NonFiniteError, ShapeError

Array: TypeAlias = Any  # an array of any library; the standard defines no common base class
Namespace: TypeAlias = Any  # the module of array functions that belongs to an array


def namespace(name: str, array: Array) -> Namespace:
    """The array-API namespace of `array`; DtypeError if it is not an array. `name` is for messages."""
    if not array_api_compat.is_array_api_obj(array):
        raise DtypeError(
            f"{name} must be an array (NumPy, PyTorch, JAX, CuPy, array-api-strict), "
            f"got {type(array).__name__}; numpy.asarray({name}) may make one"
        )
    return array_api_compat.array_namespace(array)


def matrices(name: str, array: Array) -> tuple[Namespace, Array]:
    """The namespace of `array` and `array` itself as a floating stack of shape (..., m, n).

    Integers become the library's default float and half precision becomes float32, as no linear
    algebra library decomposes either. Raises DtypeError or ShapeError; see `largest` for NaN.
    """
    xp = namespace(name, array)
    if array.ndim < 2:
        raise ShapeError(f"{name} must have shape (..., m, n), got {tuple(array.shape)}")
    return xp, floating(xp, name, array)


def floating(xp: Namespace, name: str, array: Array) -> Array:
    """`array` in a floating dtype of 32 or 64 bits a component; DtypeError if there is none."""
    if xp.isdtype(array.dtype, ("bool", "integral")):
        return xp.astype(array, xp.__array_namespace_info__().default_dtypes()["real floating"])
    if not xp.isdtype(array.dtype, ("real floating", "complex floating")):
        raise DtypeError(f"{name} must hold numbers, got dtype {array.dtype}")
    bits = xp.finfo(array.dtype).bits
    if bits < 32:
        return xp.astype(array, xp.float32)
    if bits > 64:
        raise DtypeError(f"{name} must have at most 64 bits a component, got dtype {array.dtype}")
    return array


def largest(xp: Namespace, name: str, array: Array, axis: int | tuple[int, ...]) -> Array:
    """The largest component of `array` along `axis`, in magnitude, the axes kept at length 1.

    NonFiniteError if there is NaN or infinity: both pass through a maximum, so that one look at
    the few answers vouches for all the entries. Inside a compiled function (`jax.jit`) there are
    no values to look at, and nothing is checked. No axis may have length 0.
    """
    parts = (xp.real(array), xp.imag(array)) if is_complex(xp, array) else (array,)
    ends = [xp.max(part, axis=axis, keepdims=True) for part in parts]
    ends += [-xp.min(part, axis=axis, keepdims=True) for part in parts]
    peak = constant(reduce(xp.maximum, ends))
    if not (is_traced(array) or bool(xp.all(xp.isfinite(peak)))):
        raise NonFiniteError(_what_is_not_finite(xp, name, array))
    return peak


def is_complex(xp: Namespace, array: Array) -> bool:
    """Whether `array` holds complex numbers."""
    return bool(xp.isdtype(array.dtype, "complex floating"))


def adjoint(xp: Namespace, A: Array) -> Array:
    """A*, the conjugate transpose of each matrix of a stack."""
    return conjugate(xp, xp.matrix_transpose(A))


def conjugate(xp: Namespace, array: Array) -> Array:
    """The complex conjugate; real arrays, for which the standard has none, come back as they are."""
    return xp.conj(array) if is_complex(xp, array) else array


def real_part(xp: Namespace, array: Array) -> Array:
    """The real part; real arrays come back as they are."""
    return xp.real(array) if is_complex(xp, array) else array


def squares(xp: Namespace, array: Array) -> Array:
    """|a|^2 of every entry, real."""
    if is_complex(xp, array):
        return xp.real(array) ** 2 + xp.imag(array) ** 2
    return array**2


def spread(xp: Namespace, mask: Array, values: Array, elsewhere: Array) -> Array:
    """`values`, in order, where `mask` (n,) is true; `elsewhere` (n,) where it is not."""
    places = xp.cumulative_sum(xp.astype(mask, xp.int64)) - 1
    places = xp.where(mask, places, xp.zeros_like(places))
    return xp.where(mask, xp.take(values, places, axis=0), elsewhere)


def epsilon_of(xp: Namespace, array: Array) -> float:
    """The spacing of floating numbers at 1 in the (component) dtype of `array`."""
    return float(xp.finfo(array.dtype).eps)


def constant(array: Array) -> Array:
    """`array` as a constant to automatic differentiation (PyTorch, JAX); itself elsewhere."""
    if array_api_compat.is_torch_array(array):
        return array.detach()
    if array_api_compat.is_jax_array(array):
        return sys.modules["jax"].lax.stop_gradient(array)
    return array


def is_tracked(array: Array) -> bool:
    """Whether PyTorch records what is done with `array`, to differentiate it."""
    return bool(array_api_compat.is_torch_array(array) and array.requires_grad)


def is_traced(array: Array) -> bool:
    """Whether `array` stands for values that are not there yet, inside a function of JAX's."""
    if not array_api_compat.is_jax_array(array):
        return False
    return isinstance(array, sys.modules["jax"].core.Tracer)


def _what_is_not_finite(xp: Namespace, name: str, array: Array) -> str:
    where = xp.nonzero(xp.logical_not(xp.isfinite(array)))
    first = ", ".join(str(int(axis[0])) for axis in where)
    return (
        f"{name} of shape {tuple(array.shape)} must be finite, got {where[0].shape[0]} "
        f"NaN or infinite entries, the first at [{first}]"
    )
