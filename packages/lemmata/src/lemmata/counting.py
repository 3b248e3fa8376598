"""Arrays that count the arithmetic done with them: the proof that a method costs what it promises.

A counted array is NumPy underneath and keeps the array-API standard, so that any method that
dispatches on its argument can be counted as it stands. Refused: stopwatches, which measure the
machine, and static analysis, which cannot see which branch was taken.
"""

import math
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import Any

np: Any = import_module("array_api_compat.numpy")


# floating operations of an m x n factorisation (m >= n), from Golub & Van Loan's tables: nominal
# leading terms, good for comparing growth, not for predicting a time
FACTORISATIONS: Mapping[str, Callable[[int, int], float]] = MappingProxyType(
    {
        "svdvals": lambda m, n: 4 * m * n**2 - 4 * n**3 / 3,
        "svd": lambda m, n: 4 * m**2 * n + 8 * m * n**2 + 9 * n**3,
        "eigvalsh": lambda m, n: 4 * n**3 / 3,
        "eigh": lambda m, n: 9 * n**3,
        "qr": lambda m, n: 4 * m * n**2 - 4 * n**3 / 3,
        "cholesky": lambda m, n: n**3 / 3,
        "solve": lambda m, n: 2 * n**3 / 3,
        "inv": lambda m, n: 2 * n**3,
        "det": lambda m, n: 2 * n**3 / 3,
        "trace": lambda m, n: n,
    }
)
# these move, shape or make numbers without arithmetic on them
FREE = frozenset(
    "matrix_transpose permute_dims reshape expand_dims squeeze broadcast_to concat stack flip roll "
    "astype asarray zeros ones full eye zeros_like ones_like full_like empty_like real imag "
    "take take_along_axis tril triu arange linspace meshgrid tile unstack moveaxis diagonal".split()
)
PRODUCTS = frozenset({"matmul", "tensordot", "vecdot"})
PLAIN = frozenset({"isdtype", "finfo", "iinfo", "result_type", "can_cast"})


@dataclass(slots=True)
class Tally:
    """What has been counted so far: floating operations, and calls by the name of the function."""

    flops: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, flops: float) -> None:
        self.calls[name] += 1
        self.flops += flops


def count(function: Callable[..., object], *arrays: Any) -> Tally:
    """Run `function` on counted copies of NumPy `arrays`, and say what it did."""
    tally = Tally()
    xp = CountedNamespace(np, tally)
    function(*(CountedArray(np.asarray(array), xp) for array in arrays))
    return tally


class CountedNamespace:
    """NumPy's array-API namespace, or a part of it, whose functions note what they cost."""

    def __init__(self, module: Any, tally: Tally, root: "CountedNamespace | None" = None) -> None:
        self._module = module
        self._root = self if root is None else root
        self.tally = tally

    @property
    def linalg(self) -> "CountedNamespace":
        return CountedNamespace(self._module.linalg, self.tally, self._root)

    def __getattr__(self, name: str) -> Any:
        thing = getattr(self._module, name)
        if not callable(thing) or isinstance(thing, type) or name in PLAIN or name[0] == "_":
            return thing
        return lambda *args, **kwargs: self._root.call(name, thing, args, kwargs)

    def call(self, name: str, function: Any, args: Any, kwargs: Any) -> Any:
        """Call `function` on what the counted arrays hold, charge for it, and count the answer."""
        plain = [_uncounted(argument) for argument in args]
        answer = function(*plain, **{key: _uncounted(value) for key, value in kwargs.items()})
        self.tally.add(name, _flops(name, function, plain, answer))
        return self._counted(answer)

    def _counted(self, answer: Any) -> Any:
        if isinstance(answer, tuple) and hasattr(answer, "_fields"):
            return type(answer)(*(self._counted(part) for part in answer))
        if isinstance(answer, tuple | list):
            return type(answer)(self._counted(part) for part in answer)
        return CountedArray(np.asarray(answer), self) if hasattr(answer, "dtype") else answer


class CountedArray:
    """A NumPy array that belongs to a counting namespace."""

    __slots__ = ("array", "xp")
    __array_ufunc__ = None  # an operator with one of NumPy's arrays is ours to count

    def __init__(self, array: Any, xp: CountedNamespace) -> None:
        self.array = array
        self.xp = xp

    def __array_namespace__(self, api_version: str | None = None) -> CountedNamespace:
        return self.xp

    def __getattr__(self, name: str) -> Any:
        if name in ("shape", "ndim", "dtype", "size", "device"):
            return getattr(self.array, name)
        raise AttributeError(name)

    def __getitem__(self, key: Any) -> "CountedArray":
        return CountedArray(np.asarray(self.array[_uncounted(key)]), self.xp)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """As NumPy takes small arrays to the host; what is done with them there is not counted."""
        self.xp.tally.add("host", 0.0)
        return np.array(self.array, dtype=dtype)

    def __bool__(self) -> bool:
        return bool(self.array)

    def __int__(self) -> int:
        return int(self.array)

    def __float__(self) -> float:
        return float(self.array)


def _operator(name: str, function: Callable[..., Any], reflected: bool) -> Callable[..., Any]:
    def method(self: CountedArray, *others: Any) -> Any:
        args = (*others, self) if reflected else (self, *others)
        return self.xp.call(name, function, args, {})

    return method


for _name in "add sub mul truediv pow mod floordiv matmul and or xor lt le gt ge eq ne".split():
    _symbol = _name + "_" if _name in ("and", "or") else _name
    _function = getattr(operator, _symbol)
    setattr(CountedArray, f"__{_name}__", _operator(_name, _function, reflected=False))
    if _name not in ("lt", "le", "gt", "ge", "eq", "ne"):
        setattr(CountedArray, f"__r{_name}__", _operator(_name, _function, reflected=True))
for _name in ("neg", "abs", "invert"):
    _function = getattr(operator, _name)
    setattr(CountedArray, f"__{_name}__", _operator(_name, _function, reflected=False))


def _uncounted(value: Any) -> Any:
    if isinstance(value, CountedArray):
        return value.array
    if isinstance(value, tuple | list):
        return type(value)(_uncounted(part) for part in value)
    return value


def _flops(name: str, function: Any, args: list[Any], answer: Any) -> float:
    if name in FREE:
        return 0.0
    arrays = [argument for argument in args if hasattr(argument, "dtype")]
    complexity = 4.0 if any(np.isdtype(a.dtype, "complex floating") for a in arrays) else 1.0
    if name in PRODUCTS:
        outer = math.prod(np.asarray(answer).shape)
        return complexity * 2 * float(outer * args[0].shape[-1])
    if name in FACTORISATIONS:
        *batch, m, n = args[0].shape
        cost = FACTORISATIONS[name](max(m, n), min(m, n))
        return complexity * cost * float(math.prod(batch))
    if getattr(function, "__module__", "").endswith("linalg"):
        raise NotImplementedError(f"no count is known for linalg.{name}; add it to FACTORISATIONS")
    parts = answer if isinstance(answer, tuple | list) else [answer]
    sizes = [math.prod(a.shape) for a in (*arrays, *parts) if hasattr(a, "shape")]
    return float(max(sizes, default=0))
