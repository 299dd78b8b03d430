"""A session with scanpy on blood cells, with nothing of imputome in the way."""

from pathlib import Path

import numpy as np
import pytest

import imputome

sc = pytest.importorskip("scanpy")
anndata = pytest.importorskip("anndata")

#: Every third cell of 10x Genomics' 3k PBMCs, as it comes with the program.
CELLS = Path(__file__).parents[2] / "data" / "demo_cells"


@pytest.mark.skipif(not CELLS.exists(), reason=f"the cells are not at {CELLS}")
def test_read_impute_normalize_embed_cluster_write_read(tmp_path):
    cells = sc.read_10x_mtx(CELLS)
    counts = cells.X.copy()
    imputome.pp.impute(cells, "deepimpute:dispersion=0.5:epochs=20", n_jobs=-1)
    assert (counts != cells.X).nnz == 0
    cells.layers["counts"] = cells.X
    cells.X = cells.layers["imputed"].copy()
    sc.pp.normalize_total(cells, target_sum=1e4)
    sc.pp.log1p(cells)
    sc.pp.highly_variable_genes(cells, n_top_genes=1000)
    sc.pp.pca(cells)
    sc.pp.neighbors(cells)
    sc.tl.leiden(cells, flavor="igraph", n_iterations=2, directed=False)
    sc.tl.umap(cells)
    assert np.isfinite(cells.obsm["X_umap"]).all()
    # Blood has T cells, B cells, natural killers and monocytes at least.
    assert cells.obs["leiden"].nunique() >= 4
    cells.write_h5ad(tmp_path / "cells.h5ad")
    read = anndata.read_h5ad(tmp_path / "cells.h5ad")
    assert (read.layers["imputed"] != cells.layers["imputed"]).nnz == 0
    assert read.uns["imputome"]["imputed"]["settings"]["epochs"] == 20
    assert read.obs["leiden"].equals(cells.obs["leiden"])
    assert read.var["imputed_left_out"].astype(str).equals(cells.var["imputed_left_out"].astype(str))
    # Lymphocytes and monocytes are told apart by what they are known for.
    log = sc.get.obs_df(cells, ["LYZ", "CD3D"])
    by_cluster = log.groupby(cells.obs["leiden"], observed=True).mean()
    assert by_cluster["LYZ"].idxmax() != by_cluster["CD3D"].idxmax()
