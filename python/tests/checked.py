"""Estimators as scikit-learn's checks can meet them: quick, and with another assay where they need one."""

import numpy as np

from imputome import _methods

#: Methods that learn from another assay, which the checks do not give: here it is the table itself, gaps at zero.
WITH_A_COMPANION = {"Lasso", "Pcr", "Ridge", "TdImpute", "Tobmi"}

#: Shorter forms of those that take long on a hundred little tables; what the checks look at is the same. DeepImpute
#: takes the tables of the checks for logarithms, since they are no counts.
SHORT = {
    "Blend": {"parts": ("mean", "svd")},
    "DeepImpute": {"epochs": 1, "table": "logs"},
    "GainGtex": {"epochs": 1, "steps": 5, "widths": (16, 16)},
    "GainMse": {"epochs": 1, "steps": 5, "widths": (16, 16)},
    "MissForest": {"trees": 2, "rounds": 2},
    "Pmi": {"epochs": 1, "steps": 5, "widths": (16, 16)},
    "TdImpute": {"epochs": 1, "networks": 1, "hidden": 16},
}


def estimator(name):
    """The estimator of this name, short."""
    kind = globals()[name] if name in WITH_A_COMPANION else getattr(_methods, name)
    return kind(**SHORT.get(name, {}))


def with_companion(kind):
    """The class with the table itself as its other assay, where no other is given."""

    class WithCompanion(kind):
        __init__ = kind.__init__

        def fit(self, X, y=None):
            return super().fit(X, companion=_assay(X))

        def transform(self, X):
            return super().transform(X, companion=_assay(X))

        def fit_transform(self, X, y=None):
            return super().fit_transform(X, companion=_assay(X))

    WithCompanion.__name__ = WithCompanion.__qualname__ = kind.__name__
    return WithCompanion


def _assay(X):
    try:
        return np.nan_to_num(np.asarray(X, dtype=float))
    except (TypeError, ValueError):
        return None  # The table is refused before its companion is looked at.


#: Under the names of their classes, where a pickle finds them.
globals().update({name: with_companion(getattr(_methods, name)) for name in WITH_A_COMPANION})
