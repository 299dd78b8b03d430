"""The estimator that all methods of tables share."""

import json
import tempfile
import warnings
from pathlib import Path

import numpy as np

from . import _core, _tables
from ._progress import Bar, Conditions

try:
    from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError:
    from ._without_sklearn import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, check_is_fitted, validate_data

#: Parameters that are no settings of a method.
OF_THE_CLASS = ("add_indicator", "copy", "n_jobs", "random_state", "verbose")


class Imputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Fills gaps (NaN) in tables of samples by genes. The methods are its subclasses.

    Measured values stay as they are, to the bit; gaps are filled by what the method learned in ``fit``. Genes never
    measured in ``fit`` keep their gaps, with a warning. Some methods know a sample again that they learned from: by
    the index of a data frame where it is text, else by what stands in its row.

    Attributes
    ----------
    n_features_in_, feature_names_in_
        As in scikit-learn.
    remarks_ : list of str
        What there is to know about the fit.
    """

    _method = None
    _takes_negative = True
    _needs_companion = False

    @classmethod
    def preset(cls, name, **parameters):
        """The estimator with the settings of a preset, such as those of a publication, and further ``parameters``."""
        settings = json.loads(_core.preset(cls._method, name))
        del settings["name"]
        return cls(**{**_as_parameters(settings), **parameters})

    def fit(self, X, y=None, *, covariates=None, groups=None, companion=None):
        """Learns from the measured entries of ``X``.

        Parameters
        ----------
        X : array or data frame of shape (samples, genes)
            Expression; NaN where nothing was measured.
        y : ignored
        covariates : data frame or dict, optional
            What is known of the samples: columns of numbers, or of levels such as tissues.
        groups : array of shape (samples,), optional
            What no split may tear apart, such as donors.
        companion : array or data frame of shape (samples, features), optional
            Another assay of the same samples, such as methylation.
        """
        values = self._validated(X, reset=True)
        self._learn(values, self._known(X, values, covariates, groups, companion))
        return self

    def transform(self, X, *, covariates=None, groups=None, companion=None):
        """``X`` with its gaps filled, genes as in ``fit``."""
        check_is_fitted(self)
        values = self._validated(X, reset=False)
        return self._filled(values, self._known(X, values, covariates, groups, companion))

    def fit_transform(self, X, y=None, *, covariates=None, groups=None, companion=None):
        """Learns from ``X`` and fills it."""
        values = self._validated(X, reset=True)
        known = self._known(X, values, covariates, groups, companion)
        self._learn(values, known)
        return self._filled(values, known)

    def spread(self, X, *, covariates=None, groups=None, companion=None):
        """Standard deviation of each fill, 0 at measured entries; ``None`` from methods that give none."""
        check_is_fitted(self)
        values = self._validated(X, reset=False)
        table = _core.Table(values, self._about(X, values, covariates, groups, companion))
        with Bar(self.verbose) as bar:
            return self.model_.impute(table, self._conditions(bar)).spread

    def save(self, path):
        """Writes the fitted model: data and no code, read by :func:`imputome.load`, in Rust and by the program."""
        check_is_fitted(self)
        self.model_.save(Path(path))

    def get_feature_names_out(self, input_features=None):
        """Names of the columns of the result."""
        names = super().get_feature_names_out(input_features)
        indicators = [f"missingindicator_{names[gene]}" for gene in self.indicated_]
        return np.concatenate([names, np.array(indicators, dtype=object)])

    def settings(self):
        """The settings of the method, by name."""
        settings = {name: value for name, value in self.get_params(deep=False).items() if name not in OF_THE_CLASS}
        return {name.removesuffix("_"): value for name, value in settings.items()}

    def _specified(self):
        return _tables.specified(self._method, self.settings())

    def _conditions(self, bar):
        return Conditions(self.seed_, _tables.threads_of(self.n_jobs), bar)

    def _validated(self, X, reset):
        values = validate_data(self, X, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite=False)
        # Its own search for infinity takes a quarter of the array more, of single precision.
        if _tables.anywhere(np.isinf, values):
            raise ValueError(f"Input X contains infinity or a value too large for {values.dtype!r}; gaps are NaN.")
        if not self._takes_negative and _tables.anywhere(lambda rows: rows < 0, values):
            raise ValueError(f"Negative values in data: {self._method} takes counts, neither centered nor scaled")
        return values

    def _known(self, X, values, covariates=None, groups=None, companion=None):
        return _core.Known(values, self._about(X, values, covariates, groups, companion))

    def _about(self, X, values, covariates, groups, companion):
        genes = getattr(self, "feature_names_in_", None)
        genes = _tables.names_of_genes(None, values.shape[1]) if genes is None else genes
        return _tables.About(
            len(values),
            genes,
            samples=_tables.names_of_rows(X),
            covariates=covariates,
            groups=groups,
            companion=companion,
        )

    def _learn(self, values, known):
        self.seed_ = _tables.seed_of(self.random_state)
        with Bar(self.verbose) as bar:
            try:
                self.model_ = _core.Model.fit_lent(self._specified(), values, known, self._conditions(bar))
            except ValueError as refusal:
                if min(values.shape) > 1:
                    raise
                raise ValueError(f"{refusal} (n_samples={len(values)}, n_features={values.shape[1]})") from None
        self.indicated_ = _tables.with_gaps(values) if self.add_indicator else np.array([], dtype=int)
        self.remarks_ = self.model_.remarks()

    def _filled(self, values, known):
        indicators = np.isnan(values[:, self.indicated_]).astype(values.dtype) if self.add_indicator else None
        place = values if not self.copy and values.flags.writeable else values.copy()
        with Bar(self.verbose) as bar:
            found = self.model_.fill(place, known, self._conditions(bar))
        if found.left:
            warnings.warn(f"{found.left} gaps are left: their genes were never measured in fit", stacklevel=3)
        return place if indicators is None else np.hstack([place, indicators])

    def __sklearn_is_fitted__(self):
        return hasattr(self, "model_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.positive_only = not self._takes_negative
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def __getstate__(self):
        state = dict(super().__getstate__())
        if "model_" in state:
            with tempfile.TemporaryDirectory() as folder:
                state["model_"].save(Path(folder) / "model")
                state["model_"] = (Path(folder) / "model").read_bytes()
        return state

    def __setstate__(self, state):
        state = dict(state)
        if isinstance(state.get("model_"), bytes):
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "model").write_bytes(state["model_"])
                state["model_"] = _core.Model.load(Path(folder) / "model")
        super().__setstate__(state)


def load(path):
    """The fitted estimator in a model file, written by :meth:`Imputer.save`, in Rust or by the program."""
    from . import _methods

    model = _core.Model.load(Path(path))
    settings = json.loads(model.method())
    kinds = [getattr(_methods, name) for name in _methods.__all__]
    kind = next(kind for kind in kinds if kind._method == settings["name"])
    del settings["name"]
    estimator = kind(**_as_parameters(settings))
    estimator.model_ = model
    estimator.feature_names_in_ = np.array(model.genes(), dtype=object)
    estimator.n_features_in_ = len(estimator.feature_names_in_)
    estimator.indicated_ = np.array([], dtype=int)
    estimator.remarks_ = model.remarks()
    estimator.seed_ = _tables.seed_of(estimator.random_state)
    return estimator


def _as_parameters(settings):
    import keyword

    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    return {name + "_" if keyword.iskeyword(name) else name: value for name, value in plain.items()}
