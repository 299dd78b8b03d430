"""Cells on a map and in groups: ours against Scanpy's recipe, leidenalg and umap-learn, one thread each.

Standard library only; the peers live in the interpreter given by --python.
"""

import os
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import measure  # noqa: E402

ONE_THREAD = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS")}


def main():
    arguments = measure.arguments(__doc__, rounds=3)
    arguments.add_argument("--file", required=True, help="an h5ad whose X holds counts")
    given = arguments.parse_args()
    program = measure.example("imputome", "cell_map")
    python = [measure.peer_python(FOLDER, given.python), os.path.join(FOLDER, "peers.py")]
    began = measure.machine()
    parts = []
    with tempfile.TemporaryDirectory(prefix="imputome-bench-") as folder:
        cells, genes, _ = measure.child([*python, "make", given.file, folder])["output"].split()[-3:]
        for seed in range(given.rounds):
            ours = measure.child([program, os.path.join(folder, "counts.f32"), cells, genes, str(seed), folder], ONE_THREAD)
            parts.append(f"## Ours, seed {seed}\n\n```\n{ours['output'].strip()}\npeak {ours['memory']:.0f} MiB\n```")
            seeds = given.rounds if seed == given.rounds - 1 else 0
            theirs = measure.child([*python, "compare", folder, str(seeds)], ONE_THREAD)
            parts.append(f"```\n{theirs['output'].strip()}\n```")
            print(parts[-2:], file=sys.stderr)
    page = "\n\n".join(["# Maps and groups of cells, measured", f"{os.path.basename(given.file)}, {cells} cells by {genes} genes, "
                        f"`python3 benches/cell_map/run.py --rounds {given.rounds}`; {began}.",
                        "`genes` counts the genes that we keep, that Scanpy keeps, and both; trustworthiness is that of scikit-learn over 15 neighbors, all maps of the same components; "
                        "modularity is that of igraph at resolution 1, over the same graph.", *parts])
    measure.write(given.output or os.path.join(FOLDER, "results.md"), page + "\n")


if __name__ == "__main__":
    main()
