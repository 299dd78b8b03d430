"""scikit-learn's own tests of IterativeImputer with our ``Mice`` in its place."""

from stand_ins import IterativeImputer
from theirs import adopt

adopt(globals(), "sklearn.impute.tests.test_impute", {"IterativeImputer": IterativeImputer}, "test_iterative_imputer")
