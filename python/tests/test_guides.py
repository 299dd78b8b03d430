"""The code of the guides runs, block after block, from the root of the repository."""

import re
from pathlib import Path

import pytest

pytest.importorskip("pandas")

ROOT = Path(__file__).parents[2]
GUIDES = ["impute_a_table", "denoise_an_anndata", "methylation_to_rna", "choose_a_method", "on_a_cluster"]


@pytest.mark.parametrize("guide", GUIDES)
def test_guide(guide, tmp_path, monkeypatch):
    if guide == "denoise_an_anndata":
        pytest.importorskip("scanpy").settings.figdir = tmp_path
        pytest.importorskip("matplotlib").use("agg")
    if guide == "on_a_cluster":
        pytest.importorskip("distributed")
    text = (ROOT / "docs" / "python" / f"{guide}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert blocks
    monkeypatch.chdir(ROOT)
    known = {"folder": tmp_path}
    for block in blocks:
        exec(compile(block, guide, "exec"), known)
