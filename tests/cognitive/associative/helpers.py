"""Every sequence of answers, and what all theories with a likelihood must do."""

import itertools
from dataclasses import replace

import numpy as np
import torch

from memsim.cognitive.associative.cued import cued_tests
from paradigms import Schedule


def repeated(schedule, n):
    """The first list of a schedule, so many times."""
    names = ("event", "duration", "item", "partner", "answer")
    return Schedule(**{name: np.repeat(getattr(schedule, name)[:1], n, axis=0) for name in names})


def all_answers(schedule):
    """Every sequence of answers to the cues of the first list."""
    tests = cued_tests(repeated(schedule, 1), "a theory", neighbours=True)
    words = [word for word in tests.words[0].tolist() if word]
    options = [[*(w for w in words if w != cue), -1, 0] for cue in tests.cue[0].tolist()]
    return np.array(list(itertools.product(*options)))


def with_parameters(model, names, values):
    return replace(model, **dict(zip(names, values, strict=True)))


def check_derivatives(model, names, schedule, responses):
    """`choice_nll` is differentiable, works under vmap and moves to another device."""
    observed = model.observe(schedule, responses)
    at = torch.tensor([float(getattr(model, name)) for name in names], dtype=torch.float64)

    def nll(values):
        return with_parameters(model, names, values.unbind()).choice_nll(observed)

    assert torch.autograd.gradcheck(nll, at.clone().requires_grad_(), eps=1e-6, atol=1e-3)
    several = torch.stack([at, at * 0.97, at * 0.94])
    torch.testing.assert_close(torch.vmap(nll)(several), torch.stack([nll(one) for one in several]))
    torch.testing.assert_close(
        -model.log_likelihood(schedule, responses).sum(), model.choice_nll(observed)
    )
    with torch.device("meta"):
        elsewhere = with_parameters(model, names, torch.as_tensor(at.tolist()).unbind())
        result = elsewhere.choice_nll(observed)
    assert result.device.type == "meta" and result.shape == ()
