"""Tests of scikit-learn, run with our estimators in the place of its own."""

import importlib
import sys

import numpy as np
import pytest
import sklearn.impute
from sklearn.experimental import enable_iterative_imputer  # noqa: F401

STANDARDIZED = (
    "Knn compares samples in standard scores, so that a gene of large values does not decide alone; the test expects "
    "raw distances"
)
CALLABLE = "settings are data, so that models can be stored and read anywhere; a function is none"
NO_DISTANCE = (
    "a gene with one value in training tells no distance to Knn, and a gap of a sample that has no other gene gets its "
    "gene's mean; the test expects a neighbor"
)
ESTIMATOR = "Mice has one model, a ridge regression that it chooses; there is no estimator to plug in"
ROUNDS = (
    "the test looks at rounds, first fills or the order of visits, which the shared form of Mice, run here, does not "
    "have; its form `faithful` has rounds and order, under settings of its own"
)
BOUNDS = (
    "bounds of Mice are in standard scores (`minimum`, `maximum`) or ranges of each gene (`margin`); the test gives "
    "them in the unit of the columns"
)
SHRUNK = (
    "Mice shrinks its coefficients by a ridge that it takes from the evidence; tables without noise lose by that, and "
    "a few entries of a hundred lie beyond the tolerance"
)
EMPTY = "a table without a measured value is refused"
OTHER = "a test of SimpleImputer alone"

#: Tests that do not apply, and why; `docs/python/scikit_learn.md` tells the same.
NOT_OURS = {
    "test_imputers_add_indicator_sparse": OTHER,
    "test_iterative_imputer_additive_matrix": SHRUNK,
    "test_iterative_imputer_all_missing": EMPTY,
    "test_iterative_imputer_catch_min_max_error": BOUNDS,
    "test_iterative_imputer_catch_warning": ESTIMATOR,
    "test_iterative_imputer_clip": BOUNDS,
    "test_iterative_imputer_clip_truncnorm": BOUNDS,
    "test_iterative_imputer_constant_fill_value": ROUNDS,
    "test_iterative_imputer_early_stopping": ROUNDS,
    "test_iterative_imputer_estimators": ESTIMATOR,
    "test_iterative_imputer_imputation_order": ROUNDS,
    "test_iterative_imputer_min_max_array_like": BOUNDS,
    "test_iterative_imputer_min_max_array_like_imputation": BOUNDS,
    "test_iterative_imputer_min_max_value_remove_empty": BOUNDS,
    "test_iterative_imputer_one_feature": ROUNDS,
    "test_iterative_imputer_rank_one": SHRUNK,
    "test_iterative_imputer_skip_non_missing": ROUNDS,
    "test_iterative_imputer_transform_recovery": SHRUNK,
    "test_iterative_imputer_transform_stochasticity": ROUNDS,
    "test_iterative_imputer_truncated_normal_posterior": BOUNDS,
    "test_iterative_imputer_with_empty_features": ROUNDS,
    "test_iterative_imputer_zero_iters": ROUNDS,
    "test_knn_imputer_callable_metric": CALLABLE,
    "test_knn_imputer_nan_distance": NO_DISTANCE,
    "test_knn_imputer_weight_distance": STANDARDIZED,
    "test_knn_imputer_weight_uniform": CALLABLE,
    "test_knn_imputer_zero_nan_imputes_the_same": STANDARDIZED,
}


def close(found, expected, rtol=1e-7, atol=0, **named):
    """``assert_allclose`` in single precision, in which the library computes."""
    scale = np.nanmax(np.abs(np.asarray(expected, dtype=float)), initial=0)
    np.testing.assert_allclose(found, expected, rtol=max(rtol, 1e-6), atol=max(atol, 1e-6 * scale), **named)


def adopt(namespace, module, stand_ins, prefix):
    """Puts a module's tests with this prefix into ``namespace``, its classes replaced from the beginning."""
    own = {name: getattr(sklearn.impute, name) for name in stand_ins}
    sys.modules.pop(module, None)
    try:
        for name, stand_in in stand_ins.items():
            setattr(sklearn.impute, name, stand_in)
        theirs = importlib.import_module(module)
    finally:
        for name, kind in own.items():
            setattr(sklearn.impute, name, kind)
    theirs.assert_allclose = close
    for name, test in vars(theirs).copy().items():
        if name.startswith(prefix) and callable(test):
            reason = NOT_OURS.get(name)
            namespace[name] = pytest.mark.skip(reason=reason)(test) if reason else test
