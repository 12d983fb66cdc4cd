"""The association-reinforcing loss of Park et al.: by hand, by plain loops, and its gradients."""

import numpy as np
import pytest
import torch

from memsim.networks import Recurrent
from memsim.objectives import association_reinforcing, balance, reproduction

KINDS = ["cross-entropy", "softmax-cross-entropy", "l2"]


def masks(n_lists, n_story, n_answers, n_padding=0):
    """Lists that are a story, then answers."""
    row = [0] * n_story + [1] * n_answers + [2] * n_padding
    phase = torch.tensor([row] * n_lists)
    return phase == 0, phase == 1


def example(rng, n_lists=3, n_steps=9, n_channels=4):
    """Random lists, whose phases differ from list to list."""
    outputs = torch.from_numpy(rng.normal(size=(n_lists, n_steps, n_channels)))
    inputs = torch.from_numpy(rng.dirichlet(np.ones(n_channels), size=(n_lists, n_steps)))
    task_loss = torch.from_numpy(rng.exponential(size=(n_lists, n_steps)))
    phase = torch.from_numpy(rng.integers(3, size=(n_lists, n_steps)))
    return outputs, inputs, phase == 0, phase == 1, task_loss


def which_are_sampled(story, p, seed):
    """The loss itself tells: an output that is 1 off counts 1 where it is sampled."""
    ones = torch.ones(*story.shape, 1, requires_grad=True)
    nothing = torch.zeros_like(ones)
    loss = association_reinforcing(
        ones,
        nothing,
        story,
        torch.zeros_like(story),
        torch.zeros(story.shape),
        p=p,
        kind="l2",
        generator=torch.Generator().manual_seed(seed),
    )
    return torch.autograd.grad(loss.sum(), ones)[0][..., 0] == 2


def reference(outputs, inputs, story, answer, task_loss, sampled, kind):
    """Equations 5 to 9, one list, one step and one channel after the other."""
    losses = []
    for b in range(len(outputs)):
        n_story = n_answers = of_task = of_reproduction = 0.0
        for t in range(len(outputs[b])):
            n_story += story[b, t]
            if answer[b, t]:
                n_answers += 1
                of_task += task_loss[b, t]
            if not sampled[b, t]:
                continue
            y, i = outputs[b, t], inputs[b, t]
            for c in range(len(y)):
                if kind == "cross-entropy":
                    probability = 1 / (1 + np.exp(-y[c]))
                    of_reproduction -= i[c] * np.log(probability)
                    of_reproduction -= (1 - i[c]) * np.log(1 - probability)
                elif kind == "softmax-cross-entropy":
                    of_reproduction -= i[c] * np.log(np.exp(y[c]) / np.exp(y).sum())
                else:
                    of_reproduction += (y[c] - i[c]) ** 2
        gamma = n_story / n_answers if n_answers and n_story >= n_answers else 1
        losses.append(gamma * of_task + of_reproduction)
    return losses


def test_worked_by_hand():
    """Four steps of story and two answers: the task counts twice; two of four outputs are 1 off."""
    story, answer = masks(1, n_story=4, n_answers=2, n_padding=1)
    inputs = torch.tensor([[1.0, 0, 1, 0, 0, 0, 0]])[..., None]
    outputs = torch.tensor([[2.0, 1, 1, 0, 9, 9, 9]])[..., None]
    task_loss = torch.tensor([[7.0, 7, 7, 7, 0.25, 0.5, 7]])
    given = outputs, inputs, story, answer, task_loss
    assert association_reinforcing(*given, p=1.0, kind="l2").tolist() == [2 * 0.75 + 2]
    assert association_reinforcing(*given, p=0.0, kind="l2").tolist() == [2 * 0.75]
    even = association_reinforcing(torch.zeros_like(outputs), *given[1:], p=1.0)
    torch.testing.assert_close(even, torch.tensor([2 * 0.75 + 4 * np.log(2)]).float())


@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("kind", KINDS)
def test_agrees_with_plain_loops(rng, kind, p):
    outputs, inputs, story, answer, task_loss = example(rng, n_lists=20)
    actual = association_reinforcing(
        outputs,
        inputs,
        story,
        answer,
        task_loss,
        p=p,
        kind=kind,
        generator=torch.Generator().manual_seed(7),
    )
    sampled = which_are_sampled(story, p, seed=7)
    parts = (outputs, inputs, story, answer, task_loss, sampled)
    expected = reference(*(part.numpy() for part in parts), kind)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-10)


def test_steps_of_the_story_are_sampled_with_probability_p():
    story, _ = masks(400, n_story=50, n_answers=10)
    for p in (0.0, 0.1, 0.5, 1.0):
        sampled = which_are_sampled(story, p, seed=1)
        assert not (sampled & ~story).any()
        share = sampled[story].double().mean().item()
        assert abs(share - p) <= 4 * np.sqrt(p * (1 - p) / 20_000)
    first, second = which_are_sampled(story, 0.5, seed=1), which_are_sampled(story, 0.5, seed=2)
    assert torch.equal(first, which_are_sampled(story, 0.5, seed=1))
    assert not torch.equal(first, second)
    assert not torch.equal(first[0], first[1])  # each list by itself


def test_sampling_comes_from_torch_where_no_generator_is_given(rng):
    given = example(rng)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        from_torch = association_reinforcing(*given, p=0.5)
    own = torch.Generator().manual_seed(5)
    before = torch.get_rng_state()
    assert torch.equal(association_reinforcing(*given, p=0.5, generator=own), from_torch)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_flow_through_sampled_steps_alone(rng, kind):
    outputs, inputs, story, answer, task_loss = example(rng)
    outputs.requires_grad_(), task_loss.requires_grad_()
    generator = torch.Generator().manual_seed(3)
    loss = association_reinforcing(
        outputs, inputs, story, answer, task_loss, p=0.5, kind=kind, generator=generator
    )
    to_outputs, to_task = torch.autograd.grad(loss.sum(), [outputs, task_loss])
    sampled = which_are_sampled(story, 0.5, seed=3)
    assert 0 < sampled.sum() < story.sum()
    assert torch.equal((to_outputs != 0).any(dim=-1), sampled)
    gamma = balance(story, answer, torch.float64)[:, None]
    assert torch.equal(to_task, torch.where(answer, gamma, 0.0))


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_of_reproduction(rng, kind):
    outputs, inputs, *_ = example(rng)
    assert torch.autograd.gradcheck(
        lambda y: reproduction(y, inputs, kind), outputs.requires_grad_()
    )


def test_what_does_not_count_may_be_anything(rng):
    """Steps of neither phase, such as padding, leave losses and gradients alone."""
    outputs, inputs, story, answer, task_loss = example(rng)
    changed = torch.where((story | answer)[..., None], outputs, 1e6).requires_grad_()
    other_task = torch.where(answer, task_loss, torch.nan)
    before = association_reinforcing(outputs, inputs, story, answer, task_loss, p=1.0)
    after = association_reinforcing(changed, inputs, story, answer, other_task, p=1.0)
    assert torch.equal(before, after)
    (gradient,) = torch.autograd.grad(after.sum(), changed)
    assert gradient.isfinite().all()


@pytest.mark.parametrize(
    ("n_story", "n_answers", "gamma"),
    [(6, 2, 3), (5, 2, 2.5), (2, 2, 1), (1, 3, 1), (0, 2, 1), (4, 0, 1), (0, 0, 1)],
)
def test_balance(n_story, n_answers, gamma):
    story, answer = masks(2, n_story, n_answers, n_padding=1)
    assert balance(story, answer).tolist() == [gamma] * 2
    assert balance(story, answer, torch.float64).dtype == torch.float64


def test_lists_are_balanced_one_by_one(rng):
    outputs, inputs, story, answer, task_loss = example(rng)
    given = [part.double() for part in (outputs, inputs)] + [story, answer, task_loss]
    together = association_reinforcing(*given, p=1.0)
    assert together.shape == (3,)
    for item in range(3):
        alone = association_reinforcing(*(part[item : item + 1] for part in given), p=1.0)
        torch.testing.assert_close(alone[0], together[item], rtol=0, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_large_outputs_have_a_finite_loss(kind):
    outputs = torch.tensor([[[1e4, -1e4]]]).requires_grad_()
    inputs = torch.tensor([[[0.0, 1.0]]])
    loss = reproduction(outputs, inputs, kind)
    assert loss.isfinite().all()
    assert torch.autograd.grad(loss.sum(), outputs)[0].isfinite().all()


def test_a_network_learns_to_reproduce():
    """Any network, the channels that answer also being those that reproduce."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = Recurrent(4, 4, hidden_size=16)
    rng = torch.Generator().manual_seed(1)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.02)
    story, answer = masks(32, n_story=4, n_answers=1)
    losses = []
    for _ in range(60):
        inputs = torch.randint(2, (32, 5, 4), generator=rng).float() * story[..., None]
        outputs, _ = net(inputs)
        task_loss = reproduction(outputs, inputs[:, :1].expand_as(outputs))  # the first item
        loss = association_reinforcing(
            outputs, inputs, story, answer, task_loss, p=0.5, generator=rng
        ).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert np.mean(losses[-10:]) < 0.7 * np.mean(losses[:10])


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_probabilities_out_of_range(rng, p):
    with pytest.raises(ValueError, match=rf"^p must be a probability from 0 to 1, got {p}$"):
        association_reinforcing(*example(rng), p=p)


def test_unknown_kinds(rng):
    with pytest.raises(ValueError, match="^kind must be one of cross-entropy, .*; got 'l1'$"):
        association_reinforcing(*example(rng), p=0.5, kind="l1")


def test_more_outputs_than_inputs(rng):
    outputs, *others = example(rng)
    message = r"one shape \(b, t, x\), got \(3, 9, 5\) and \(3, 9, 4\); give only the outputs"
    with pytest.raises(ValueError, match=message):
        association_reinforcing(torch.cat([outputs, outputs[..., :1]], dim=-1), *others, p=0.5)


@pytest.mark.parametrize(("place", "name"), [(2, "story"), (3, "answer")])
def test_masks_that_are_numbers(rng, place, name):
    given = list(example(rng))
    given[place] = given[place].float()
    with pytest.raises(ValueError, match=rf"^{name} must be booleans, got torch.float32; "):
        association_reinforcing(*given, p=0.5)


@pytest.mark.parametrize(("place", "name"), [(2, "story"), (3, "answer"), (4, "task_loss")])
def test_other_lengths(rng, place, name):
    given = list(example(rng))
    given[place] = given[place][:, 1:]
    with pytest.raises(ValueError, match=rf"^{name} must have shape \(3, 9\), got \(3, 8\)$"):
        association_reinforcing(*given, p=0.5)


def test_bits_of_minus_one(rng):
    outputs, inputs, story, *others = example(rng)
    inputs[~story] = -9.0
    association_reinforcing(outputs, inputs, story, *others, p=1.0)  # none in the story
    inputs[story] = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
    with pytest.raises(ValueError, match=r"reach from -1 to 1; bits of -1 and 1 .*kind=l2"):
        association_reinforcing(outputs, inputs, story, *others, p=1.0)
    association_reinforcing(outputs, inputs, story, *others, p=1.0, kind="l2")
