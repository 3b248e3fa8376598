"""A decoder of continuous tokens on any mixers, and the stack that holds them."""

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.attention import Attention, MixedChunkAttention, Rotary  # noqa: E402 - they need PyTorch
from lemmata.errors import ArgumentError, DtypeError  # noqa: E402
from lemmata.heads import ContinuousDecoder, DiffusionHead, FlowHead, GaussianHead, MixtureHead  # noqa: E402
from lemmata.mixer import Mixer  # noqa: E402
from lemmata.ssm import S4D  # noqa: E402
from lemmata.stack import Stack  # noqa: E402
from lemmata.testing import assert_forms_agree, assert_rejects, wrong_forms  # noqa: E402


def drawn(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def stack(width=4, **more):
    torch.manual_seed(0)
    mixers = [
        Attention(width, 2, rotary=Rotary(2)),
        S4D(width, 4),
        MixedChunkAttention(width, query_width=4, chunk=3),
    ]
    return Stack(mixers, **more)


def test_a_stack_of_different_mixers_is_one_mixer():
    made = stack(expansion=2)
    assert isinstance(made, Mixer)
    assert made.forms == ("parallel", "chunked", "recurrent")
    assert_forms_agree(made, lengths=(5,), condition=200)
    assert_forms_agree(stack(expansion=0), lengths=(4,), condition=200, dtypes=("float64",))


def test_broken_stacks_are_rejected():
    def checker(made):
        assert_forms_agree(made, lengths=(4,), condition=200, dtypes=("float64",))

    made = stack()
    checker(made)
    assert_rejects(checker, wrong_forms(made))


def test_a_stack_refuses_what_does_not_fit():
    with pytest.raises(DtypeError, match="mixers must be one or more modules"):
        Stack([torch.nn.Linear(2, 2)])
    with pytest.raises(DtypeError, match="mixers must be one or more"):
        Stack([])
    with pytest.raises(ArgumentError, match="mixers must be of one width"):
        Stack([S4D(2, 4), S4D(4, 4)])
    with pytest.raises(ArgumentError, match="expansion must be at least 0"):
        Stack([S4D(2, 4)], expansion=-1)
    with pytest.raises(DtypeError, match="state must be a StackState"):
        stack()(torch.zeros(1, 2, 4), (None,))


def decoder(head=None, classes=0, **more):
    torch.manual_seed(2)
    made = ContinuousDecoder(stack(), head or GaussianHead(4, 2), classes=classes, **more).double()
    made.head.standard.mean.fill_(0.3)
    return made


def test_a_condition_knows_the_tokens_before_its_own_and_no_other():
    made, x = decoder(), drawn(2, 5, 2)
    z = made.conditions(x)
    assert z.shape == (2, 5, 4)
    changed = x.clone()
    changed[:, 2] += 1
    other = made.conditions(changed)
    torch.testing.assert_close(other[:, :3], z[:, :3])
    assert not torch.allclose(other[:, 3:], z[:, 3:], rtol=1e-4)


@pytest.mark.parametrize("labelled", [False, True])
def test_what_is_drawn_token_by_token_has_the_conditions_of_training(labelled):
    made = decoder(classes=3).eval()
    labels = torch.tensor([0, 2]) if labelled else None
    x = made.sample(2, 6, labels, temperature=0)
    z = made.conditions(x, labels)
    torch.testing.assert_close(x, made.head.mean(z).detach(), rtol=1e-8, atol=1e-9)
    rest = made.sample(2, 4, labels, prompt=x[:, :2], temperature=0)
    torch.testing.assert_close(rest, x[:, 2:], rtol=1e-8, atol=1e-9)


def test_the_loss_is_that_of_the_head_and_the_backbone_runs_once_for_all_levels():
    head = DiffusionHead(4, 2, hidden=8, depth=1, levels=6)
    made, x = decoder(head), drawn(2, 5, 2)
    calls = []
    made.backbone.register_forward_hook(lambda *_: calls.append(1))
    loss = made.loss(x, generator=torch.Generator().manual_seed(0))
    assert len(calls) == 1
    again = head.loss(x, made.conditions(x), generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(loss, again)
    assert loss.shape == (2, 5)
    loss.sum().backward()
    assert all(p.grad is not None for p in made.backbone.parameters())


GUIDED = {
    "flow": (lambda: FlowHead(4, 2, hidden=8, depth=1), {"steps": 4}),
    "gaussian": (lambda: GaussianHead(4, 2), {"temperature": 0.8}),
    "mixture": (lambda: MixtureHead(4, 2, 3), {"temperature": 0.8}),
}


@pytest.mark.parametrize("kind", GUIDED)
def test_guidance_compares_with_the_decoder_without_label(kind):
    make, more = GUIDED[kind]
    made = decoder(make(), classes=2).eval()
    with torch.no_grad():
        for parameter in made.head.parameters():
            parameter.add_(0.1 * drawn(*parameter.shape))
    labels = torch.tensor([1, 0, 1])

    def seeded():
        return torch.Generator().manual_seed(0)

    found = made.sample(3, 1, labels, guidance=1.3, generator=seeded(), **more)
    z, other = made.conditions(found, labels)[:, 0], made.conditions(found)[:, 0]
    guided = {"guidance": 1.3, "against": other}
    expected = made.head.sample(z, generator=seeded(), **guided, **more)
    torch.testing.assert_close(found[:, 0], expected)
    unguided = made.head.sample(z, generator=seeded(), **more)
    assert not torch.allclose(found[:, 0], unguided, rtol=1e-3)
    with pytest.raises(ArgumentError, match="guidance must be 1"):
        made.sample(3, 1, guidance=3.0)


def test_labels_are_left_out_in_training_as_often_as_asked():
    made, x = decoder(classes=2, drop=0.5), drawn(1, 2, 2).expand(400, 2, 2)
    labels = torch.zeros(400, dtype=torch.int64)
    losses = made.loss(x, labels, generator=torch.Generator().manual_seed(0)).detach()
    kinds = losses[:, 0].unique()
    assert len(kinds) == 2
    without = made.eval().loss(x[:1]).detach()[0, 0]
    share = float(torch.isclose(losses[:, 0], without).double().mean())
    assert share == pytest.approx(0.5, abs=0.1)


def test_bad_input_is_named():
    with pytest.raises(ArgumentError, match="head must take conditions as wide as the backbone"):
        decoder(GaussianHead(5, 2))
    with pytest.raises(DtypeError, match="head must have the calls of Head"):
        ContinuousDecoder(stack(), torch.nn.Linear(4, 2))
    with pytest.raises(DtypeError, match="backbone must have the calls of Mixer"):
        ContinuousDecoder(torch.nn.Linear(4, 4), GaussianHead(4, 2))
    with pytest.raises(ArgumentError, match=r"labels must be in \[0, 2\)"):
        decoder(classes=2).sample(1, 1, torch.tensor([3]))
    with pytest.raises(ArgumentError, match="labels must be 2 int64 numbers"):
        decoder(classes=2).sample(2, 1, torch.tensor([0]))
    with pytest.raises(ArgumentError, match=r"drop must be in \[0, 1\)"):
        decoder(drop=1.0)
