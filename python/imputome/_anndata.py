"""What the library reads of an AnnData, and what it leaves in one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _beside, _core, _tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anndata import AnnData

#: Where the records of all imputed layers lie in ``uns``, as in files of the program.
RECORDS = "imputome"

#: What is left in ``obs`` and ``var`` of a layer, behind its name.
OF_A_LAYER = ("filled", "zeros_filled", "estimated", "left_out")


class Known:
    """Where in an AnnData stands what is known of its samples beside the matrix."""

    def __init__(self, covariates: Sequence[str] | None, groups: str | None, companion: str | None) -> None:
        self.covariates = [covariates] if isinstance(covariates, str) else covariates
        self.groups, self.companion = groups, companion


class Record:
    """What ``uns`` says of a layer."""

    def __init__(self, layer: str | None, key: str, seed: int | None, file: str | None) -> None:
        if not isinstance(key, str) or not key or "/" in key:
            raise ValueError(f"key_added is a name without /, for a layer of a file, found {key!r}")
        self.values = "X" if layer is None else f"layers/{layer}"
        self.key, self.seed, self.file = key, seed, file

    def clear(self, adata: AnnData) -> None:
        """Takes away what an earlier result of this name has left."""
        if not isinstance(adata.uns.get(RECORDS, {}), Mapping):
            raise ValueError(f"uns[{RECORDS!r}] is not what imputome leaves there; give it another name")
        for layer in (self.key, f"{self.key}_spread"):
            adata.layers.pop(layer, None)
        for frame in (adata.obs, adata.var):
            for name in OF_A_LAYER:
                if f"{self.key}_{name}" in frame:
                    del frame[f"{self.key}_{name}"]

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


def matrix_of(adata: AnnData, layer: str | None) -> Any:
    if layer is not None and layer not in adata.layers:
        raise ValueError(f"there is no layer {layer!r}; there are {', '.join(filter(None, adata.layers)) or 'none'}")
    matrix: Any = adata.X if layer is None else adata.layers[layer]
    if matrix is None:
        raise ValueError("adata.X is empty; name a layer")
    if hasattr(matrix, "to_memory"):
        return matrix.to_memory()
    return matrix if hasattr(matrix, "tocsr") or isinstance(matrix, np.ndarray) else np.asarray(matrix[:])


def has_gaps(matrix: Any) -> bool:
    values = matrix.data if hasattr(matrix, "tocsr") else matrix
    return values.dtype.kind == "f" and bool(np.isnan(values).any())


def table_of(adata: AnnData, matrix: Any, known: Known) -> _core.Table:
    covariates, groups = known.covariates, known.groups
    asked = [] if covariates is None else list(covariates)
    asked += [] if groups is None else [groups]
    if not all(isinstance(name, str) for name in asked):
        raise ValueError("of an AnnData covariates is a list of columns of obs, and groups a column, all by name")
    unknown = [name for name in asked if name not in adata.obs]
    if unknown:
        raise ValueError(f"obs has no column {unknown[0]!r}; it has {', '.join(map(str, adata.obs.columns))}")
    about = _beside.About(
        adata.n_obs,
        adata.var_names,
        samples=[str(name) for name in adata.obs_names],
        covariates=None if covariates is None else adata.obs[list(covariates)],
        groups=None if groups is None else adata.obs[groups],
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


def expect_cells(matrix: Any, of_tables: dict[str, Any]) -> None:
    if has_gaps(matrix):
        raise ValueError("the model was learned from counts of single cells, and this matrix has gaps (NaN)")
    asked = [name for name, value in of_tables.items() if value is not None]
    if asked:
        raise ValueError(f"{asked[0]} has no effect: a matrix without gaps (NaN) is taken for counts of single cells")


def cells_of(adata: AnnData, matrix: Any) -> _core.Cells:
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
