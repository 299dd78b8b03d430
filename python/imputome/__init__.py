"""Fills the gaps in gene expression tables, and says how far each filled value can be trusted.

Arrays and data frames: a class per method, in the manner of scikit-learn (:class:`Knn`, :class:`Pmi`, :class:`Mice`,
...). AnnData: :func:`imputome.pp.impute` and :func:`imputome.tl.evaluate`. Clusters: :func:`imputome.dask.workers`.
Every number comes from the same library as those of the program ``imputome``.
"""

from . import dask, pp, tl
from ._cells import CellModel
from ._core import __version__
from ._estimator import Imputer
from ._load import load
from ._methods import *  # noqa: F403
from ._methods import __all__ as _methods_by_name

__all__ = ["CellModel", "Imputer", "__version__", "dask", "load", "pp", "tl"]
__all__ += _methods_by_name
