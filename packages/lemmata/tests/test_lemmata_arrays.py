"""The door for arrays: what comes in, in which dtype, and what differentiation sees."""

import numpy as np
import pytest

from lemmata import arrays
from lemmata.errors import DtypeError, NonFiniteError, ShapeError


def test_an_array_finds_its_own_namespace(library):
    array = library.make(np.ones((2, 2)))
    xp = arrays.namespace("A", array)
    assert type(xp.zeros_like(array)) is type(array)
    assert library.name.split("_")[0] in xp.__name__


@pytest.mark.parametrize("thing", [[1.0], (1.0,), 3.0, None, "text", {}])
def test_what_is_not_an_array_is_refused_by_its_name(thing):
    with pytest.raises(DtypeError, match=f"sigma must be an array .* got {type(thing).__name__};"):
        arrays.namespace("sigma", thing)


def test_matrices_come_back_as_they_are(library):
    array = library.make(np.ones((3, 2, 2), np.float32))
    _, back = arrays.matrices("A", array)
    assert back is array


def test_integers_become_the_default_float(library):
    _, back = arrays.matrices("A", library.make(np.ones((2, 2), np.int64)))
    assert library.back(back).dtype.kind == "f"


def test_errors_name_the_argument(library):
    with pytest.raises(ShapeError, match=r"weights must have shape \(\.\.\., m, n\), got \(4,\)"):
        arrays.matrices("weights", library.make(np.ones(4)))
    holes = library.make(np.array([[1.0, np.nan]]))
    with pytest.raises(NonFiniteError, match=r"weights of shape \(1, 2\) .* first at \[0, 1\]"):
        arrays.largest(arrays.namespace("weights", holes), "weights", holes, -1)


def test_the_largest_component_is_one_of_either_sign_and_part(library):
    array = library.make(np.array([[1.0, -3.0], [2.0, 0.0]]))
    peak = arrays.largest(arrays.namespace("A", array), "A", array, -1)
    np.testing.assert_array_equal(library.back(peak), [[3.0], [2.0]])
    array = library.make(np.array([[1.0 - 5.0j, -3.0 + 0.0j]]))
    peak = arrays.largest(arrays.namespace("A", array), "A", array, (-2, -1))
    np.testing.assert_array_equal(library.back(peak), [[5.0]])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, complex(0, np.nan), complex(1, -np.inf)])
def test_one_bad_part_is_enough(library, bad):
    array = library.make(np.array([1.0, bad, 2.0]))
    with pytest.raises(NonFiniteError):
        arrays.largest(arrays.namespace("A", array), "A", array, -1)


def test_the_built_in_errors_still_catch_them():
    with pytest.raises(ValueError, match="must have shape"):
        arrays.matrices("A", np.ones(3))
    with pytest.raises(TypeError, match="must be an array"):
        arrays.matrices("A", [[1.0]])


def test_a_constant_has_the_value_but_no_gradient():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    x = torch.tensor([2.0], requires_grad=True)
    (arrays.constant(x) * x).backward()
    assert x.grad.item() == 2.0
    assert arrays.constant(np.ones(1)) == 1.0


def test_a_compiled_function_is_not_asked_for_values():
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    from lemmata.linalg import effective_rank

    A = jax.numpy.eye(4)
    assert float(jax.jit(effective_rank)(A)) == pytest.approx(4, rel=1e-5)
