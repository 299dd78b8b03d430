"""What networks learn about tissues on gtex469: is the nearest neighbor of a tissue, in the embedding, of the same organ system?

Every configuration is fitted on the whole table, as it is and as normal scores within each tissue, with several seeds;
`imputome embeddings` judges each model. Writes embeddings.md.
"""

import os
import statistics
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import run  # noqa: E402
import study  # noqa: E402

METHODS = ["gain-gtex", "pmi", "pmi:published-inductive-alzheimer", "pmi:published-in-place-alzheimer", "gain-gtex:published"]
INPUTS = {"as it is": [], "normal scores within tissue": ["--normalize", "inverse-normal", "--within", "tissue"]}


def main():
    parser = study.arguments(__doc__)
    parser.add_argument("--methods", nargs="+", default=METHODS)
    parser.add_argument("--inputs", nargs="+", default=list(INPUTS), choices=list(INPUTS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    given = parser.parse_args()
    folder, program = study.output_folder(given), study.program(given)
    source = study.data_set(given, "gtex_v8_1000")
    genes = os.path.join(folder, "genes.txt")
    run.write_expressed_genes(source, genes)
    began, lines = study.measure.machine(), []
    for name in given.inputs:
        for method in given.methods:
            judged = [judge(program, folder, source, genes, given, (name, method, seed)) for seed in given.seeds]
            lines.append([name, method, *cells([found["embedding"] for found in judged]), *cells([found["map"] for found in judged])])
    table = study.measure.markdown_table(
        ["input", "method", "same system", "by chance", "p of each seed", "same system on the map", "by chance", "p of each seed"], lines)
    note = (f"`python3 studies/gtex469/embeddings.py --seeds {' '.join(map(str, given.seeds))}`; {began}. Share of tissues whose nearest "
            "neighbor is of their organ system, mean over seeds (each seed); p over 10,000 permutations of the systems.")
    study.measure.write(os.path.join(folder, "embeddings.md"), f"# gtex469, embeddings of tissues\n\n{note}\n\n{table}\n")


def judge(program, folder, source, genes, given, what):
    """The lines of agreement.tsv of one fit, by space."""
    name, method, seed = what
    place = os.path.join(folder, f"{method}.{name}.{seed}".replace(" ", "_").replace(":", "."))
    common = ["--threads", str(given.threads), "--seed", str(seed)]
    if not os.path.exists(place + ".safetensors"):
        covariates = ["--covariates", os.path.join(source, "samples.tsv"), "--categorical", "tissue,sex", "--numeric", "age_mid"]
        subprocess.run([program, "fit", os.path.join(source, "expression.tsv.gz"), "-o", place + ".safetensors", "--overwrite", "--method", method,
                        "--genes", genes, *covariates, "--group", "donor_id", *INPUTS[name], *common], check=True)
    subprocess.run([program, "embeddings", place + ".safetensors", "-o", place, "--by", "tissue", "--overwrite", *common], check=True)
    return {row["space"]: row for row in study.rows_of(os.path.join(place, "agreement.tsv"))}


def cells(found):
    shares = [float(row["share"]) for row in found]
    each = ", ".join(f"{share:.2f}" for share in shares)
    chance = statistics.mean(float(row["by_chance"]) for row in found)
    return [f"{statistics.mean(shares):.2f} ({each})", f"{chance:.2f}", ", ".join(f"{float(row['p_value']):.4f}" for row in found)]


if __name__ == "__main__":
    main()
