"""The estimator that all methods of tables share."""

from __future__ import annotations

import json
import keyword
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from . import _beside, _core, _files, _tables
from ._progress import Bar, Conditions
from ._sklearn import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, check_is_fitted, validate_data

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from ._tables import Covariates, Quantiles

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

    _method: ClassVar[str] = ""
    _takes_negative: ClassVar[bool] = True
    _needs_companion: ClassVar[bool] = False

    add_indicator: bool
    copy: bool
    n_jobs: int | None
    random_state: int | np.random.Generator | np.random.RandomState | None
    verbose: bool
    remarks_: list[str]
    model_: _core.Model
    seed_: int
    indicated_: NDArray[np.intp]

    @classmethod
    def preset(cls, name: str, **parameters: Any) -> Self:
        """The estimator with the settings of a preset, such as those of a publication, and further ``parameters``."""
        settings = json.loads(_core.preset(cls._method, name))
        del settings["name"]
        return cls(**{**_as_parameters(settings), **parameters})

    def fit(
        self,
        X: ArrayLike | pd.DataFrame,
        y: object = None,
        *,
        covariates: Covariates | None = None,
        groups: ArrayLike | None = None,
        companion: ArrayLike | pd.DataFrame | None = None,
        start: Imputer | None = None,
        companion_quantiles: Quantiles = "own",
    ) -> Self:
        """Learns from the measured entries of ``X``.

        Parameters
        ----------
        X : array or data frame of shape (samples, genes)
            Expression; NaN where nothing was measured.
        y : ignored
        covariates : data frame or dict, optional
            What is known of the samples: columns of numbers, or of levels such as tissues. Where this and ``X`` name
            their rows by text, rows go by name, in whatever order; else by position. So also below.
        groups : array of shape (samples,), optional
            What no split may tear apart, such as donors.
        companion : array or data frame of shape (samples, features), optional
            Another assay of the same samples, such as methylation.
        start : fitted estimator, optional
            What another cohort taught the same method, from where learning begins (transfer learning); genes and
            features are matched by name. Refused by methods that cannot be tuned.
        companion_quantiles : 'own' or 'source'
            Companions as they are, or each sample at the quantiles of the samples learned from (of those of
            ``start`` where there is one), for cohorts measured elsewhere.
        """
        self._fit(X, (covariates, groups, companion), start, companion_quantiles)
        return self

    def transform(
        self,
        X: ArrayLike | pd.DataFrame,
        *,
        covariates: Covariates | None = None,
        groups: ArrayLike | None = None,
        companion: ArrayLike | pd.DataFrame | None = None,
        companion_quantiles: Quantiles = "own",
    ) -> Any:
        """``X`` with its gaps filled, genes as in ``fit``: an array, or a data frame after ``set_output``."""
        check_is_fitted(self)
        values = self._validated(X, reset=False)
        known = self._known(X, values, covariates, groups, companion)
        return self._filled(values, known, self._model(companion_quantiles))

    def fit_transform(
        self,
        X: ArrayLike | pd.DataFrame,
        y: object = None,
        *,
        covariates: Covariates | None = None,
        groups: ArrayLike | None = None,
        companion: ArrayLike | pd.DataFrame | None = None,
        start: Imputer | None = None,
        companion_quantiles: Quantiles = "own",
    ) -> Any:
        """Learns from ``X`` as ``fit`` does, and fills it."""
        values, known = self._fit(X, (covariates, groups, companion), start, companion_quantiles)
        return self._filled(values, known)

    def spread(
        self,
        X: ArrayLike | pd.DataFrame,
        *,
        covariates: Covariates | None = None,
        groups: ArrayLike | None = None,
        companion: ArrayLike | pd.DataFrame | None = None,
        companion_quantiles: Quantiles = "own",
    ) -> NDArray[np.float32] | None:
        """Standard deviation of each fill, 0 at measured entries; ``None`` from methods that give none."""
        check_is_fitted(self)
        values = self._validated(X, reset=False)
        table = _core.Table(values, self._about(X, values, covariates, groups, companion))
        model = self._model(companion_quantiles)
        with Bar(self.verbose) as bar:
            return model.impute(table, self._conditions(bar)).spread

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the fitted model: data and no code, read by :func:`imputome.load`, in Rust and by the program."""
        check_is_fitted(self)
        self.model_.save(Path(path))

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Names of the columns of the result."""
        names = super().get_feature_names_out(input_features)
        indicators = [f"missingindicator_{names[gene]}" for gene in self.indicated_]
        return np.concatenate([names, np.array(indicators, dtype=object)])

    def settings(self) -> dict[str, Any]:
        """The settings of the method, by name."""
        settings = {name: value for name, value in self.get_params(deep=False).items() if name not in OF_THE_CLASS}
        return {name.removesuffix("_"): value for name, value in settings.items()}

    def _specified(self) -> str:
        return _tables.specified(self._method, self.settings())

    def _conditions(self, bar: Bar) -> Conditions:
        return Conditions(self.seed_, _tables.threads_of(self.n_jobs), bar)

    def _validated(self, X: ArrayLike | pd.DataFrame, reset: bool) -> NDArray[np.floating]:
        values = validate_data(self, X, reset=reset, dtype=[np.float64, np.float32], ensure_all_finite=False)
        # Its own search for infinity takes a quarter of the array more, of single precision.
        if _tables.anywhere(np.isinf, values):
            raise ValueError(f"Input X contains infinity or a value too large for {values.dtype!r}; gaps are NaN.")
        if not self._takes_negative and _tables.anywhere(lambda rows: rows < 0, values):
            raise ValueError(f"Negative values in data: {self._method} takes counts, neither centered nor scaled")
        return values

    def _known(
        self,
        X: ArrayLike | pd.DataFrame,
        values: NDArray[np.floating],
        covariates: Covariates | None = None,
        groups: ArrayLike | None = None,
        companion: ArrayLike | pd.DataFrame | None = None,
    ) -> _core.Known:
        return _core.Known(values, self._about(X, values, covariates, groups, companion))

    def _about(
        self,
        X: ArrayLike | pd.DataFrame,
        values: NDArray[np.floating],
        covariates: Covariates | None,
        groups: ArrayLike | None,
        companion: ArrayLike | pd.DataFrame | None,
    ) -> _beside.About:
        genes = getattr(self, "feature_names_in_", None)
        genes = _tables.names_of_genes(None, values.shape[1]) if genes is None else genes
        return _beside.About(
            len(values),
            genes,
            samples=_tables.names_of_rows(X),
            covariates=covariates,
            groups=groups,
            companion=companion,
        )

    def _fit(
        self,
        X: ArrayLike | pd.DataFrame,
        beside: tuple[Covariates | None, ArrayLike | None, ArrayLike | pd.DataFrame | None],
        start: Imputer | None,
        companion_quantiles: Quantiles,
    ) -> tuple[NDArray[np.floating], _core.Known]:
        values = self._validated(X, reset=True)
        about = self._about(X, values, *beside)
        known = _core.Known(values, about)
        if start is None:
            self._learn(values, known)
        else:
            begun, table = begun_model(start, companion_quantiles), _core.Table(values, about)
            self._learn(values, known, lambda method, run: _core.Model.tune(begun, method, table, run))
        self.model_ = self._model(companion_quantiles)
        return values, known

    def _of_table(
        self, table: _core.Table, start: Imputer | None, companion_quantiles: Quantiles, conditions: Conditions
    ) -> Self:
        """Learns from a table of the library."""
        if start is None:
            model = _core.Model.fit(self._specified(), table, conditions)
        else:
            model = _core.Model.tune(begun_model(start, companion_quantiles), self._specified(), table, conditions)
        return _fitted(self, _tables.at_quantiles(model, companion_quantiles), conditions.seed)

    def _learn(
        self,
        values: NDArray[np.floating],
        known: _core.Known,
        learn: Callable[[str, Conditions], _core.Model] | None = None,
    ) -> None:
        self.seed_ = _tables.seed_of(self.random_state)
        with Bar(self.verbose) as bar:
            method, conditions = self._specified(), self._conditions(bar)
            try:
                if learn is None:
                    self.model_ = _core.Model.fit_lent(method, values, known, conditions)
                else:
                    self.model_ = learn(method, conditions)
            except ValueError as refusal:
                if min(values.shape) > 1:
                    raise
                raise ValueError(f"{refusal} (n_samples={len(values)}, n_features={values.shape[1]})") from None
        self.indicated_ = _tables.with_gaps(values) if self.add_indicator else np.array([], dtype=np.intp)
        self.remarks_ = self.model_.remarks()

    def _model(self, companion_quantiles: Quantiles) -> _core.Model:
        return _tables.at_quantiles(self.model_, companion_quantiles)

    def _filled(
        self, values: NDArray[np.floating], known: _core.Known, model: _core.Model | None = None
    ) -> NDArray[np.floating]:
        indicators = np.isnan(values[:, self.indicated_]).astype(values.dtype) if self.add_indicator else None
        if self.copy not in (True, False):
            raise ValueError(f"copy is True or False, found {self.copy!r}")
        place = values if not self.copy and values.flags.writeable else values.copy()
        with Bar(self.verbose) as bar:
            found = (model or self.model_).fill(place, known, self._conditions(bar))
        if found.left:
            warnings.warn(f"{found.left} gaps are left: their genes were never measured in fit", stacklevel=3)
        for remark in found.remarks:
            warnings.warn(remark, stacklevel=3)
        return place if indicators is None else np.hstack([place, indicators])

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.positive_only = not self._takes_negative
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        state = dict(state)
        if "model_" in state:
            state["model_"] = _files.bytes_of(state["model_"])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        if isinstance(state.get("model_"), bytes):
            state["model_"] = _files.from_bytes(state["model_"], _core.Model.load)
        super().__setstate__(state)


def expect_unused(estimator: Imputer) -> None:
    """Refuses parameters of an estimator that do nothing where it only names a method and its settings."""
    for name, usual in (("random_state", 0), ("n_jobs", None), ("add_indicator", False)):
        if getattr(estimator, name) != usual:
            raise ValueError(f"{name} of an estimator has no effect here; give it beside the method, if at all")


def begun_model(start: Imputer, companion_quantiles: Quantiles) -> _core.Model:
    """The model that learning begins with."""
    if not isinstance(start, Imputer):
        raise ValueError(f"start is a fitted estimator of the same method, found {start!r}")
    check_is_fitted(start)
    return start._model(companion_quantiles)


def of_method(specified: str) -> Imputer:
    """The estimator of a method and its settings as JSON."""
    from . import _methods

    settings = json.loads(specified)
    kinds: list[type[Imputer]] = [getattr(_methods, name) for name in _methods.__all__]
    kind = next(kind for kind in kinds if kind._method == settings["name"])
    del settings["name"]
    return kind(**_as_parameters(settings))


def of_model(model: _core.Model) -> Imputer:
    """The estimator that this model makes fitted."""
    estimator = of_method(model.method())
    return _fitted(estimator, model, _tables.seed_of(estimator.random_state))


def _fitted(estimator: Any, model: _core.Model, seed: int) -> Any:
    estimator.model_ = model
    estimator.feature_names_in_ = np.array(model.genes(), dtype=object)
    estimator.n_features_in_ = len(estimator.feature_names_in_)
    estimator.indicated_ = np.array([], dtype=np.intp)
    estimator.remarks_ = model.remarks()
    estimator.seed_ = seed
    return estimator


def _as_parameters(settings: dict[str, Any]) -> dict[str, Any]:
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    return {name + "_" if keyword.iskeyword(name) else name: value for name, value in plain.items()}
