"""The same bytes from Python, from Rust and from the program.

IMPUTOME_PROGRAM and IMPUTOME_EXAMPLE name the program and the example `impute_table` of the library, built from the
same sources; `python/test.sh` sets them, and then they must be there. Whoever runs the tests by hand may go without:
they are looked for where `cargo build --release --example` leaves them.
"""

import gzip
import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

import imputome

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "data" / "demo"
METHODS = {
    "knn": imputome.Knn(),
    "mice": imputome.Mice(),
    "factor": imputome.Factor(),
    "median": imputome.Median(),
    "pmi:epochs=2:steps=5": imputome.Pmi(epochs=2, steps=5),
    "missforest:trees=3:rounds=2": imputome.MissForest(trees=3, rounds=2),
}


def built(variable, name):
    """A program to compare with.

    ``test.sh`` names those that it has built, and one that is missing then fails; who tries the package alone need not
    build them.
    """
    if variable in os.environ:
        place = Path(os.environ[variable])
        assert place.exists(), f"{variable} names {place}, which is not there"
        return place
    place = ROOT / "target" / "release" / name
    if not place.exists():
        pytest.skip(f"{place} is not built, and {variable} names no other")
    return place


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """A part of GTEx with gaps, as files and as frames."""
    pd = pytest.importorskip("pandas")
    with gzip.open(DEMO / "gtex_v8_sample.tsv.gz", "rt") as file:
        table = pd.read_csv(file, sep="\t", index_col=0).iloc[::8, :40].astype(np.float32)
    table = table.mask(np.random.default_rng(0).random(table.shape) < 0.2)
    samples = pd.read_csv(DEMO / "gtex_v8_samples.tsv", sep="\t", index_col=0).loc[table.index]
    folder = tmp_path_factory.mktemp("cohort")
    table.to_csv(folder / "table.tsv", sep="\t", na_rep="NA")
    samples.to_csv(folder / "samples.tsv", sep="\t")
    return folder, table, samples


def known(samples):
    """What the program is told of the samples."""
    return {"covariates": samples.drop(columns="donor_id"), "groups": samples["donor_id"]}


@pytest.mark.parametrize("method", METHODS)
def test_a_table(method, cohort, tmp_path):
    import pandas as pd

    folder, table, samples = cohort
    files = [str(folder / "table.tsv"), "--covariates", str(folder / "samples.tsv"), "--group", "donor_id"]
    program = built("IMPUTOME_PROGRAM", "imputome")
    command = [program, "impute", *files, "--method", method, "-o", tmp_path / "filled.tsv", "--seed", "3"]
    subprocess.run(command, check=True, capture_output=True)
    of_program = pd.read_csv(tmp_path / "filled.tsv", sep="\t", index_col=0).astype(np.float32)
    of_python = METHODS[method].set_params(random_state=3).fit_transform(table, **known(samples))
    assert of_python.tobytes() == np.ascontiguousarray(of_program).tobytes()
    example = built("IMPUTOME_EXAMPLE", "examples/impute_table")
    arguments = [folder / "table.tsv", folder / "samples.tsv", method, "3", tmp_path / "filled.f32"]
    subprocess.run([example, *arguments], check=True)
    assert of_python.tobytes() == (tmp_path / "filled.f32").read_bytes()


def test_a_model_of_the_program_is_read_and_one_of_python_is_the_same_file(cohort, tmp_path):
    folder, table, samples = cohort
    program = built("IMPUTOME_PROGRAM", "imputome")
    files = [str(folder / "table.tsv"), "--covariates", str(folder / "samples.tsv"), "--group", "donor_id"]
    command = [program, "fit", *files, "--method", "factor", "-o", tmp_path / "program.model", "--seed", "3"]
    subprocess.run(command, check=True, capture_output=True)
    fitted = imputome.Factor(random_state=3).fit(table, **known(samples))
    read = imputome.load(tmp_path / "program.model")
    expected = fitted.transform(table, **known(samples)).tobytes()
    assert read.transform(table, **known(samples)).tobytes() == expected


@pytest.fixture(scope="module")
def demo_cells(tmp_path_factory):
    """A part of the cells that come with the program, and a file of them."""
    anndata = pytest.importorskip("anndata")
    scipy_io = pytest.importorskip("scipy.io")
    import pandas as pd

    folder = ROOT / "data" / "demo_cells"
    counts = scipy_io.mmread(folder / "matrix.mtx.gz").T.tocsr()[:200].astype(np.float32)
    names = [pd.read_csv(folder / file, sep="\t", header=None)[0] for file in ("barcodes.tsv.gz", "features.tsv.gz")]
    obs, var = pd.DataFrame(index=names[0][:200].to_list()), pd.DataFrame(index=names[1].to_list())
    molecules = np.asarray(counts.sum(axis=1)).ravel()
    obs["size"] = np.where(molecules > np.median(molecules), "large", "small")
    cells = anndata.AnnData(counts, obs=obs, var=var)
    file = tmp_path_factory.mktemp("cells") / "cells.h5ad"
    cells.write_h5ad(file)
    return file, cells


def test_cells_of_a_file(demo_cells, tmp_path):
    anndata = pytest.importorskip("anndata")
    file, cells = demo_cells
    cells = cells.copy()
    program = built("IMPUTOME_PROGRAM", "imputome")
    command = [program, "impute", file, "-o", tmp_path / "filled.h5ad", "--set", "epochs=2"]
    subprocess.run([*command, "--seed", "3"], check=True, capture_output=True)
    of_program = anndata.read_h5ad(tmp_path / "filled.h5ad")
    imputome.pp.impute(cells, epochs=2, random_state=3)
    for part in ("data", "indices", "indptr"):
        one, other = (getattr(of.layers["imputed"], part) for of in (of_program, cells))
        assert (one == other).all()
    assert (of_program.obs["imputed_zeros_filled"] == cells.obs["imputed_zeros_filled"]).all()
    for column in ("imputed_estimated", "imputed_left_out", "imputed_zeros_filled"):
        assert (of_program.var[column].astype(str) == cells.var[column].astype(str)).all()
    theirs, ours = (of.uns["imputome"]["imputed"] for of in (of_program, cells))
    assert set(ours) <= set(theirs) | {"remarks"}
    assert set(theirs["settings"]) == set(ours["settings"])


def test_a_model_of_cells_is_the_same_file_and_fills_other_cells_alike(demo_cells, tmp_path):
    anndata = pytest.importorskip("anndata")
    file, cells = demo_cells
    program = built("IMPUTOME_PROGRAM", "imputome")
    settings = ["--set", "epochs=2", "--set", "cells=0.7"]
    command = [program, "fit", file, "--method", "deepimpute", *settings, "-o", tmp_path / "program.model"]
    subprocess.run([*command, "--seed", "3"], check=True, capture_output=True)
    model = imputome.pp.fit(cells, "deepimpute", epochs=2, cells=0.7, random_state=3)
    model.save(tmp_path / "python.model")
    assert (tmp_path / "python.model").read_bytes() == (tmp_path / "program.model").read_bytes()
    other = cells[50:150, 100:].copy()
    other.write_h5ad(tmp_path / "other.h5ad")
    command = [program, "impute", tmp_path / "other.h5ad", "--model", tmp_path / "python.model"]
    subprocess.run([*command, "-o", tmp_path / "filled.h5ad"], check=True, capture_output=True)
    expected = anndata.read_h5ad(tmp_path / "filled.h5ad")
    for given in (model, imputome.load(tmp_path / "program.model"), tmp_path / "python.model"):
        imputome.pp.impute(other, model=given)
        for part in ("data", "indices", "indptr"):
            assert (getattr(expected.layers["imputed"], part) == getattr(other.layers["imputed"], part)).all()
    theirs, ours = (of.uns["imputome"]["imputed"] for of in (expected, other))
    assert "seed" not in theirs
    assert set(ours) - {"remarks"} == set(theirs) - {"remarks"}
    assert ours["model"] == theirs["model"]


def test_an_evaluation_of_cells(demo_cells, tmp_path):
    import pandas as pd

    file, cells = demo_cells
    program = built("IMPUTOME_PROGRAM", "imputome")
    methods = ["deepimpute:epochs=2", "mean"]
    command = [program, "evaluate", file, "--methods", ",".join(methods), "--repeats", "2", "--seed", "3"]
    command += ["--by", "size", "--mask", "even", "-o", tmp_path / "found"]
    subprocess.run(command, check=True, capture_output=True)
    found = imputome.tl.evaluate(cells, methods, repeats=2, by="size", mask="even", random_state=3, name="cells.h5ad")
    of_program = pd.read_csv(tmp_path / "found" / "scores.tsv", sep="\t")
    ours = found.scores.merge(of_program, on=["method", "repeat", "metric"], suffixes=("", "_of_program"))
    assert len(ours) == len(of_program) == len(found.scores) > 0
    # The file rounds to what a score can say.
    assert np.allclose(ours["value"].astype(float), ours["value_of_program"], rtol=1e-8, atol=1e-15, equal_nan=True)
    assert set(found.summary["method"]) == {*methods, "nonzero-mean"}
    page = (tmp_path / "found" / "report.html").read_text(encoding="utf-8")
    # Headlines, scores and figures but for times, the command and where the program ran.
    assert headings(found.page) == headings(page)
    assert set(found.per_gene["gene"]) == set(cells.var_names)


def headings(page):
    return re.findall(r"<h[1-3][^>]*>.*?</h[1-3]>", page, flags=re.DOTALL)


@pytest.mark.parametrize("quantiles", ["own", "source"])
@pytest.mark.parametrize("name", ["Ridge", "TdImpute"])
def test_a_model_tuned_from_a_source(name, quantiles, tmp_path):
    import pandas as pd

    folder = ROOT / "data" / "demo_methylation"
    expression = pd.read_csv(folder / "tcga_brca_expression.tsv.gz", sep="\t", index_col=0).iloc[:, :30]
    methylation = pd.read_csv(folder / "tcga_brca_methylation.tsv.gz", sep="\t", index_col=0).loc[expression.index]
    source, target = slice(0, None, 2), slice(1, None, 6)
    some = expression.astype(np.float32)
    some.iloc[1::12] = np.nan
    for part, rows in (("source", source), ("target", target)):
        some.iloc[rows].to_csv(tmp_path / f"{part}.tsv", sep="\t", na_rep="NA")
        methylation.iloc[rows].to_csv(tmp_path / f"{part}.companion.tsv", sep="\t", na_rep="NA")
    program = built("IMPUTOME_PROGRAM", "imputome")
    short = {"epochs": 2, "networks": 1, "hidden": 16} if name == "TdImpute" else {}
    settings = [part for key, value in short.items() for part in ("--set", f"{key}={value}")]

    def ran(command, part, *arguments):
        files = [tmp_path / f"{part}.tsv", "--companion", tmp_path / f"{part}.companion.tsv"]
        subprocess.run([program, command, *files, *arguments, "--seed", "3"], check=True, capture_output=True)

    ran("fit", "source", "--method", name.lower(), *settings, "-o", tmp_path / "source.model")
    begin = ["--start", tmp_path / "source.model", "--companion-quantiles", quantiles]
    ran("fit", "target", "--method", name.lower(), *settings, *begin, "-o", tmp_path / "tuned.model")
    ran("impute", "target", "--model", tmp_path / "tuned.model", "-o", tmp_path / "filled.tsv")
    of_program = pd.read_csv(tmp_path / "filled.tsv", sep="\t", index_col=0).astype(np.float32)

    def read(part, kind):
        return pd.read_csv(tmp_path / f"{part}{kind}.tsv", sep="\t", index_col=0).astype(np.float32)

    kind = getattr(imputome, name)
    start = kind(**short, random_state=3).fit(read("source", ""), companion=read("source", ".companion"))
    tuned = kind(**short, random_state=3)
    known = {"companion": read("target", ".companion")}
    filled = tuned.fit_transform(read("target", ""), **known, start=start, companion_quantiles=quantiles)
    assert np.isfinite(filled).all()
    assert filled.tobytes() == np.ascontiguousarray(of_program).tobytes()
    alone = kind(**short, random_state=3).fit_transform(read("target", ""), **known)
    assert filled.tobytes() != alone.tobytes()


def test_an_evaluation(cohort, tmp_path):
    import pandas as pd

    folder, table, samples = cohort
    program = built("IMPUTOME_PROGRAM", "imputome")
    files = [str(folder / "table.tsv"), "--covariates", str(folder / "samples.tsv"), "--group", "donor_id"]
    command = [program, "evaluate", *files, "--methods", "mean,factor", "--repeats", "1", "--seed", "3"]
    subprocess.run([*command, "-o", tmp_path / "found"], check=True, capture_output=True)
    of_program = pd.read_csv(tmp_path / "found" / "scores.tsv", sep="\t")
    found = imputome.tl.evaluate(
        table,
        ["mean", "factor"],
        **known(samples),
        by="tissue",
        repeats=1,
        random_state=3,
    )
    of_python = found.scores
    assert len(of_program) == len(of_python)
    # The file rounds to what a score can say.
    assert np.allclose(of_program["value"], of_python["value"].astype(float), rtol=1e-8, atol=1e-15, equal_nan=True)
