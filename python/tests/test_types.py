"""A type checker sees the package, and what users write with it, rightly."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import imputome

SETTINGS = Path(__file__).parents[1] / "pyproject.toml"

RIGHT = """
import anndata
import numpy as np
import pandas as pd

import imputome

table = pd.DataFrame(np.ones((4, 3)))
knn = imputome.Knn(neighbors=3, weights="uniform", n_jobs=-1).set_output(transform="pandas")
filled = knn.fit(table, covariates=table[["a"]], groups=[1, 1, 2, 2]).transform(table)
tuned = imputome.Ridge().fit_transform(table, companion=table, start=imputome.Ridge(), companion_quantiles="source")
spread = imputome.Gaussian.preset("published").fit(np.ones((4, 3))).spread(np.ones((4, 3)))
if spread is not None:
    print(spread.max(), knn.settings()["neighbors"], knn.get_feature_names_out()[0], knn.remarks_[0].upper())
knn.save("model")
again = imputome.load("model").transform(table)

adata = anndata.AnnData(np.ones((4, 3)))
imputome.pp.impute(adata, "knn", neighbors=3, key_added="filled", covariates=["tissue"])
imputome.pp.impute(adata, imputome.Knn(), companion="methylation")
imputome.pp.impute(adata, model=imputome.pp.fit(adata, epochs=3), policy="max")
imputome.pp.impute(adata, model="cells.model")
judged = imputome.tl.evaluate(table, ["mean", imputome.Knn()], by="tissue", hide=[0.5])
judged.save("report.html")
print(judged.summary["r2"], judged.found["scores"])
"""

WRONG = {
    "imputome.Knn(neighbors='three')": "arg-type",
    "imputome.Knn(neighbours=3)": "call-arg",
    "imputome.Mice().fit(table, companion_quantiles='theirs')": "arg-type",
    "imputome.Knn().remarks_.upper()": "attr-defined",
    "imputome.tl.evaluate(table, repeats='many')": "arg-type",
    "imputome.pp.impute(None, policy='some')": "arg-type",
}


def checked(folder, *arguments):
    """What the type checker says of a copy of the package, away from all else that is installed."""
    pytest.importorskip("mypy")
    shutil.copytree(
        Path(imputome.__file__).parent, folder / "imputome", ignore=shutil.ignore_patterns("*.so", "__pyc*")
    )
    command = [sys.executable, "-P", "-m", "mypy", "--config-file", SETTINGS, "--cache-dir", "/dev/null", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder)


def test_the_package_is_typed(tmp_path):
    found = checked(tmp_path, "-p", "imputome")
    assert found.returncode == 0, found.stdout


def test_what_users_write_is_right_and_what_is_wrong_is_told(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(RIGHT + "\n".join(WRONG), encoding="utf-8")
    told = [line for line in checked(tmp_path, script).stdout.splitlines() if ": error:" in line]
    first = RIGHT.count("\n") + 1
    assert [int(line.split(":")[1]) for line in told] == list(range(first, first + len(WRONG))), told
    for line, kind in zip(told, WRONG.values(), strict=True):
        assert line.endswith(f"[{kind}]")
