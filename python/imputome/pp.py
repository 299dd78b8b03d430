"""AnnData in, AnnData out, in the manner of scanpy."""

from __future__ import annotations

import json
import warnings
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _tables
from ._anndata import Known, Record, cells_of, expect_cells, has_gaps, matrix_of, table_of
from ._cells import CellModel
from ._estimator import Imputer, expect_unused, of_method
from ._load import load
from ._progress import Bar, Conditions
from ._sklearn import check_is_fitted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from anndata import AnnData

    from ._tables import Quantiles, RandomState


def impute(
    adata: AnnData,
    method: str | Imputer | None = None,
    *,
    model: Imputer | CellModel | str | PathLike[str] | None = None,
    layer: str | None = None,
    key_added: str = "imputed",
    covariates: Sequence[str] | None = None,
    groups: str | None = None,
    companion: str | None = None,
    companion_quantiles: Quantiles = "own",
    start: Imputer | None = None,
    policy: Literal["restore", "max", "all"] = "restore",
    random_state: RandomState = 0,
    n_jobs: int | None = None,
    verbose: bool = False,
    copy: bool = False,
    **settings: Any,
) -> AnnData | None:
    """Fills ``adata`` into a new layer.

    A matrix with gaps (NaN) is a table of samples: gaps are filled by any method of tables. One without gaps is taken
    for counts of single cells: zeros are filled by DeepImpute, and what was sparse stays sparse. Everything else in
    the object stays as it is. What was done is told in ``uns["imputome"][key_added]``, how it went in columns of
    ``obs`` and ``var`` that begin with ``key_added``.

    Parameters
    ----------
    adata : AnnData
        Samples (or cells) by genes; dense, sparse, a view, or backed.
    method : str or estimator, optional
        What learns from ``adata``: ``name[:preset][:setting=value]...``, as in the program, or an estimator such as
        ``Knn(neighbors=5)``; by default what the program takes: for tables by their shape, for counts DeepImpute's
        expected counts of genes that vary.
    model : fitted estimator, CellModel or path, optional
        What has learned before, of :func:`imputome.pp.fit`, an estimator, or a file; in the place of ``method``.
    layer : str, optional
        The layer that is filled; ``X`` by default.
    key_added : str
        Name of the new layer; what an earlier run left under it is replaced.
    covariates : list of str, optional
        Columns of ``obs`` that methods of tables may use.
    groups : str, optional
        Column of ``obs`` that no split may tear apart, such as donors.
    companion : str, optional
        Key of ``obsm`` with another assay of the same samples, such as methylation: from it ``tdimpute``, ``ridge``,
        ``lasso``, ``pcr`` and ``tobmi`` learn.
    companion_quantiles, start
        As in ``fit`` of the estimators: companions of cohorts measured elsewhere, and transfer learning.
    policy : 'restore', 'max' or 'all'
        For counts: which entries an estimate may replace: zeros; what lies below its estimate; all.
    random_state, n_jobs, verbose
        As in the estimators.
    copy : bool
        Gives a changed copy and leaves ``adata`` as it is.
    **settings
        Settings of the method by name.

    Returns
    -------
    AnnData or None
        The copy where one was asked for.
    """
    asked = {"method": method, "start": start, **settings}
    asked = {name: value for name, value in asked.items() if value is not None}
    if model is not None and asked:
        raise ValueError(f"{next(iter(asked))} has no effect beside model, which has learned before")
    file = fspath(model) if isinstance(model, str | PathLike) else None
    fitted = load(model) if isinstance(model, str | PathLike) else model
    expect_anndata(adata)
    expect_model(fitted)
    adata = adata.copy() if copy and not adata.isbacked else adata.to_memory() if copy else _actual(adata)
    matrix = matrix_of(adata, layer)
    known = Known(covariates, groups, companion)
    with Bar(verbose) as bar:
        conditions = Conditions(_tables.seed_of(random_state), _tables.threads_of(n_jobs), bar)
        record = Record(layer, key_added, conditions.seed if fitted is None else None, file)
        if isinstance(fitted, CellModel) or (fitted is None and not has_gaps(matrix)):
            expect_cells(matrix, {**vars(known), "start": start})
            cells = cells_of(adata, matrix)
            fitted = fitted or _learned_cells(cells, method, settings, conditions)
            _impute_cells(adata, matrix, cells, fitted, policy, record, conditions)
        else:
            if policy != "restore":
                raise ValueError(f"policy={policy!r} has no effect on a table with gaps: measured values stay")
            table = table_of(adata, matrix, known)
            if fitted is None:
                fitted = _learned(table, method, settings, start, companion_quantiles, conditions)
                companion_quantiles = "own"
            _impute_table(adata, matrix, table, fitted, companion_quantiles, record, conditions)
    return adata if copy else None


def fit(
    adata: AnnData,
    method: str | Imputer | None = None,
    *,
    layer: str | None = None,
    covariates: Sequence[str] | None = None,
    groups: str | None = None,
    companion: str | None = None,
    companion_quantiles: Quantiles = "own",
    start: Imputer | None = None,
    random_state: RandomState = 0,
    n_jobs: int | None = None,
    verbose: bool = False,
    **settings: Any,
) -> Any:
    """Learns from ``adata``, for other objects over the same genes: ``pp.impute(other, model=...)``.

    Parameters
    ----------
    adata, method, layer, covariates, groups, companion, companion_quantiles, start
        As in :func:`imputome.pp.impute`.
    random_state, n_jobs, verbose, **settings
        As there.

    Returns
    -------
    CellModel or Imputer
        Of counts of single cells a model of cells, of a matrix with gaps a fitted estimator. Both are saved with
        ``save(path)``, read by :func:`imputome.load`, and read by the program.
    """
    expect_anndata(adata)
    matrix = matrix_of(adata, layer)
    known = Known(covariates, groups, companion)
    with Bar(verbose) as bar:
        conditions = Conditions(_tables.seed_of(random_state), _tables.threads_of(n_jobs), bar)
        if not has_gaps(matrix):
            expect_cells(matrix, {**vars(known), "start": start})
            return _learned_cells(cells_of(adata, matrix), method, settings, conditions)
        table = table_of(adata, matrix, known)
        return _learned(table, method, settings, start, companion_quantiles, conditions)


def expect_anndata(adata: object) -> None:
    """Refuses what is no AnnData."""
    if not hasattr(adata, "obs_names"):
        raise TypeError(f"expected an AnnData, found {type(adata).__name__}; arrays and data frames go to estimators")


def expect_model(model: object) -> None:
    """Refuses what has not learned."""
    if not isinstance(model, CellModel | Imputer | None):
        raise TypeError(f"model is a fitted estimator, a CellModel or a path, found {type(model).__name__}")
    if isinstance(model, Imputer):
        check_is_fitted(model)


def _actual(adata: AnnData) -> AnnData:
    """A view becomes an object of its own, as AnnData does on any change."""
    if adata.is_view and adata.isbacked:
        raise ValueError("a view of a file cannot get a layer; give adata.to_memory(), or copy=True")
    if adata.is_view:
        warnings.warn("adata is a view and becomes an object of its own", stacklevel=3)
        adata._init_as_actual(adata.copy())
    return adata


def _specified(method: str | Imputer | None, unnamed: str, settings: dict[str, Any]) -> str:
    if isinstance(method, Imputer):
        expect_unused(method)
        found = json.loads(method._specified())
        return _tables.specified(found.pop("name"), {**found, **settings})
    if not isinstance(method, str | None):
        what = "; what has learned goes to model=" if isinstance(method, CellModel) else ""
        raise TypeError(f"method is text or an estimator, found {type(method).__name__}{what}")
    return _tables.specified(method or unnamed, settings)


def _learned(
    table: _core.Table,
    method: str | Imputer | None,
    settings: dict[str, Any],
    start: Imputer | None,
    companion_quantiles: Quantiles,
    conditions: Conditions,
) -> Imputer:
    estimator = of_method(_specified(method, table.unnamed(), settings))
    return estimator._of_table(table, start, companion_quantiles, conditions)


def _impute_table(
    adata: AnnData,
    matrix: Any,
    table: _core.Table,
    estimator: Imputer,
    companion_quantiles: Quantiles,
    record: Record,
    conditions: Conditions,
) -> None:
    values = np.array(matrix.todense() if hasattr(matrix, "tocsr") else matrix)
    gaps = np.isnan(values)
    if not gaps.any():
        raise ValueError(f"no gaps (NaN) for {estimator._method} to fill")
    model = estimator._model(companion_quantiles)
    found = model.impute(table, conditions)
    assert found.values is not None
    np.copyto(values, found.values, where=gaps)
    key = record.key
    record.clear(adata)
    adata.layers[key] = values
    if found.spread is not None:
        adata.layers[f"{key}_spread"] = found.spread
    adata.obs[f"{key}_filled"] = gaps.sum(axis=1)
    adata.var[f"{key}_filled"] = gaps.sum(axis=0)
    record.leave(adata, model.method(), [*model.remarks(), *found.remarks])


def _learned_cells(
    cells: _core.Cells, method: str | Imputer | None, settings: dict[str, Any], conditions: Conditions
) -> CellModel:
    specified = _specified(method, _core.UNNAMED_FOR_CELLS, settings)
    name = json.loads(specified)["name"]
    if name != "deepimpute":
        raise ValueError(f"no gaps (NaN) for {name} to fill; zeros of counts are filled by method='deepimpute'")
    return CellModel(_core.CellModel.fit(specified, cells, conditions))


def _impute_cells(
    adata: AnnData,
    matrix: Any,
    cells: _core.Cells,
    model: CellModel,
    policy: str,
    record: Record,
    conditions: Conditions,
) -> None:
    from scipy.sparse import csr_matrix

    found = model.model_.impute(cells, policy, conditions)
    imputed = csr_matrix((found.values, found.columns, found.starts), shape=adata.shape)
    key = record.key
    record.clear(adata)
    adata.layers[key] = imputed if hasattr(matrix, "tocsr") else imputed.toarray()
    adata.obs[f"{key}_zeros_filled"] = np.asarray(found.filled_of_cells, dtype=np.int64)
    adata.var[f"{key}_estimated"] = np.asarray(found.imputed)
    adata.var[f"{key}_left_out"] = np.asarray(found.left_out, dtype=object)
    adata.var[f"{key}_zeros_filled"] = np.asarray(found.filled_of_genes, dtype=np.int64)
    record.leave(adata, model.model_.method(), found.remarks, policy)


__all__ = ["fit", "impute"]
