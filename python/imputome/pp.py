"""AnnData in, AnnData out, in the manner of scanpy."""

from __future__ import annotations

import json
import warnings
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _tables
from ._cells import CellModel
from ._estimator import Imputer, of_method
from ._load import load
from ._progress import Bar, Conditions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from anndata import AnnData

    from ._tables import Quantiles, RandomState

#: Where the records of all imputed layers lie in ``uns``, as in files of the program.
RECORDS = "imputome"


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
        Name of the new layer.
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
    adata = adata.copy() if copy and not adata.isbacked else adata.to_memory() if copy else _actual(adata)
    matrix = _matrix(adata, layer)
    known = _Known(covariates, groups, companion)
    with Bar(verbose) as bar:
        conditions = Conditions(_tables.seed_of(random_state), _tables.threads_of(n_jobs), bar)
        record = _Record(layer, key_added, conditions.seed if fitted is None else None, file)
        if isinstance(fitted, CellModel) or (fitted is None and not _has_gaps(matrix)):
            _expect_cells(matrix, {**vars(known), "start": start})
            cells = _cells(adata, matrix)
            fitted = fitted or _learned_cells(cells, method, settings, conditions)
            _impute_cells(adata, matrix, cells, fitted, policy, record, conditions)
        else:
            if policy != "restore":
                raise ValueError(f"policy={policy!r} has no effect on a table with gaps: measured values stay")
            table = _table(adata, matrix, known)
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
    matrix = _matrix(adata, layer)
    known = _Known(covariates, groups, companion)
    with Bar(verbose) as bar:
        conditions = Conditions(_tables.seed_of(random_state), _tables.threads_of(n_jobs), bar)
        if not _has_gaps(matrix):
            _expect_cells(matrix, {**vars(known), "start": start})
            return _learned_cells(_cells(adata, matrix), method, settings, conditions)
        table = _table(adata, matrix, known)
        return _learned(table, method, settings, start, companion_quantiles, conditions)


class _Known:
    """Where in an AnnData stands what is known of its samples beside the matrix."""

    def __init__(self, covariates: Sequence[str] | None, groups: str | None, companion: str | None) -> None:
        self.covariates, self.groups, self.companion = covariates, groups, companion


class _Record:
    """What ``uns`` says of a layer."""

    def __init__(self, layer: str | None, key: str, seed: int | None, file: str | None) -> None:
        self.values = "X" if layer is None else f"layers/{layer}"
        self.key, self.seed, self.file = key, seed, file

    def leave(self, adata: AnnData, specified: str, remarks: list[str], policy: str | None = None) -> None:
        settings = json.loads(specified)
        record = {
            "program": f"imputome {_core.__version__}",
            "layer": self.key,
            "counts" if policy else "values": self.values,
            "method": settings.pop("name"),
            # What has no value has no form in a file.
            "settings": {name: value for name, value in settings.items() if value is not None},
            **({"model": self.file} if self.file else {}),
            # Of a model that has learned before its own record tells the seed.
            **({"seed": self.seed} if self.seed is not None else {}),
            **({"policy": policy} if policy else {}),
            **({"remarks": remarks} if remarks else {}),
        }
        adata.uns[RECORDS] = {**adata.uns.get(RECORDS, {}), self.key: record}


def _actual(adata: AnnData) -> AnnData:
    """A view becomes an object of its own, as AnnData does on any change."""
    if adata.is_view:
        warnings.warn("adata is a view and becomes an object of its own", stacklevel=3)
        adata._init_as_actual(adata.copy())
    return adata


def _matrix(adata: AnnData, layer: str | None) -> Any:
    if layer is not None and layer not in adata.layers:
        raise ValueError(f"there is no layer {layer!r}; there are {', '.join(adata.layers) or 'none'}")
    matrix: Any = adata.X if layer is None else adata.layers[layer]
    if matrix is None:
        raise ValueError("adata.X is empty; name a layer")
    if hasattr(matrix, "to_memory"):
        return matrix.to_memory()
    return matrix if hasattr(matrix, "tocsr") or isinstance(matrix, np.ndarray) else np.asarray(matrix[:])


def _has_gaps(matrix: Any) -> bool:
    values = matrix.data if hasattr(matrix, "tocsr") else matrix
    return values.dtype.kind == "f" and bool(np.isnan(values).any())


def _specified(method: str | Imputer | None, unnamed: str, settings: dict[str, Any]) -> str:
    if isinstance(method, Imputer):
        found = json.loads(method._specified())
        return _tables.specified(found.pop("name"), {**found, **settings})
    return _tables.specified(method or unnamed, settings)


def _table(adata: AnnData, matrix: Any, known: _Known) -> _core.Table:
    covariates, groups = known.covariates, known.groups
    asked = [*(covariates or []), *([groups] if groups else [])]
    unknown = [name for name in asked if name not in adata.obs]
    if unknown:
        raise ValueError(f"obs has no column {unknown[0]!r}; it has {', '.join(map(str, adata.obs.columns))}")
    about = _tables.About(
        adata.n_obs,
        adata.var_names,
        samples=[str(name) for name in adata.obs_names],
        covariates=adata.obs[list(covariates)] if covariates else None,
        groups=adata.obs[groups] if groups else None,
        companion=_assay(adata, known.companion),
    )
    return _core.Table(_tables.values_of(matrix), about)


def _assay(adata: AnnData, companion: str | None) -> Any:
    if companion is None:
        return None
    if companion not in adata.obsm:
        raise ValueError(f"obsm has no key {companion!r}; it has {', '.join(adata.obsm) or 'none'}")
    assay: Any = adata.obsm[companion]
    return assay if hasattr(assay, "columns") else _tables.values_of(assay)


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
    record: _Record,
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
    adata.layers[key] = values
    if found.spread is not None:
        adata.layers[f"{key}_spread"] = found.spread
    adata.obs[f"{key}_filled"] = gaps.sum(axis=1)
    adata.var[f"{key}_filled"] = gaps.sum(axis=0)
    record.leave(adata, model.method(), [*model.remarks(), *found.remarks])


def _expect_cells(matrix: Any, of_tables: dict[str, Any]) -> None:
    if _has_gaps(matrix):
        raise ValueError("the model was learned from counts of single cells, and this matrix has gaps (NaN)")
    asked = [name for name, value in of_tables.items() if value is not None]
    if asked:
        raise ValueError(f"{asked[0]} has no effect: a matrix without gaps (NaN) is taken for counts of single cells")


def _cells(adata: AnnData, matrix: Any) -> _core.Cells:
    from scipy.sparse import csr_matrix

    rows = csr_matrix(matrix)
    rows.sum_duplicates()
    return _core.Cells(
        [str(name) for name in adata.obs_names],
        [str(name) for name in adata.var_names],
        rows.indptr.astype(np.int64),
        rows.indices.astype(np.int32),
        rows.data.astype(np.float32),
    )


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
    record: _Record,
    conditions: Conditions,
) -> None:
    from scipy.sparse import csr_matrix

    found = model.model_.impute(cells, policy, conditions)
    imputed = csr_matrix((found.values, found.columns, found.starts), shape=adata.shape)
    key = record.key
    adata.layers[key] = imputed if hasattr(matrix, "tocsr") else imputed.toarray()
    adata.obs[f"{key}_zeros_filled"] = np.asarray(found.filled_of_cells, dtype=np.int64)
    adata.var[f"{key}_estimated"] = np.asarray(found.imputed)
    adata.var[f"{key}_left_out"] = np.asarray(found.left_out, dtype=object)
    adata.var[f"{key}_zeros_filled"] = np.asarray(found.filled_of_genes, dtype=np.int64)
    record.leave(adata, model.model_.method(), found.remarks, policy)


__all__ = ["fit", "impute"]
