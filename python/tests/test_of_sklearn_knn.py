"""scikit-learn's own tests of KNNImputer with our ``Knn`` in its place."""

from stand_ins import KNNImputer
from theirs import adopt

adopt(globals(), "sklearn.impute.tests.test_knn", {"KNNImputer": KNNImputer}, "test_knn")
