"""Training that goes wrong says so: large learning rates on a small repeat-copy task."""

import re

import pytest
import torch
import torch.nn.functional as F

from memsim.divergence import Diverged, clip_gradients
from memsim.dnc import DNC

BITS, UPDATES = 3, 200


def repeat_copy(rng, batch=4, length=2, repeats=2):
    """Random bits to be said `repeats` times after a flag; inputs, targets, and where they count."""
    bits = torch.randint(0, 2, (batch, length, BITS), generator=rng).float()
    n_answers = repeats * length
    inputs = torch.zeros(batch, length + 1 + n_answers, BITS + 1)
    inputs[:, :length, :BITS] = bits
    inputs[:, length, BITS] = repeats
    targets = torch.zeros(batch, length + 1 + n_answers, BITS)
    targets[:, length + 1 :] = bits.repeat(1, repeats, 1)
    return inputs, targets, slice(length + 1, None)


def train(seed, learning_rate, **options):
    """None if all went well, else what was reported; weights are looked at in either case."""
    rng = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    sizes = {"hidden_size": 8, "n_locations": 4, "word_size": 4, "n_read_heads": 2}
    net = DNC(BITS + 1, BITS, **(sizes | options))
    optimiser = torch.optim.SGD(net.parameters(), lr=learning_rate)
    for update in range(UPDATES):
        inputs, targets, answers = repeat_copy(rng)
        outputs, _ = net(inputs)
        loss = F.binary_cross_entropy_with_logits(outputs[:, answers], targets[:, answers])
        optimiser.zero_grad()
        loss.backward()
        try:
            clip_gradients(net, loss, max_norm=1e30, update=update)
        except Diverged as error:
            return str(error)
        optimiser.step()
    assert loss.isfinite()
    assert all(parameter.isfinite().all() for parameter in net.parameters())
    return None


def assert_none_silent(seeds):
    rates, kinds = (0.1, 10.0, 1e3, 1e30), ("sort", "softmax")
    reports = {}
    for seed in seeds:
        rate, kind = rates[seed % 4], kinds[seed // 4 % 2]
        reports[seed] = train(seed, rate, allocation=kind)
        if reports[seed] is not None:
            assert re.match(
                r"at update \d+ the loss is .*, and (not finite|the norm|all)", reports[seed]
            )
    diverged = [seed for seed, report in reports.items() if report]
    print(f"\n{len(diverged)} of {len(reports)} diverged, all reported")
    # at a moderate rate nothing is ever not finite; at an absurd one most weights overflow, but
    # where all is saturated gradients are 0 and nothing happens
    assert not any(rates[seed % 4] < 1 for seed in diverged)
    absurd = [reports[seed] is not None for seed in reports if rates[seed % 4] == 1e30]
    assert sum(absurd) > len(absurd) / 2


def test_no_divergence_is_silent():
    assert_none_silent(range(4))


@pytest.mark.slow
def test_no_divergence_is_silent_in_a_hundred_seeds():
    assert_none_silent(range(100))


def test_the_tensor_is_named():
    net = torch.nn.Linear(2, 1)
    loss = net(torch.ones(1, 2)).sum()
    loss.backward()
    net.bias.grad.fill_(float("nan"))
    with pytest.raises(Diverged, match="at update 7 the loss is .* gradients of bias$"):
        clip_gradients(net, loss, max_norm=1.0, update=7)


def test_finite_gradients_are_clipped_to_the_norm():
    net = torch.nn.Linear(2, 1)
    loss = 30 * net(torch.ones(1, 2)).sum()
    loss.backward()
    norm = clip_gradients(net, loss, max_norm=2.0, update=0)
    assert norm == pytest.approx(30 * 3**0.5)
    after = torch.cat([parameter.grad.flatten() for parameter in net.parameters()]).norm()
    assert after.item() == pytest.approx(2.0, rel=1e-5)
