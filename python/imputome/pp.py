"""AnnData in, AnnData out, in the manner of scanpy."""

import json
import warnings

import numpy as np

from . import _core, _tables
from ._progress import Bar, Conditions

#: Where the records of all imputed layers lie in ``uns``, as in files of the program.
RECORDS = "imputome"


def impute(
    adata,
    method=None,
    *,
    layer=None,
    key_added="imputed",
    covariates=None,
    groups=None,
    policy="restore",
    random_state=0,
    n_jobs=None,
    verbose=False,
    copy=False,
    **settings,
):
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
        ``name[:preset][:setting=value]...``, as in the program, or an estimator such as ``Knn(neighbors=5)``; by
        default what the program takes: for tables by their shape, for counts DeepImpute's expected counts of genes
        that vary.
    layer : str, optional
        The layer that is filled; ``X`` by default.
    key_added : str
        Name of the new layer.
    covariates : list of str, optional
        Columns of ``obs`` that methods of tables may use.
    groups : str, optional
        Column of ``obs`` that no split may tear apart, such as donors.
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
    adata = adata.copy() if copy and not adata.isbacked else adata.to_memory() if copy else _actual(adata)
    matrix = _matrix(adata, layer)
    with Bar(verbose) as bar:
        conditions = Conditions(_tables.seed_of(random_state), _tables.threads_of(n_jobs), bar)
        if _has_gaps(matrix):
            table = _table(adata, matrix, covariates, groups)
            specified = _specified(method, table.unnamed(), settings)
            _impute_table(adata, matrix, table, specified, layer, key_added, conditions)
        else:
            specified = _specified(method, _core.UNNAMED_FOR_CELLS, settings)
            _impute_cells(adata, matrix, specified, policy, layer, key_added, conditions)
    return adata if copy else None


def _actual(adata):
    """A view becomes an object of its own, as AnnData does on any change."""
    if adata.is_view:
        warnings.warn("adata is a view and becomes an object of its own", stacklevel=3)
        adata._init_as_actual(adata.copy())
    return adata


def _matrix(adata, layer):
    if layer is not None and layer not in adata.layers:
        raise ValueError(f"there is no layer {layer!r}; there are {', '.join(adata.layers) or 'none'}")
    matrix = adata.X if layer is None else adata.layers[layer]
    if matrix is None:
        raise ValueError("adata.X is empty; name a layer")
    if hasattr(matrix, "to_memory"):
        return matrix.to_memory()
    return matrix if hasattr(matrix, "tocsr") or isinstance(matrix, np.ndarray) else np.asarray(matrix[:])


def _has_gaps(matrix):
    values = matrix.data if hasattr(matrix, "tocsr") else matrix
    return values.dtype.kind == "f" and bool(np.isnan(values).any())


def _specified(method, unnamed, settings):
    if hasattr(method, "_specified"):
        found = json.loads(method._specified())
        return _tables.specified(found.pop("name"), {**found, **settings})
    return _tables.specified(method or unnamed, settings)


def _table(adata, matrix, covariates, groups):
    asked = [*(covariates or []), *([groups] if groups else [])]
    unknown = [name for name in asked if name not in adata.obs]
    if unknown:
        raise ValueError(f"obs has no column {unknown[0]!r}; it has {', '.join(map(str, adata.obs.columns))}")
    about = _tables.About(
        adata.n_obs,
        adata.var_names,
        samples=[str(name) for name in adata.obs_names],
        covariates=adata.obs[covariates] if covariates else None,
        groups=adata.obs[groups] if groups else None,
    )
    return _core.Table(_tables.values_of(matrix.todense() if hasattr(matrix, "tocsr") else matrix), about)


def _impute_table(adata, matrix, table, specified, layer, key, conditions):
    model = _core.Model.fit(specified, table, conditions)
    found = model.impute(table, conditions)
    values = np.array(matrix.todense() if hasattr(matrix, "tocsr") else matrix)
    gaps = np.isnan(values)
    np.copyto(values, found.values, where=gaps)
    adata.layers[key] = values
    if found.spread is not None:
        adata.layers[f"{key}_spread"] = found.spread
    adata.obs[f"{key}_filled"] = gaps.sum(axis=1)
    adata.var[f"{key}_filled"] = gaps.sum(axis=0)
    _record(adata, layer, key, specified, conditions, [*model.remarks(), *found.remarks])


def _impute_cells(adata, matrix, specified, policy, layer, key, conditions):
    from scipy.sparse import csr_matrix

    name = json.loads(specified)["name"]
    if name != "deepimpute":
        raise ValueError(f"no gaps (NaN) for {name} to fill; zeros of counts are filled by method='deepimpute'")
    rows = csr_matrix(matrix)
    rows.sum_duplicates()
    cells = _core.Cells(
        [str(name) for name in adata.obs_names],
        [str(name) for name in adata.var_names],
        rows.indptr.astype(np.int64),
        rows.indices.astype(np.int32),
        rows.data.astype(np.float32),
    )
    model = _core.CellModel.fit(specified, cells, conditions)
    found = model.impute(cells, policy, conditions)
    imputed = csr_matrix((found.values, found.columns, found.starts), shape=adata.shape)
    adata.layers[key] = imputed if hasattr(matrix, "tocsr") else imputed.toarray()
    adata.obs[f"{key}_zeros_filled"] = np.asarray(found.filled_of_cells, dtype=np.int64)
    adata.var[f"{key}_estimated"] = np.asarray(found.imputed)
    adata.var[f"{key}_left_out"] = np.asarray(found.left_out, dtype=object)
    adata.var[f"{key}_zeros_filled"] = np.asarray(found.filled_of_genes, dtype=np.int64)
    remarks = model.remarks()
    if found.refused:
        remarks.append(f"{found.refused} estimates were out of bounds and not used: those entries stay as measured")
    _record(adata, layer, key, specified, conditions, remarks, policy)


def _record(adata, layer, key, specified, conditions, remarks, policy=None):
    settings = json.loads(specified)
    record = {
        "program": f"imputome {_core.__version__}",
        "layer": key,
        "counts" if policy else "values": "X" if layer is None else f"layers/{layer}",
        "method": settings.pop("name"),
        # What has no value has no form in a file.
        "settings": {name: value for name, value in settings.items() if value is not None},
        "seed": conditions.seed,
        **({"policy": policy} if policy else {}),
        **({"remarks": remarks} if remarks else {}),
    }
    adata.uns[RECORDS] = {**adata.uns.get(RECORDS, {}), key: record}


__all__ = ["impute"]
