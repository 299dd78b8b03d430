"""AnnData keeps what it had and gets a layer."""

import pickle

import anndata
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csc_matrix, csr_matrix, issparse

import imputome

#: Quick, and still something to learn from.
QUICK = "deepimpute:epochs=2"


def counts(form=csr_matrix):
    random = np.random.default_rng(5)
    kinds = random.integers(0, 3, 120)
    levels = random.gamma(1.0, 2.0, (3, 60))
    obs = pd.DataFrame({"kind": pd.Categorical.from_codes(kinds, ["a", "b", "c"])}, index=[f"c{i}" for i in range(120)])
    var = pd.DataFrame(index=[f"g{i}" for i in range(60)])
    return anndata.AnnData(form(random.poisson(levels[kinds]).astype(np.float32)), obs=obs, var=var)


def samples(table):
    obs = pd.DataFrame({"tissue": pd.Categorical(["a", "b", "c"] * 20)}, index=[f"s{i}" for i in range(60)])
    return anndata.AnnData(table.astype(np.float32), obs=obs, var=pd.DataFrame(index=[f"g{i}" for i in range(25)]))


def same(one, other):
    return one.shape == other.shape and (one != other).nnz == 0


def test_counts_stay_sparse_and_measured_ones_as_they_are(tmp_path):
    cells = counts()
    before = cells.copy()
    assert imputome.pp.impute(cells, QUICK, key_added="denoised") is None
    filled = cells.layers["denoised"]
    assert issparse(filled)
    assert same(cells.X, before.X)
    measured = before.X.toarray() > 0
    assert (filled.toarray()[measured] == before.X.toarray()[measured]).all()
    added = filled.nnz - before.X.nnz
    assert added == cells.obs["denoised_zeros_filled"].sum() == cells.var["denoised_zeros_filled"].sum() > 0
    assert cells.obs["kind"].equals(before.obs["kind"])
    record = cells.uns["imputome"]["denoised"]
    assert record["method"] == "deepimpute"
    assert record["settings"]["epochs"] == 2
    cells.write_h5ad(tmp_path / "cells.h5ad")
    read = anndata.read_h5ad(tmp_path / "cells.h5ad")
    assert same(read.layers["denoised"], filled)
    assert read.uns["imputome"]["denoised"]["policy"] == "restore"
    assert list(read.var["denoised_left_out"]) == list(cells.var["denoised_left_out"])


def test_the_form_of_the_matrix_changes_nothing():
    by_rows = imputome.pp.impute(counts(), QUICK, copy=True).layers["imputed"]
    by_columns = imputome.pp.impute(counts(csc_matrix), QUICK, copy=True).layers["imputed"]
    dense = imputome.pp.impute(counts(np.asarray), QUICK, copy=True).layers["imputed"]
    whole = counts()
    whole.X = whole.X.astype(np.int64)
    assert same(by_rows, by_columns)
    assert isinstance(dense, np.ndarray)
    assert (dense == by_rows.toarray()).all()
    assert same(by_rows, imputome.pp.impute(whole, QUICK, copy=True).layers["imputed"])


def test_two_layers_have_two_records():
    cells = counts()
    imputome.pp.impute(cells, QUICK, key_added="one")
    imputome.pp.impute(cells, QUICK, key_added="two", policy="all", random_state=7)
    assert cells.uns["imputome"]["one"]["policy"] == "restore"
    assert cells.uns["imputome"]["two"]["policy"] == "all"
    assert cells.uns["imputome"]["two"]["seed"] == 7
    assert cells.uns["imputome"]["two"]["counts"] == "X"


def test_a_copy_leaves_the_object_alone():
    cells = counts()
    copy = imputome.pp.impute(cells, QUICK, copy=True)
    assert "imputed" in copy.layers
    assert "imputed" not in cells.layers
    assert not cells.uns


def test_a_layer_is_filled_from_a_layer():
    cells = counts()
    cells.layers["counts"] = cells.X.copy()
    cells.X = None
    with pytest.raises(ValueError, match="name a layer"):
        imputome.pp.impute(cells, QUICK)
    with pytest.raises(ValueError, match="there are counts"):
        imputome.pp.impute(cells, QUICK, layer="raw")
    imputome.pp.impute(cells, QUICK, layer="counts")
    assert same(cells.layers["imputed"], imputome.pp.impute(counts(), QUICK, copy=True).layers["imputed"])


def test_a_view_and_a_backed_object(tmp_path):
    cells = counts()
    cells.write_h5ad(tmp_path / "cells.h5ad")
    view = cells[:80]
    with pytest.warns(UserWarning, match="view"):
        imputome.pp.impute(view, QUICK)
    assert view.layers["imputed"].shape == (80, 60)
    assert cells.shape == (120, 60)
    assert "imputed" not in cells.layers
    backed = anndata.read_h5ad(tmp_path / "cells.h5ad", backed="r")
    imputome.pp.impute(backed, QUICK)
    whole = imputome.pp.impute(cells, QUICK, copy=True)
    assert backed.isbacked
    assert same(backed.layers["imputed"], whole.layers["imputed"])
    in_memory = imputome.pp.impute(anndata.read_h5ad(tmp_path / "cells.h5ad", backed="r"), QUICK, copy=True)
    assert not in_memory.isbacked
    assert same(in_memory.layers["imputed"], whole.layers["imputed"])


def test_a_table_with_gaps_is_filled_with_its_covariates(table, tmp_path):
    cohort = samples(table[0])
    imputome.pp.impute(cohort, "median", covariates=["tissue"])
    gaps = np.isnan(table[0])
    assert not np.isnan(cohort.layers["imputed"]).any()
    assert (cohort.layers["imputed"][~gaps] == cohort.X[~gaps]).all()
    assert (cohort.var["imputed_filled"] == gaps.sum(axis=0)).all()
    assert (cohort.obs["imputed_filled"] == gaps.sum(axis=1)).all()
    frame = pd.DataFrame(cohort.X, index=cohort.obs_names, columns=cohort.var_names)
    expected = imputome.Median().fit_transform(frame, covariates=cohort.obs[["tissue"]])
    assert cohort.layers["imputed"].tobytes() == expected.tobytes()
    with pytest.raises(ValueError, match="organ.*it has tissue"):
        imputome.pp.impute(cohort, "median", covariates=["organ"])


def test_a_spread_gets_a_layer_of_its_own_and_settings_can_be_named(table):
    cohort = samples(table[0])
    imputome.pp.impute(cohort, imputome.Gaussian(), key_added="filled")
    assert (cohort.layers["filled_spread"][np.isnan(cohort.X)] > 0).all()
    imputome.pp.impute(cohort, "knn", neighbors=3, key_added="neighbors")
    assert cohort.uns["imputome"]["neighbors"]["settings"]["neighbors"] == 3
    with pytest.raises(ValueError, match="it knows neighbors, weights"):
        imputome.pp.impute(cohort, "knn", neighbours=3)


@pytest.mark.parametrize("method", ["ridge", "lasso", "pcr", "tobmi", "tdimpute:epochs=1:networks=1:hidden=16"])
def test_expression_is_learned_from_a_companion_in_obsm(table, method):
    cohort = samples(table[0])
    names = [f"cg{i}" for i in range(25)]
    cohort.obsm["methylation"] = pd.DataFrame(table[1], index=cohort.obs_names, columns=names)
    imputome.pp.impute(cohort, method, companion="methylation")
    assert np.isfinite(cohort.layers["imputed"]).all()
    cohort.obsm["sparse"] = csr_matrix(table[1])
    imputome.pp.impute(cohort, method, companion="sparse", key_added="again")
    assert cohort.layers["again"].tobytes() == cohort.layers["imputed"].tobytes()
    with pytest.raises(ValueError, match="learns expression from another assay .* give its table as companion"):
        imputome.pp.impute(cohort, method)
    with pytest.raises(ValueError, match="obsm has no key 'proteins'; it has methylation, sparse"):
        imputome.pp.impute(cohort, method, companion="proteins")


def test_a_table_is_filled_by_what_was_learned_before(table, tmp_path):
    cohort = samples(table[0])
    model = imputome.pp.fit(cohort, "factor", covariates=["tissue"], random_state=3)
    assert isinstance(model, imputome.Factor)
    model.save(tmp_path / "model")
    later = cohort[:20, ::-1].copy()
    imputome.pp.impute(later, model=tmp_path / "model", covariates=["tissue"])
    frame = cohort[:20].to_df()
    expected = model.transform(frame, covariates=cohort.obs[["tissue"]].iloc[:20])
    assert later.layers["imputed"][:, ::-1].tobytes() == expected.tobytes()
    assert later.uns["imputome"]["imputed"]["model"] == str(tmp_path / "model")
    with pytest.raises(ValueError, match="method has no effect beside model"):
        imputome.pp.impute(later, "knn", model=model)
    with pytest.raises(ValueError, match="no gaps .* for factor to fill"):
        imputome.pp.impute(counts(), model=model)


def test_cells_are_filled_by_a_model_of_cells(table, tmp_path):
    cells = counts()
    model = imputome.pp.fit(cells, QUICK)
    assert isinstance(model, imputome.CellModel)
    assert model.settings()["epochs"] == 2
    assert model.genes == list(cells.var_names)
    model.save(tmp_path / "model")
    whole = imputome.pp.impute(cells, QUICK, copy=True).layers["imputed"]
    for again in (model, pickle.loads(pickle.dumps(model)), imputome.load(tmp_path / "model")):
        assert same(whole, imputome.pp.impute(cells, model=again, copy=True).layers["imputed"])
    some = imputome.pp.impute(cells[:50, ::-1], model=model, copy=True)
    assert same(csr_matrix(some.layers["imputed"][:, ::-1]), whole[:50])
    with pytest.raises(ValueError, match="learned from counts of single cells"):
        imputome.pp.impute(samples(table[0]), model=model)
    with pytest.raises(ValueError, match="covariates has no effect"):
        imputome.pp.fit(cells, covariates=["kind"])


def test_methods_are_compared_on_counts():
    found = imputome.tl.evaluate(counts(), [QUICK, imputome.Mean()], repeats=1, by="kind", mask="even")
    assert list(found.summary["method"]) == [QUICK, "mean", "nonzero-mean"]
    assert {"method", "repeat", "metric", "value"} <= set(found.scores.columns)
    assert found.page.startswith("<!")
    assert found.found["data"]["scale"].startswith("whole numbers")
    assert set(found.per_gene["gene"]) == set(counts().var_names)
    with pytest.raises(ValueError, match="ridge cannot fill counts of cells"):
        imputome.tl.evaluate(counts(), ["ridge"])
    with pytest.raises(ValueError, match="scenarios has no effect"):
        imputome.tl.evaluate(counts(), ["mean"], scenarios=["in-place"])
    with pytest.raises(ValueError, match='no mask of cells is called "profile"; there are dropout'):
        imputome.tl.evaluate(counts(), ["mean"], mask="profile")
    with pytest.raises(ValueError, match="would hide .* more than half"):
        imputome.tl.evaluate(counts(), ["mean"], mask="dropout", hide=100)
    logs = counts()
    logs.X = logs.X.log1p()
    with pytest.raises(ValueError, match=r"does not look like counts.*adata.to_df\(\)"):
        imputome.tl.evaluate(logs, ["mean"])


def test_zeros_are_not_gaps():
    with pytest.raises(ValueError, match="no gaps .* for knn to fill"):
        imputome.pp.impute(counts(), "knn")


def test_methods_are_compared_and_the_page_is_shown_and_saved(table, tmp_path):
    methods = ["mean", imputome.Factor()]
    found = imputome.tl.evaluate(samples(table[0]), methods, covariates=["tissue"], by="tissue", repeats=1)
    assert found.summary["method"][0] == "factor"
    assert {"method", "metric", "value"} <= set(found.scores.columns)
    assert "tissue=a" in set(found.scores["group"])
    assert "<iframe" in found._repr_html_()
    found.save(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!")
    with pytest.raises(ValueError, match="asked for twice"):
        imputome.tl.evaluate(table[0], ["mean", "mean"])


def test_a_name_used_again_keeps_nothing_of_before(table):
    adata = samples(table[0])
    imputome.pp.impute(adata, "gaussian")
    assert "imputed_spread" in adata.layers
    imputome.pp.impute(adata, "mean")
    assert "imputed_spread" not in adata.layers
    with pytest.raises(ValueError, match="there is no layer 'x'; there are imputed"):
        imputome.pp.impute(adata, "mean", layer="x")
    assert adata.uns["imputome"]["imputed"]["method"] == "mean"


@pytest.mark.parametrize("key", ["a/b", "", None, 3])
def test_names_that_no_file_takes_are_refused(table, key):
    adata = samples(table[0])
    with pytest.raises(ValueError, match="key_added is a name without /"):
        imputome.pp.impute(adata, "mean", key_added=key)
    assert not adata.layers


def test_what_is_wrong_is_said_before_anything_is_left(table, tmp_path):
    adata = samples(table[0])
    adata.uns["imputome"] = "mine"
    with pytest.raises(ValueError, match="not what imputome leaves there"):
        imputome.pp.impute(adata, "mean")
    assert not adata.layers
    del adata.uns["imputome"]
    adata.write_h5ad(tmp_path / "t.h5ad")
    backed = anndata.read_h5ad(tmp_path / "t.h5ad", backed="r")
    with pytest.raises(ValueError, match="view of a file"):
        imputome.pp.impute(backed[:40], "mean")
    assert imputome.pp.impute(backed[:40], "mean", copy=True).layers["imputed"].shape == (40, 25)
    with pytest.raises(TypeError, match="model is a fitted estimator"):
        imputome.pp.impute(adata, model=3)
    with pytest.raises(TypeError, match="goes to model="):
        imputome.pp.impute(counts(), imputome.pp.fit(counts(), QUICK))
