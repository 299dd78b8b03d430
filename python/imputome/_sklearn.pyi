from collections.abc import Sequence
from typing import Any, Literal, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Kind = TypeVar("Kind")

class BaseEstimator:
    def get_params(self, deep: bool = True) -> dict[str, Any]: ...
    def set_params(self, **params: Any) -> Self: ...
    def __sklearn_tags__(self) -> Any: ...
    def __setstate__(self, state: dict[str, Any]) -> None: ...

class TransformerMixin:
    def set_output(self, *, transform: Literal["default", "pandas", "polars"] | None = None) -> Self: ...

class OneToOneFeatureMixin:
    n_features_in_: int
    feature_names_in_: NDArray[np.object_]
    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]: ...

def clone(estimator: Kind) -> Kind: ...
def check_is_fitted(estimator: object) -> None: ...
def validate_data(
    estimator: object,
    X: object,
    *,
    reset: bool,
    dtype: Sequence[type],
    ensure_all_finite: bool | str,
    copy: bool = False,
) -> NDArray[np.floating]: ...
