"""What estimators are built on: scikit-learn, or a stand-in where it is not installed."""

try:
    from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, clone
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError:
    from ._without_sklearn import (
        BaseEstimator,
        OneToOneFeatureMixin,
        TransformerMixin,
        check_is_fitted,
        clone,
        validate_data,
    )

__all__ = ["BaseEstimator", "OneToOneFeatureMixin", "TransformerMixin", "check_is_fitted", "clone", "validate_data"]
