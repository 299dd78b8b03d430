"""Our estimators under the names and parameters of scikit-learn's, for its own tests."""

import warnings

import numpy as np
from sklearn.utils.validation import validate_data

import imputome


class _StandIn(imputome.Imputer):
    """A marker for gaps and columns without a value, as scikit-learn has them: the one becomes NaN, the others go."""

    def fit(self, X, y=None):
        self._fit(X)
        return self

    def _fit(self, X):
        values = self._gaps(X, reset=True)
        self._learn(values, self._known(X, values))
        self.kept_ = ~np.isnan(values).all(axis=0) | self.keep_empty_features
        return values

    def transform(self, X):
        return self._cut(X, self._gaps(X, reset=False))

    def fit_transform(self, X, y=None):
        return self._cut(X, self._fit(X))

    def _cut(self, X, values):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Gaps are left in columns without a value, which go.
            filled = self._filled(values, self._known(X, values))
        kept = np.concatenate([self.kept_, np.ones(filled.shape[1] - len(self.kept_), bool)])
        if self.keep_empty_features:
            filled[:, : len(self.kept_)][:, np.isnan(filled[:, : len(self.kept_)]).all(axis=0)] = 0
        return filled[:, kept]

    def get_feature_names_out(self, input_features=None):
        names = super().get_feature_names_out(input_features)
        return names[np.concatenate([self.kept_, np.ones(len(names) - len(self.kept_), bool)])]

    def _gaps(self, X, reset):
        finite = "allow-nan" if np.isnan(self.missing_values) else True
        values = validate_data(
            self, X, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite=finite, copy=True
        )
        values[values == self.missing_values] = np.nan
        return values

    @property
    def indicator_(self):
        """As a MissingIndicator: the columns that had gaps."""

        class Indicator:
            features_ = self.indicated_

        return Indicator()

    def settings(self):
        return self._settings()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = bool(np.isnan(self.missing_values))
        return tags


class KNNImputer(_StandIn):
    """Ours in the place of ``sklearn.impute.KNNImputer``."""

    _method = "knn"

    def __init__(
        self,
        *,
        missing_values=np.nan,
        n_neighbors=5,
        weights="uniform",
        copy=True,
        add_indicator=False,
        keep_empty_features=False,
        random_state=0,
        n_jobs=None,
        verbose=False,
    ):
        self.missing_values = missing_values
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.copy = copy
        self.add_indicator = add_indicator
        self.keep_empty_features = keep_empty_features
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _settings(self):
        return {"neighbors": self.n_neighbors, "weights": self.weights}


class IterativeImputer(_StandIn):
    """Ours in the place of ``sklearn.impute.IterativeImputer``: chained equations."""

    _method = "mice"

    def __init__(
        self,
        *,
        missing_values=np.nan,
        max_iter=10,
        tol=1e-3,
        initial_strategy="mean",
        fill_value=None,
        imputation_order="ascending",
        copy=True,
        add_indicator=False,
        keep_empty_features=False,
        random_state=None,
        n_jobs=None,
        verbose=0,
    ):
        self.missing_values = missing_values
        self.max_iter = max_iter
        self.tol = tol
        self.initial_strategy = initial_strategy
        self.fill_value = fill_value
        self.imputation_order = imputation_order
        self.copy = copy
        self.add_indicator = add_indicator
        self.keep_empty_features = keep_empty_features
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.verbose = verbose

    def _settings(self):
        return {}
