"""Training: stopped anywhere it goes on the same, several processes do what one does, models read right."""

import subprocess
import sys
from dataclasses import replace

import plain_arena as plain
import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

from lemmata.arena import (  # noqa: E402 - they need PyTorch
    IGNORED,
    Examples,
    Plan,
    SequenceModel,
    accuracy,
    copying,
    digits,
    listops,
    selfpretrain,
    train,
)
from lemmata.arena.model import backwards  # noqa: E402
from lemmata.arena.pretraining import following, masked, pretraining  # noqa: E402
from lemmata.arena.training import ANSWERS, cross_entropy  # noqa: E402
from lemmata.attention import Attention, Rotary  # noqa: E402
from lemmata.errors import ArgumentError, DtypeError  # noqa: E402
from lemmata.ssm import S4D  # noqa: E402
from lemmata.testing import assert_cost_exponent, assert_rejects  # noqa: E402

PLAN = Plan(steps=6, batch=5, rate=1e-2, warmup=2, every=2)


def attention():
    return Attention(8, 2, rotary=Rotary(4))


def model(task, make=attention, **more):
    torch.manual_seed(0)
    return SequenceModel(
        task.vocabulary, task.classes, make, per_token=task.per_token, **more
    ).double()


@pytest.fixture(scope="module")
def lists():
    return listops("tiny", train=40, test=20)


def weights(made):
    return torch.cat([p.detach().flatten() for p in made.parameters()])


def test_the_rate_rises_in_a_line_and_falls_in_a_cosine_to_nothing():
    plan = Plan(steps=110, warmup=10, rate=1.0)
    assert plan.rate_at(0) == pytest.approx(0.1)
    assert plan.rate_at(9) == plan.rate_at(10) == pytest.approx(1.0)
    assert plan.rate_at(60) == pytest.approx(0.5)
    assert plan.rate_at(110) == pytest.approx(0.0)


class Stopped(Exception):
    pass


@pytest.mark.parametrize("after", [2, 4])
def test_training_that_was_stopped_goes_on_as_if_it_had_not_been(lists, tmp_path, after):
    whole = model(lists)
    history = train(whole, lists.train, PLAN)
    path = tmp_path / "run.pt"

    def stop(progress):
        if progress.step == after:
            raise Stopped

    with pytest.raises(Stopped):
        train(model(lists), lists.train, PLAN, checkpoint=path, tell=stop)
    again = model(lists)
    with torch.no_grad():
        again.answer.weight.add_(1)  # what the checkpoint holds is what counts
    rest = train(again, lists.train, PLAN, checkpoint=path)
    assert torch.equal(weights(again), weights(whole))
    assert rest == history[after // 2 :]
    assert train(again, lists.train, PLAN, checkpoint=path) == []
    assert not list(tmp_path.glob("*.new"))


def test_a_checkpoint_of_another_plan_is_refused(lists, tmp_path):
    path = tmp_path / "run.pt"
    train(model(lists), lists.train, replace(PLAN, steps=2), checkpoint=path)
    with pytest.raises(ArgumentError, match="was written under another plan"):
        train(model(lists), lists.train, PLAN, checkpoint=path)


def test_a_seed_says_everything_and_another_seed_something_else(lists):
    first, again, other = (model(lists) for _ in range(3))
    train(first, lists.train, PLAN)
    torch.rand(7)  # the state of the global generator is nobody's business
    train(again, lists.train, PLAN)
    train(other, lists.train, replace(PLAN, seed=1))
    assert torch.equal(weights(first), weights(again))
    assert not torch.allclose(weights(first), weights(other))


def test_what_is_told_is_the_mean_loss_of_the_answers(lists):
    made = model(lists)
    rows = lists.train
    total, number = cross_entropy(ANSWERS.logits(made, rows), rows)
    expected = torch.nn.functional.cross_entropy(made(rows.tokens, rows.lengths), rows.targets)
    assert float(total.detach()) / number == pytest.approx(float(expected.detach()))
    told = []
    history = train(made, rows, replace(PLAN, steps=3, every=2), tell=told.append)
    assert told == history
    assert [(p.step, p.steps) for p in told] == [(2, 3), (3, 3)]


SHARED = """
import os
import sys
import torch
import torch.distributed as dist
from lemmata.arena import Plan, SequenceModel, accuracy, copying, listops, selfpretrain, train
from lemmata.attention import Attention, Rotary

torch.set_num_threads(1)
if sys.argv[1] == "shared":
    dist.init_process_group("gloo")
found = []
for task in (listops("tiny", train=30, test=11), copying(3, 4, train=30, test=11)):
    torch.manual_seed(0)
    make = lambda: Attention(8, 2, rotary=Rotary(4))
    model = SequenceModel(
        task.vocabulary, task.classes, make, per_token=task.per_token, both=True
    ).double()
    plan = Plan(steps=4, batch=5, rate=1e-2, warmup=1, every=2)
    history = selfpretrain(model, task, plan, objective="masked", ratio=0.3)
    history += train(model, task.train, plan)
    parts = [p.detach().flatten() for p in model.parameters()]
    numbers = [p.loss for p in history] + [accuracy(model, task.test, 4)]
    found.append(torch.cat([*parts, torch.tensor(numbers, dtype=torch.float64)]))
if sys.argv[1] == "alone" or dist.get_rank() == 0:
    torch.save(found, sys.argv[2])
if dist.is_initialized():
    dist.destroy_process_group()
# A thread of gloo that still lets go of a tensor aborts an interpreter that is closing down.
os._exit(0)
"""


def test_two_processes_do_what_one_does(tmp_path):
    script = tmp_path / "shared.py"
    script.write_text(SHARED)
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    for kind, before in (("alone", []), ("shared", launch)):
        command = [sys.executable, *before, str(script), kind, str(tmp_path / f"{kind}.pt")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
    alone, shared = (torch.load(tmp_path / f"{kind}.pt") for kind in ("alone", "shared"))
    for one, two in zip(alone, shared, strict=True):
        torch.testing.assert_close(two, one, rtol=1e-9, atol=1e-11)


def test_a_sequence_is_turned_round_and_its_padding_left():
    places = backwards(torch.tensor([3, 5, 1]), 5)
    assert places.tolist() == [[2, 1, 0, 3, 4], [4, 3, 2, 1, 0], [0, 1, 2, 3, 4]]
    assert torch.equal(places.gather(1, places), torch.arange(5).expand(3, -1))


@pytest.mark.parametrize("make", [attention, lambda: S4D(8, 4)])
@pytest.mark.parametrize("both", [False, True])
def test_padding_changes_no_answer(lists, make, both):
    made = model(lists, make, both=both).eval()
    rows = lists.test
    together = made(rows.tokens, rows.lengths)
    for n in range(4):
        alone = rows.tokens[n : n + 1, : int(rows.lengths[n])]
        torch.testing.assert_close(together[n], made(alone, rows.lengths[n : n + 1])[0])


def test_one_way_knows_the_past_and_both_ways_everything():
    task = copying(3, 2, train=4, test=2)
    tokens, lengths = task.train.tokens, task.train.lengths
    changed = tokens.clone()
    changed[:, 4] = 5
    for both in (False, True):
        made = model(task, both=both).eval()
        difference = (made(tokens, lengths) - made(changed, lengths)).abs().amax((0, 2))
        assert bool((difference[4:] > 0).all())
        assert bool((difference[:4] > 1e-12).all()) == both
        assert bool((difference[:4] < 1e-15).all()) != both


def test_the_next_token_is_asked_for_and_masks_hide_what_they_ask():
    tokens = torch.tensor([[3, 1, 4, 1], [5, 9, 0, 0]])
    rows = Examples(tokens, torch.tensor([4, 2]), torch.tensor([0, 1]))
    asked = following(rows)
    assert asked.targets.tolist() == [[1, 4, 1, IGNORED], [9, IGNORED, IGNORED, IGNORED]]
    assert torch.equal(asked.tokens, tokens)
    found = masked(rows, 0.5, 10, torch.Generator().manual_seed(0))
    draw = torch.rand(tokens.shape, generator=torch.Generator().manual_seed(0)).tolist()
    for n, length in enumerate((4, 2)):
        hidden, wanted = plain.masked(tokens[n].tolist(), length, draw[n], 0.5, 10)
        assert found.tokens[n].tolist() == hidden
        assert found.targets[n].tolist() == wanted


def test_wrong_masks_are_rejected():
    tokens = torch.randint(9, (60, 12), generator=torch.Generator().manual_seed(0))
    rows = Examples(tokens, torch.full((60,), 9), torch.zeros(60, dtype=torch.int64))

    def checker(found):
        asked = found.targets != IGNORED
        assert not bool(asked[:, 9:].any()), "padding is asked for"
        assert torch.equal(found.targets[asked], tokens[asked])
        assert bool((found.tokens[asked] == 9).all()), "what is asked for can be seen"
        assert torch.equal(found.tokens[~asked], tokens[~asked])
        assert 0.2 < float(asked[:, :9].double().mean()) < 0.4

    right = masked(rows, 0.3, 9, torch.Generator().manual_seed(1))
    checker(right)
    asked = right.targets != IGNORED
    wrong = {
        "nothing hidden": Examples(tokens, rows.lengths, right.targets),
        "asked of all": Examples(right.tokens, rows.lengths, tokens),
        "padding too": masked(
            Examples(tokens, torch.full((60,), 12), rows.targets), 0.3, 9, torch.Generator()
        ),
        "another token": Examples(
            right.tokens, rows.lengths, torch.where(asked, right.targets + 1, IGNORED)
        ),
        "too many": masked(rows, 0.6, 9, torch.Generator()),
    }
    assert_rejects(checker, wrong)


def test_selfpretraining_never_sees_an_answer(lists):
    shuffled = replace(
        lists, train=Examples(lists.train.tokens, lists.train.lengths, lists.train.targets.flip(0))
    )
    made = [model(lists), model(lists)]
    for one, task in zip(made, (lists, shuffled), strict=True):
        selfpretrain(one, task, PLAN)
    assert torch.equal(weights(made[0]), weights(made[1]))
    fresh = model(lists)
    assert not torch.equal(made[0].answer.weight, fresh.answer.weight)
    assert not torch.equal(made[0].embedding.weight, fresh.embedding.weight)


@pytest.mark.parametrize(("objective", "both"), [("causal", False), ("masked", True)])
def test_gradients_reach_every_weight_but_the_answers(lists, objective, both):
    made = model(lists, both=both)
    asked = pretraining(made, objective, 0.3)
    rows = asked.prepared(lists.train, torch.Generator().manual_seed(0))
    cross_entropy(asked.logits(made, rows), rows)[0].backward()
    for name, parameter in made.named_parameters():
        assert (parameter.grad is None) == name.startswith("answer"), name


def test_reading_both_ways_costs_what_one_way_costs_and_layers_cost_alike():
    from torch.utils.flop_counter import FlopCounterMode

    task = copying(3, 10, train=4, test=2)

    def flops(layers, both=True):
        made = model(task, layers=layers, both=both)
        with FlopCounterMode(display=False) as counter:
            made(task.train.tokens, task.train.lengths)
        return counter.get_total_flops()

    assert flops(4) == flops(4, both=False)
    assert flops(8) - flops(6) == flops(4) - flops(2) > 0
    assert_cost_exponent(flops, (16, 32, 64), 1.0)


def test_a_model_learns_a_task_of_memory():
    task = copying(3, 3, symbols=3, train=600, test=100)
    torch.manual_seed(0)
    made = SequenceModel(
        task.vocabulary, task.classes, lambda: Attention(16, 2, rotary=Rotary(8)), per_token=True
    )
    train(made, task.train, Plan(steps=250, rate=1e-2, warmup=20))
    assert accuracy(made, task.test) > 0.9 > task.chance() + 0.4


def test_accuracy_is_the_share_of_right_answers():
    task = digits("drawn", train=20, test=30)

    class Always(torch.nn.Module):
        def forward(self, tokens, lengths):
            return torch.nn.functional.one_hot(torch.full((len(tokens),), 3), 10).double()

    share = float((task.test.targets == 3).double().mean())
    assert accuracy(Always(), task.test, batch=7) == pytest.approx(share)


def test_bad_input_is_named(lists):
    made = model(lists)
    with pytest.raises(ArgumentError, match="'masked' is for a model that reads both ways"):
        selfpretrain(made, lists, PLAN, objective="masked")
    with pytest.raises(ArgumentError, match="'causal' is for a model that reads one way"):
        selfpretrain(model(lists, both=True), lists, PLAN)
    with pytest.raises(ArgumentError, match="objective must be one of"):
        selfpretrain(made, lists, PLAN, objective="span")
    with pytest.raises(ArgumentError, match=r"ratio must be in \(0, 1\)"):
        selfpretrain(made, lists, PLAN, ratio=1.0)
    with pytest.raises(ArgumentError, match="layers must be at least 2 to read both ways"):
        model(lists, layers=1, both=True)
    with pytest.raises(DtypeError, match="make must give a Mixer"):
        model(lists, lambda: torch.nn.Linear(2, 2))
    with pytest.raises(ArgumentError, match="steps must be at least 1"):
        Plan(steps=0)
    with pytest.raises(ArgumentError, match="rate must be positive"):
        Plan(rate=0.0)
