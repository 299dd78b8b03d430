"""What is known of samples goes with their names, and what cannot be meant is refused in words."""

import numpy as np
import pandas as pd
import pytest

import imputome


@pytest.fixture
def cohort():
    random = np.random.default_rng(4)
    names = [f"S{i}" for i in range(60)]
    tissue = np.arange(60) % 3
    values = random.normal(size=(60, 2)) @ random.normal(size=(2, 12)) + 4.0 * random.normal(size=(3, 12))[tissue]
    assay = values @ random.normal(size=(12, 6))
    values[random.random(values.shape) < 0.2] = np.nan
    return (
        pd.DataFrame(values, index=names, columns=[f"G{i}" for i in range(12)]),
        pd.DataFrame({"tissue": [f"t{level}" for level in tissue]}, index=names),
        pd.DataFrame(assay, index=names),
    )


def test_the_order_of_what_is_known_changes_nothing(cohort):
    table, covariates, assay = cohort
    order = np.random.default_rng(0).permutation(60)
    donors = pd.Series([f"d{i % 20}" for i in range(60)], index=table.index)
    whole = {"covariates": covariates, "companion": assay, "groups": donors}
    shuffled = {name: known.iloc[order] for name, known in whole.items()}
    for estimator, known in ((imputome.Factor(), "covariates"), (imputome.Ridge(), "companion")):
        here = estimator.fit_transform(table, **{known: whole[known]})
        there = estimator.fit_transform(table, **{known: shuffled[known]})
        assert here.tobytes() == there.tobytes()
    judged = [imputome.tl.evaluate(table, ["mean", "factor"], repeats=1, **known) for known in (whole, shuffled)]
    assert judged[0].page == judged[1].page
    some = table.iloc[10:40]
    cohorts = {"a": {"X": some, "covariates": covariates.iloc[order]}}
    fitted = imputome.dask.fit_cohorts(imputome.Factor().set_output(transform="pandas"), cohorts)["a"]
    alone = imputome.Factor().fit(some, covariates=covariates.iloc[10:40])
    filled = fitted.transform(some, covariates=covariates)
    assert isinstance(filled, pd.DataFrame)
    assert (filled.to_numpy() == alone.transform(some, covariates=covariates.iloc[10:40])).all()


def test_samples_that_are_not_known_are_named(cohort):
    table, covariates, _ = cohort
    with pytest.raises(ValueError, match="covariates? .* does not know sample 'S0' and 9 more"):
        imputome.Factor().fit(table, covariates=covariates.iloc[10:])
    with pytest.raises(ValueError, match="groups has no value for sample 0"):
        imputome.Factor().fit(table, groups=[None] * 60)
    # Without names on one side rows go by their position.
    by_position = imputome.Factor().fit(table, covariates=covariates.reset_index(drop=True))
    assert (by_position.transform(table, covariates=covariates) >= -np.inf).all()


def test_a_model_tells_of_what_it_was_not_given(cohort):
    table, covariates, _ = cohort
    fitted = imputome.Factor().fit(table, covariates=covariates)
    with pytest.warns(UserWarning, match="fitted with tissue, not given here"):
        fitted.transform(table)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda t: imputome.tl.evaluate(t, []), ValueError, "methods is empty"),
        (lambda t: imputome.tl.evaluate(t, [3]), TypeError, "a method is text or an estimator"),
        (lambda t: imputome.tl.evaluate(t, ["mean"], repeats=2.5), ValueError, "repeats is a whole number"),
        (lambda t: imputome.tl.evaluate(t, ["mean"], layer="x"), ValueError, "layer has no effect"),
        (lambda t: imputome.tl.evaluate(t, [imputome.Knn(random_state=7)]), ValueError, "random_state of an estimator"),
        (lambda t: imputome.tl.evaluate(t.fillna(np.inf), ["mean"]), ValueError, "infinity"),
        (lambda t: imputome.Mean(copy=None).fit_transform(t), ValueError, "copy is True or False"),
        (lambda t: imputome.Mean(n_jobs="a").fit(t), ValueError, "n_jobs is a whole number"),
        (lambda t: imputome.Mean(random_state=2**64).fit(t), ValueError, "random_state must be from 0"),
        (lambda t: imputome.Mean().fit(t, covariates=[1, 2]), TypeError, "covariates is a data frame or a dict"),
        (lambda t: imputome.dask.fit_cohorts(imputome.Mean(), [t]), TypeError, "cohorts is a dict"),
        (lambda t: imputome.dask.fit_cohorts(imputome.Mean(), {"a": {"x": t}}), ValueError, "cohort 'a' has x"),
        (lambda t: imputome.pp.impute(t), TypeError, "expected an AnnData, found DataFrame"),
    ],
)
def test_what_cannot_be_meant_is_refused(cohort, call, error, message):
    with pytest.raises(error, match=message):
        call(cohort[0])


def test_gaps_of_pandas_and_masks_are_gaps(cohort):
    table = cohort[0]
    nullable = table.convert_dtypes()
    masked = np.ma.masked_invalid(table.to_numpy())
    pages = [imputome.tl.evaluate(form, ["mean"], repeats=1, name="t").scores for form in (table, nullable)]
    assert pages[0].equals(pages[1])
    assert imputome._tables.values_of(masked).tobytes() == table.to_numpy().tobytes()


def test_one_method_and_one_scenario_need_no_list(cohort):
    judged = imputome.tl.evaluate(cohort[0], "mean", scenarios="in-place", repeats=1)
    assert list(judged.summary["method"]) == ["mean"]
    assert repr(judged).startswith("Evaluation of 1 methods on a table")
