"""Item codes: different within a list, as alike as stated, from a file that is checked."""

import numpy as np
import pytest

from paradigms import Embeddings, Gaussian, OneHot, RandomBinary, Schedule, Similar, encode

CODES = {
    "binary": RandomBinary(n_bits=12),
    "fixed binary": RandomBinary(n_bits=10, fixed=True),
    "one-hot": OneHot(200),
    "fixed one-hot": OneHot(1000, fixed=True),
    "gaussian": Gaussian(5),
    "fixed gaussian": Gaussian(5, fixed=True),
    "classes": Similar(14, similarity=0.7),
    "fixed classes": Similar(14, similarity=0.7, fixed=True),
    "real classes": Similar(6, similarity=0.7, kind="real"),
    "degrees": Similar(14, similarity=0.9, class_size=0),
    "real degrees": Similar(6, similarity=0.9, class_size=0, kind="real", fixed=True),
}


@pytest.fixture(params=CODES.values(), ids=CODES.keys())
def codes(request):
    return request.param


@pytest.fixture
def items(rng):
    """Twenty lists of 12 steps that show 8 words, some twice, out of 1000."""
    words = rng.permuted(np.tile(np.arange(1, 1001), (20, 1)), axis=1)[:, :8]
    return np.concatenate([words, words[:, :2], np.zeros((20, 2), dtype=int)], axis=1)


def test_codes_are_of_their_width_and_kind(codes, items, rng):
    drawn = codes.draw(rng, items, n_others=9)
    assert drawn.shape == (20, 21, codes.width)
    shown = np.delete(drawn, [10, 11], axis=1)
    if codes.kind == "bits":
        assert set(np.unique(shown)) == {-1.0, 1.0}
    elif codes.kind == "one-hot":
        assert set(np.unique(shown)) == {0.0, 1.0} and (shown.sum(axis=2) == 1).all()
    else:
        assert codes.kind == "real"
        np.testing.assert_allclose([shown.mean(), shown.std()], [0, 1], atol=0.25)


def test_an_item_has_one_code_and_no_other_has_it(codes, items, rng):
    for row in codes.draw(rng, items, n_others=9):
        np.testing.assert_array_equal(row[8:10], row[:2])
        assert (row[10:12] == 0).all()
        different = np.concatenate([row[:8], row[12:]])
        assert len({tuple(code) for code in different}) == 17


def test_the_same_generator_draws_the_same(codes, items):
    one, two = (codes.draw(np.random.default_rng(3), items, n_others=2) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_codes_are_drawn_anew_for_every_list_or_stay(codes, rng):
    drawn = codes.draw(rng, np.full((50, 3), [17, 700, 18]))
    n_different = len({tuple(code) for code in drawn[:, 0]})
    if getattr(codes, "fixed", False):
        assert n_different == 1
        np.testing.assert_array_equal(codes.draw(rng, np.array([[18, 5]]))[0, 0], drawn[0, 2])
    else:
        assert n_different > 25


def test_other_words_are_not_on_the_list(rng):
    pool = RandomBinary(n_bits=6, fixed=True, pool_size=10)
    drawn = pool.draw(rng, np.tile(np.arange(1, 7), (30, 1)), n_others=4)
    everything = {tuple(code) for code in pool.draw(rng, np.arange(1, 11)[None])[0]}
    for row in drawn:
        assert {tuple(code) for code in row} == everything


def test_fixed_codes_depend_on_their_seed(rng):
    items = np.arange(1, 30)[None]
    one, two = (RandomBinary(fixed=True, seed=seed).draw(rng, items) for seed in (0, 1))
    assert (one != two).any()


def test_with_as_many_codes_as_items_all_are_used(rng):
    for fixed in (False, True):
        codes = RandomBinary(n_bits=3, fixed=fixed, pool_size=8)
        drawn = codes.draw(rng, np.tile(np.arange(1, 9), (20, 1)))
        assert {len({tuple(code) for code in row}) for row in drawn} == {8}


def correlations(codes, items, n_lists=400):
    """Mean product of the codes of some items, which is their correlation."""
    drawn = codes.draw(np.random.default_rng(0), np.tile(items, (n_lists, 1)))
    return np.einsum("liw,ljw->ij", drawn, drawn) / n_lists / codes.width


@pytest.mark.parametrize("kind", ["bits", "real"])
@pytest.mark.parametrize("similarity", [0.0, 0.3, 0.8])
def test_items_of_a_class_are_as_alike_as_stated(kind, similarity):
    # wide, so that codes need not be told apart
    codes = Similar(60, similarity=similarity, class_size=5, kind=kind)
    expected = np.array([[1, 0, similarity], [0, 1, 0], [similarity, 0, 1]])
    np.testing.assert_allclose(correlations(codes, [6, 5, 10]), expected, atol=0.04)


@pytest.mark.parametrize("kind", ["bits", "real"])
def test_similarity_falls_with_distance(kind):
    codes = Similar(60, similarity=0.8, class_size=0, kind=kind)
    numbers = np.array([30, 31, 33, 90])
    expected = 0.8 ** np.abs(numbers[:, None] - numbers)
    np.testing.assert_allclose(correlations(codes, numbers), expected, atol=0.04)


def test_fixed_codes_of_a_class_are_alike_in_the_pool():
    codes = Similar(62, similarity=0.6, class_size=4, fixed=True, pool_size=800)
    pool = codes.draw(np.random.default_rng(0), np.arange(1, 801)[None])[0]
    within = np.mean([pool[k] @ pool[k + 1] / 62 for k in range(0, 800, 4)])
    between = np.mean([pool[k] @ pool[k + 4] / 62 for k in range(0, 796, 4)])
    np.testing.assert_allclose([within, between], [0.6, 0.0], atol=0.04)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RandomBinary(n_bits=0), "n_bits must lie in 1..62"),
        (lambda: RandomBinary(n_bits=9, fixed=True), "has pool_size=1000 words.*at least 10 bits"),
        (lambda: Similar(similarity=1.0), "similarity must be from 0 to less than 1, got 1.0"),
        (lambda: Similar(width=63), "bits at most 62, got 63"),
        (lambda: Similar(class_size=-1), "class_size must be 0 .none. or more"),
        (lambda: Similar(kind="letters"), "kind must be one of 'bits', 'real'"),
        (lambda: Gaussian(0), "width must be 1 or more"),
        (lambda: OneHot(0), "pool_size must be 1 or more"),
    ],
)
def test_impossible_codes_are_an_error(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("codes", "n_others", "message"),
    [
        (RandomBinary(n_bits=2), 0, "at least 3 bits"),
        (OneHot(6), 2, "a pool of 6 words is too small: a list shows 5 and 2 others"),
        (OneHot(4, fixed=True), 0, "item number 5 has no code: .* pool_size=4"),
        (Gaussian(3, fixed=True, pool_size=5), 1, "a pool of 5 words is too small"),
        (Similar(2, class_size=2, pool_size=9), 0, "2 bits give 4 different codes, but 5 words"),
        (Similar(8, pool_size=9), 5, "a pool of 9 words is too small"),
    ],
)
def test_too_few_codes_are_an_error(codes, n_others, message, rng):
    with pytest.raises(ValueError, match=message):
        codes.draw(rng, np.arange(1, 6)[None], n_others=n_others)


def test_codes_of_others_do_not_go_into_the_inputs(rng):
    pair = Schedule(np.array([[1]]), np.ones((1, 1)), np.array([[1]]), np.array([[2]]))
    with pytest.raises(ValueError, match="codes must have shape .1, 2. .*leave out those of other"):
        encode(pair, RandomBinary(4).draw(rng, pair.shown, n_others=1))


VECTORS = np.array([[1.5, 0.0], [-1.0, 2.0], [0.25, 0.5]])


def write(folder, name):
    """The same vectors in each format."""
    file = folder / name
    rows = [" ".join(map(str, row)) for row in VECTORS]
    words = ["owl", "elk", "ant"]
    if name == "a.npy":
        np.save(file, VECTORS)
    elif name == "a.npz":
        np.savez(file, vectors=VECTORS, more=np.ones(3))
    elif name == "plain.txt":
        file.write_text("\n".join(rows))
    elif name == "counts.txt":
        lines = [f"{word} {row}" for word, row in zip(words, rows, strict=True)]
        file.write_text("\n".join(["3 2", *lines]))
    else:
        head = {"named.csv": ["word,x,y"], "counted.csv": [",0,1"], "bare.csv": []}[name]
        lines = [f"{word},{row.replace(' ', ',')}" for word, row in zip(words, rows, strict=True)]
        file.write_text("\n".join([*head, *lines]) + "\n")
    return str(file)


@pytest.mark.parametrize(
    "name",
    ["a.npy", "a.npz", "plain.txt", "counts.txt", "named.csv", "counted.csv", "bare.csv"],
)
def test_vectors_come_from_a_file(name, tmp_path, rng):
    codes = Embeddings(write(tmp_path, name))
    assert (codes.width, codes.pool_size, codes.kind) == (2, 3, "real")
    np.testing.assert_array_equal(
        codes.draw(rng, np.array([[3, 0, 1]]))[0], VECTORS[[2, 1, 0]] * [[1], [0], [1]]
    )
    has_words = name.endswith(".csv") or name == "counts.txt"
    assert codes.words == (("owl", "elk", "ant") if has_words else ())


def test_vectors_may_be_shared_out_anew(tmp_path, rng):
    codes = Embeddings(write(tmp_path, "a.npy"), fixed=False)
    drawn = codes.draw(rng, np.full((60, 1), 7))[:, 0]
    assert {tuple(row) for row in drawn} == {tuple(row) for row in VECTORS}


def test_a_smaller_pool_takes_the_first_words(tmp_path):
    codes = Embeddings(write(tmp_path, "named.csv"), width=2, pool_size=2)
    assert codes.words == ("owl", "elk")


def bad(name, content):
    def make(folder):
        file = folder / name
        if isinstance(content, str):
            file.write_text(content)
        else:
            (np.savez if name.endswith("npz") else np.save)(file, **content)
        return str(file)

    return make


NAN = np.array([[1.0, 2.0], [3.0, np.nan]])


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (lambda folder: write(folder, "a.npy"), {"width": 5}, "vectors of 2 numbers, but width=5"),
        (lambda folder: write(folder, "a.npy"), {"pool_size": 9}, "has 3 words, but pool_size=9"),
        (bad("n.npy", {"arr": NAN}), {}, "has nan in row 2, number 2; every number must be finite"),
        (bad("i.csv", "owl,1,inf\nelk,2,3"), {}, "has inf in row 1, number 2"),
        (bad("o.npy", {"arr": np.array([{}, {}])}), {}, "holds Python objects or is no NumPy file"),
        (bad("s.npy", {"arr": np.ones(4)}), {}, "must hold numbers of shape .words, numbers."),
        (bad("w.npy", {"arr": np.array([["a"]])}), {}, "must hold numbers of shape"),
        (bad("z.npz", {"a": NAN, "b": NAN}), {}, "holds a, b; name the one to use `vectors`"),
        (bad("r.txt", "owl 1 2\nelk 1\n"), {}, "line 2 of .* has 2 cells, but those before it 3"),
        (bad("x.csv", "owl,1,2\nelk,1,two\n"), {}, "line 2 of .* has 'two' where a number"),
        (bad("e.csv", "word,x\n"), {}, "has no lines of numbers"),
        (bad("e.txt", ""), {}, "has no lines of numbers"),
        (bad("d.txt", "a 1 2\nb 0 1\nc 1 2\n"), {}, "the same vector in rows 1 and 3"),
        (bad("v.pkl", "x"), {}, "path must end in .npy, .npz, .csv, .txt, got 'v.pkl'"),
        (lambda folder: str(folder / "gone.npy"), {}, "there is no file .*gone.npy; relative"),
    ],
)
def test_a_bad_file_is_told_at_once(make, options, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        Embeddings(make(tmp_path), **options)
