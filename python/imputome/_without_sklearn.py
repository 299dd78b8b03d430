"""What estimators need of scikit-learn, for where it is not installed."""

from __future__ import annotations

import inspect
from typing import Any, Self

import numpy as np


class BaseEstimator:
    """Parameters are the arguments of ``__init__``, kept under their names."""

    @classmethod
    def _get_param_names(cls) -> list[str]:
        return sorted(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name."""
        return {name: getattr(self, name) for name in self._get_param_names()}

    def set_params(self, **parameters: Any) -> Self:
        """Sets parameters by name."""
        known = self._get_param_names()
        for name, value in parameters.items():
            if name not in known:
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}; it has {', '.join(known)}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({given})"

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)


class TransformerMixin:
    """Nothing beyond ``fit`` and ``transform``, which the estimator has."""


class OneToOneFeatureMixin:
    """Columns of the result are those of the input."""

    n_features_in_: int

    def get_feature_names_out(self, input_features: Any = None) -> Any:
        """Names of the columns."""
        check_is_fitted(self)
        names = getattr(self, "feature_names_in_", None)
        return np.array([f"x{i}" for i in range(self.n_features_in_)] if names is None else names, dtype=object)


def check_is_fitted(estimator: object) -> None:
    """Refuses an estimator before ``fit``."""
    if not hasattr(estimator, "model_"):
        raise ValueError(f"this {type(estimator).__name__} is not fitted yet; call fit first")


def validate_data(estimator: Any, X: Any, *, reset: bool, dtype: Any, ensure_all_finite: Any) -> Any:
    """The values of a table of two axes, of one of the types; remembers or compares its columns."""
    values = np.asarray(X)
    values = values if values.dtype in dtype else values.astype(dtype[0])
    if values.ndim != 2 or 0 in values.shape:
        raise ValueError(f"expected a table of samples by genes, found shape {values.shape}")
    if ensure_all_finite:
        raise NotImplementedError("whether values are finite is looked at elsewhere")
    columns = getattr(X, "columns", None)
    names = None if columns is None else np.array([str(name) for name in columns], dtype=object)
    if reset:
        estimator.n_features_in_ = values.shape[1]
        if names is not None:
            estimator.feature_names_in_ = names
        elif hasattr(estimator, "feature_names_in_"):
            del estimator.feature_names_in_
    elif values.shape[1] != estimator.n_features_in_:
        raise ValueError(
            f"X has {values.shape[1]} features, but {type(estimator).__name__} is expecting "
            f"{estimator.n_features_in_} features as input"
        )
    elif names is not None and list(names) != list(getattr(estimator, "feature_names_in_", names)):
        raise ValueError("the columns of X are not those of fit, in their order")
    return values


def clone(estimator: Any) -> Any:
    """A copy with the same parameters that has learned nothing."""
    return type(estimator)(**estimator.get_params(deep=False))
