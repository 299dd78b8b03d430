"""Which method is best on these data: known values hidden, filled and scored."""

from __future__ import annotations

import json
import numbers
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _anndata, _beside, _core, _tables
from ._estimator import Imputer, expect_unused
from ._progress import Bar, Conditions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    import pandas as pd
    from anndata import AnnData
    from numpy.typing import ArrayLike

    from ._tables import RandomState

#: Methods compared on tables when none are named: from nothing learned to among the best, all quick on tables of usual
#: size.
USUAL = ("mean", "knn", "softimpute", "mice", "factor")

#: Methods compared on counts of single cells when none are named, those of the program.
USUAL_FOR_CELLS = tuple(_core.USUAL_FOR_CELLS)


class Evaluation:
    """What an evaluation found; a notebook shows its report."""

    def __init__(self, found: dict[str, Any], summary: list[dict[str, Any]], page: str) -> None:
        #: Everything as plain data: experiment, data, methods, scores; of tables also per_gene, runtime, curves and
        #: examples, of cells judged, genes, bins, maps and costs.
        self.found = found
        #: The report: one HTML page that needs no other file.
        self.page = page
        self._summary = summary

    @property
    def summary(self) -> Any:
        """A row per method, scenario and hidden share, the best first (of cells a row per method): mean of each metric
        over repeats. A data frame, or dicts without pandas.
        """
        return _frame(self._summary)

    @property
    def scores(self) -> Any:
        """Scores by method, scenario, hidden, repeat, group and metric, of cells by method, repeat and metric: a data
        frame, or dicts without pandas.
        """
        return _frame(self.found["scores"])

    @property
    def per_gene(self) -> Any:
        """Scores of single genes, as ``scores``."""
        return _frame(self.found["per_gene" if "per_gene" in self.found else "genes"])

    def save(self, path: str | PathLike[str]) -> None:
        """Writes the report, one HTML page."""
        Path(path).write_text(self.page, encoding="utf-8")

    def __repr__(self) -> str:
        data = self.found["data"]
        return f"Evaluation of {len(self.found['methods'])} methods on {data['name']}\n{self.summary}"

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self.page, quote=True)}" style="width:100%;height:60em;border:0"></iframe>'


def evaluate(
    data: AnnData | pd.DataFrame | ArrayLike,
    methods: Sequence[str | Imputer] | None = None,
    *,
    layer: str | None = None,
    covariates: Any = None,
    groups: Any = None,
    companion: Any = None,
    by: str | None = None,
    scenarios: Sequence[str] | None = None,
    mask: str | None = None,
    hide: float | Sequence[float] | None = None,
    repeats: int = 3,
    random_state: RandomState = 0,
    n_jobs: int | None = None,
    verbose: bool = False,
    name: str | None = None,
) -> Evaluation:
    """Hides measured values, lets each method fill them, and scores it on the same masks; groups (donors) are never
    split.

    An AnnData without gaps (NaN) is taken for counts of single cells, as by :func:`imputome.pp.impute`: counts are
    hidden and become zeros, and methods are read beside the mean of the non-zeros. Anything else is a table of samples.

    Parameters
    ----------
    data : AnnData, data frame or array of shape (samples, genes)
        Expression; NaN where nothing was measured.
    methods : list of str or of estimators, optional
        ``name[:preset][:setting=value]...`` as in the program, or estimators such as ``Knn(neighbors=5)``.
    layer : str, optional
        Layer of an AnnData.
    covariates, groups, companion
        For tables. Of an AnnData names: a list of columns of ``obs``, a column of ``obs``, a key of ``obsm``;
        otherwise a data frame, an array, an array or data frame.
    by : str, optional
        A covariate whose levels are scored apart; for cells a column of ``obs`` with their kinds, with which groups of
        cells are compared.
    scenarios : list of 'in-place' and 'inductive', optional
        For tables: fill the table learned from, and samples of other groups; both by default.
    mask : str, optional
        For tables 'random' or 'profile': hide values, each by itself (the default), or the whole expression of
        samples, as where an assay was never done. For cells 'dropout', 'even', 'program' or 'thinning': some cells of
        each gene, those with less of it more likely (the default), a share of all counts, some genes of each cell, a
        share of the molecules.
    hide : float or list of float, optional
        For tables shares of the measured values (of samples, for profiles) that are hidden, by default a half. For
        cells one number, of cells or genes, by default 10; or a share, by default 0.1.
    repeats : int
        Repeats with other masks and splits.
    random_state, n_jobs, verbose
        As in the estimators.
    name : str, optional
        Name of the data in the report.

    Returns
    -------
    Evaluation
    """
    if layer is not None and not _is_anndata(data):
        raise ValueError("layer has no effect: data is no AnnData")
    if not isinstance(repeats, numbers.Integral) or repeats < 1:
        raise ValueError(f"repeats is a whole number from 1 on, found {repeats!r}")
    methods = [methods] if isinstance(methods, str) else methods
    if methods is not None and not len(methods):
        raise ValueError("methods is empty; name some, or leave it out")
    scenarios = [scenarios] if isinstance(scenarios, str) else scenarios
    matrix = _anndata.matrix_of(data, layer) if _is_anndata(data) else None
    conditions = Conditions(_tables.seed_of(random_state), _tables.threads_of(n_jobs), Bar(verbose))
    with conditions.progress:
        if matrix is not None and not _anndata.has_gaps(matrix):
            of_tables = {"covariates": covariates, "groups": groups, "companion": companion, "scenarios": scenarios}
            _anndata.expect_cells(matrix, of_tables)
            asked = _AskedOfCells(data, name, layer, mask, hide, repeats, by)
            named = [_named(method) for method in (USUAL_FOR_CELLS if methods is None else methods)]
            found = _core.evaluate_cells(_anndata.cells_of(data, matrix), named, asked, conditions)
        else:
            table = _table(data, matrix, covariates, groups, companion)
            experiment = {
                "scenarios": ["in-place", "inductive"] if scenarios is None else list(scenarios),
                "hiding": mask or "random",
                "hidden_shares": [0.5] if hide is None else [float(share) for share in np.atleast_1d(hide)],
                "repeats": int(repeats),
                "by": by,
                "seed": conditions.seed,
            }
            named = [_named(method) for method in (USUAL if methods is None else methods)]
            found = _core.evaluate(name or "a table", table, named, json.dumps(experiment), conditions)
    evaluation, summary, page = found
    return Evaluation(json.loads(evaluation), json.loads(summary), page)


class _AskedOfCells:
    def __init__(
        self,
        data: Any,
        name: str | None,
        layer: str | None,
        mask: str | None,
        hide: float | Sequence[float] | None,
        repeats: int,
        by: str | None,
    ) -> None:
        self.name = name or "cells"
        self.element = "X" if layer is None else f"layers/{layer}"
        self.mask = mask
        hidden = [] if hide is None else [float(share) for share in np.atleast_1d(hide)]
        if len(hidden) > 1:
            raise ValueError(f"hide is one number or share for cells, found {hide!r}")
        self.hide = hidden[0] if hidden else None
        self.repeats = int(repeats)
        self.labels = None if by is None else (by, _labels(data, by))


def _labels(data: Any, by: str) -> list[str]:
    if by not in data.obs:
        raise ValueError(f"obs has no column {by!r}; it has {', '.join(map(str, data.obs.columns)) or 'none'}")
    labels = np.asarray(data.obs[by]).tolist()
    return ["" if _tables.is_missing(label) else str(label) for label in labels]


def _named(method: str | Imputer) -> tuple[str, str]:
    if isinstance(method, str):
        return (method, _core.parse(method))
    if not isinstance(method, Imputer):
        raise TypeError(f"a method is text or an estimator, found {method!r}")
    expect_unused(method)
    specified, usual = method._specified(), json.loads(_core.parse(method._method))
    changed = [f"{name}={value}" for name, value in json.loads(specified).items() if usual[name] != value]
    return (":".join([method._method, *changed]), specified)


def _is_anndata(data: object) -> bool:
    return hasattr(data, "obs_names")


def _table(data: Any, matrix: Any, covariates: Any, groups: Any, companion: Any) -> _core.Table:
    if matrix is not None:
        return _anndata.table_of(data, matrix, _anndata.Known(covariates, groups, companion))
    values = _tables.values_of(data)
    if values.ndim != 2:
        raise ValueError(f"expected a table of samples by genes, found shape {values.shape}")
    genes, samples = _tables.names_of_genes(data, values.shape[1]), _tables.names_of_rows(data)
    about = _beside.About(
        len(values), genes, samples=samples, covariates=covariates, groups=groups, companion=companion
    )
    return _core.Table(values, about)


def _frame(rows: list[dict[str, Any]]) -> Any:
    try:
        import pandas
    except ImportError:
        return rows
    return pandas.DataFrame(rows)


__all__ = ["Evaluation", "evaluate"]
