"""What the estimators promise beyond scikit-learn's contract."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from checked import SHORT, estimator

import imputome
from imputome import _beside, _core, _methods, _tables
from imputome._progress import Bar, Conditions

#: Methods that learn each gene by itself, and so take some genes of an array at a time.
BY_GENE = ("BloodSurrogate", "Mean", "Median", "NonzeroMean")


@pytest.mark.parametrize("name", _methods.__all__)
def test_measured_values_stay_to_the_bit_and_gaps_are_filled(name, table):
    given = np.abs(table[0]) if name in ("DeepImpute", "NonzeroMean") else table[0]
    filled = estimator(name).fit_transform(given)
    measured = ~np.isnan(given)
    assert (filled[measured] == given[measured]).all()
    assert np.isfinite(filled).all()


def test_covariates_of_a_frame_are_used(table):
    tissues = pd.Categorical(["a", "b", "c"] * 20)
    covariates = pd.DataFrame({"tissue": tissues, "age": np.arange(60.0)})
    covariates.loc[3, "age"] = np.nan
    median = imputome.Median().fit_transform(table[0], covariates=covariates)
    gap = np.isnan(table[0][:, 0])
    expected = pd.Series(table[0][:, 0]).groupby(tissues, observed=True).transform("median")
    assert np.allclose(median[gap, 0], expected[gap])
    assert not np.allclose(median, imputome.Mean().fit_transform(table[0]))


def test_a_pickle_and_a_saved_model_give_the_same_bytes(table, tmp_path):
    frame = pd.DataFrame(table[0]).add_prefix("gene")
    fitted = imputome.Factor().fit(frame)
    expected = fitted.transform(frame).tobytes()
    assert pickle.loads(pickle.dumps(fitted)).transform(frame).tobytes() == expected
    fitted.save(tmp_path / "model")
    loaded = imputome.load(tmp_path / "model")
    assert loaded.transform(frame).tobytes() == expected
    assert loaded.settings() == fitted.settings()


def test_a_file_that_is_no_model_is_refused_with_its_name(tmp_path):
    (tmp_path / "model").write_text("no model")
    with pytest.raises(ValueError, match="model: expected"):
        imputome.load(tmp_path / "model")
    with pytest.raises(OSError, match="nowhere: cannot be read"):
        imputome.load(tmp_path / "nowhere")


def test_the_result_is_a_frame_where_one_is_asked_for(table):
    frame = pd.DataFrame(table[0]).add_prefix("gene")
    filled = imputome.Mean(add_indicator=True).set_output(transform="pandas").fit_transform(frame)
    assert list(filled.columns[:25]) == list(frame.columns)
    assert filled.columns[25].startswith("missingindicator_gene")
    assert filled.index.equals(frame.index)


@pytest.mark.parametrize("name", ["Knn", "Mice", "MissForest", "Pmi"])
def test_threads_do_not_change_a_bit(name, table):
    one, two = (estimator(name).set_params(n_jobs=threads).fit_transform(table[0]) for threads in (1, 2))
    assert one.tobytes() == two.tobytes()


def test_an_array_is_filled_where_it_lies(table):
    for kind in (np.float32, np.float64):
        given = table[0].astype(kind)
        expected = imputome.Factor().fit_transform(given)
        assert np.isnan(given).any()
        filled = imputome.Factor(copy=False).fit_transform(given)
        assert filled is given
        assert filled.tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", _methods.__all__)
def test_windows_of_rows_do_not_change_a_bit(name):
    random = np.random.default_rng(1)
    count = 1300
    given = (random.normal(size=(count, 2)) @ random.normal(size=(2, 6)) + 5).astype(np.float32).clip(0)
    given[random.random(given.shape) < 0.2] = np.nan
    about = _beside.About(
        count,
        [f"x{i}" for i in range(6)],
        covariates={"tissue": ["Whole Blood", "Lung"] * (count // 2)},
        groups=np.repeat(np.arange(count // 2), 2),
        companion=np.nan_to_num(given),
    )
    table, known = _core.Table(given, about), _core.Known(given, about)
    specified = _tables.specified(getattr(_methods, name)._method, SHORT.get(name, {}))
    with Bar(False) as bar:
        conditions = Conditions(0, 1, bar)
        model = _core.Model.fit(specified, table, conditions)
        whole, windows = given.copy(), given.copy()
        model.fill(whole, known, conditions)
        model.fill(windows, known, conditions, entries=1)
        in_one = model.impute(table, conditions).values
    assert whole.tobytes() == windows.tobytes() == in_one.tobytes()


@pytest.mark.parametrize("name", _methods.__all__)
def test_learning_from_the_array_itself_changes_no_bit(name, tmp_path):
    random = np.random.default_rng(1)
    given = (random.normal(size=(700, 2)) @ random.normal(size=(2, 400)) + 5).clip(0)
    given[random.random(given.shape) < 0.2] = np.nan
    given = given[:60, :8] if name not in BY_GENE else given
    count = len(given)
    about = _beside.About(
        count,
        [f"x{i}" for i in range(given.shape[1])],
        covariates={"tissue": ["Whole Blood", "Lung"] * (count // 2)},
        groups=np.repeat(np.arange(count // 2), 2),
        companion=np.nan_to_num(given),
    )
    specified = _tables.specified(getattr(_methods, name)._method, SHORT.get(name, {}))
    with Bar(False) as bar:
        conditions = Conditions(0, 1, bar)
        _core.Model.fit(specified, _core.Table(given, about), conditions).save(tmp_path / "table")
        for at, lent in enumerate([given, given.astype(np.float32), np.asfortranarray(given)]):
            _core.Model.fit_lent(specified, lent, _core.Known(lent, about), conditions).save(tmp_path / str(at))
            assert (tmp_path / str(at)).read_bytes() == (tmp_path / "table").read_bytes()


def test_errors_are_exceptions_with_our_words(table):
    with pytest.raises(ValueError, match="neighbors"):
        imputome.Knn(neighbors=0).fit(table[0])
    with pytest.raises(ValueError, match="neighbors"):
        imputome.Knn(neighbors="many").fit(table[0])
    with pytest.raises(ValueError, match="companion"):
        imputome.Ridge().fit(table[0])
    with pytest.raises(ValueError, match="it knows neighbors, weights"):
        _tables.specified("knn", {"k": 3})
    with pytest.raises(ValueError, match="covariate 'tissue' has 2 values for 60 samples"):
        imputome.Median().fit(table[0], covariates={"tissue": ["a", "b"]})
    with pytest.raises(ValueError, match="beyond single precision"):
        imputome.Mean().fit(np.array([[1.0, 2.0], [1e300, 3.0]]))


def test_a_gene_never_measured_keeps_its_gaps_and_is_told_of(table):
    given = table[0].copy()
    given[:, 3] = np.nan
    with pytest.warns(UserWarning, match="60 gaps are left"):
        filled = imputome.Mean().fit_transform(given)
    assert np.isnan(filled[:, 3]).all()
    assert not np.isnan(np.delete(filled, 3, axis=1)).any()


def test_presets_are_those_of_the_catalog():
    preset = imputome.Pmi.preset("published-inductive", n_jobs=2)
    assert preset.n_jobs == 2
    assert preset.settings() != imputome.Pmi().settings()
    with pytest.raises(ValueError, match="published-inductive"):
        imputome.Pmi.preset("newest")


def test_a_spread_comes_with_methods_that_give_one(table):
    spread = imputome.Gaussian().fit(table[0]).spread(table[0])
    gaps = np.isnan(table[0])
    assert (spread[gaps] > 0).all()
    assert (spread[~gaps] == 0).all()
    assert imputome.Mean().fit(table[0]).spread(table[0]) is None


def test_numpy_alone_is_enough(table, tmp_path):
    np.save(tmp_path / "table.npy", table[0])
    script = f"""
import sys, builtins, pickle
real = builtins.__import__
def without(name, *others, **named):
    if name.split(".")[0] in ("sklearn", "pandas", "anndata", "scipy", "tqdm"):
        raise ImportError(name)
    return real(name, *others, **named)
builtins.__import__ = without
import numpy as np, imputome
table = np.load({str(tmp_path / "table.npy")!r})
fitted = imputome.Factor(verbose=True).fit(table)
filled = pickle.loads(pickle.dumps(fitted)).transform(table)
assert list(fitted.get_feature_names_out()[:2]) == ["x0", "x1"]
assert fitted.set_params(n_jobs=2).get_params()["n_jobs"] == 2
assert "Factor(" in repr(fitted)
try:
    fitted.transform(table[:, :3])
except ValueError as refusal:
    assert "expecting 25 features" in str(refusal)
assert imputome.tl.evaluate(table, ["mean"], repeats=1).summary[0]["method"] == "mean"
assert "sklearn" not in sys.modules
np.save({str(tmp_path / "filled.npy")!r}, filled)
"""
    subprocess.run([sys.executable, "-c", script], check=True)
    assert np.load(tmp_path / "filled.npy").tobytes() == imputome.Factor().fit_transform(table[0]).tobytes()


def test_learning_begins_with_what_another_cohort_taught(table):
    values, truth = table
    companion = truth + 0.1
    start = imputome.Ridge().fit(values[:30], companion=companion[:30])
    tuned = imputome.Ridge().fit(values[30:], companion=companion[30:], start=start)
    alone = imputome.Ridge().fit(values[30:], companion=companion[30:])
    later = {"companion": companion[30:]}
    assert (tuned.transform(values[30:], **later) != alone.transform(values[30:], **later)).any()
    with pytest.raises(ValueError, match="ridge cannot be the start of tdimpute"):
        imputome.TdImpute().fit(values[30:], companion=companion[30:], start=start)
    with pytest.raises(ValueError, match="knn cannot start from what another cohort taught"):
        imputome.Knn().fit(values[30:], start=imputome.Knn().fit(values[:30]))
    with pytest.raises(ValueError, match="start is a fitted estimator of the same method, found 'source.model'"):
        imputome.Ridge().fit(values, companion=companion, start="source.model")
    with pytest.raises(ValueError, match="not fitted"):
        imputome.Ridge().fit(values, companion=companion, start=imputome.Ridge())


def test_companions_are_taken_at_the_quantiles_of_the_source(table):
    values, truth = table
    fitted = imputome.Ridge().fit(values, companion=truth)
    elsewhere = 5 + 2 * truth
    own = fitted.transform(values, companion=elsewhere)
    source = fitted.transform(values, companion=elsewhere, companion_quantiles="source")
    expected = fitted.transform(values, companion=truth)
    assert np.abs(source - expected).max() < 0.5 * np.abs(own - expected).max()
    with pytest.raises(ValueError, match="'own' or 'source', found 'theirs'"):
        fitted.transform(values, companion=truth, companion_quantiles="theirs")
    with pytest.raises(ValueError, match="companion"):
        imputome.Knn().fit(values, companion_quantiles="source")
