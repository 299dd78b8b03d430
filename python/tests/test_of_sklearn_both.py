"""scikit-learn's own tests that all its imputers share, with ours in their place."""

from stand_ins import IterativeImputer, KNNImputer
from theirs import adopt

STAND_INS = {"KNNImputer": KNNImputer, "IterativeImputer": IterativeImputer}
adopt(globals(), "sklearn.impute.tests.test_common", STAND_INS, "test_imput")
