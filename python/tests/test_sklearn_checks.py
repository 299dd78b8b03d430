"""Every estimator keeps scikit-learn's contract: all its checks, none expected to fail."""

import pytest
from checked import estimator
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from imputome import _methods

ESTIMATORS = [estimator(name) for name in _methods.__all__]

#: Checks that scikit-learn 1.9 has for a transformer that takes gaps. One of them, for arrays that are not NumPy's,
#: skips itself: these estimators take NumPy's alone.
CHECKS = 46
#: One more looks at those that refuse negative values.
OF_COUNTS = {"DeepImpute", "NonzeroMean"}


@parametrize_with_checks(ESTIMATORS)
def test_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=_methods.__all__)
def test_no_check_is_lost(estimator):
    assert sum(1 for _ in estimator_checks_generator(estimator)) == CHECKS + (type(estimator).__name__ in OF_COUNTS)
