"""gtex469: 3,797 GTEx samples x 469 expressed genes, whole donors held out; every method on the same masks.

Arguments after -- go to `imputome evaluate` as they are.
"""

import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import study  # noqa: E402

METHODS = ["factor", "pmi", "pmi:published-inductive-alzheimer", "pmi:published-in-place-alzheimer",
           *(f"knn:neighbors={k}:weights=distance" for k in (5, 10, 20, 40)), "median", "mean"]
# A gene is expressed when at least this share of samples passes 0.1 TPM.
EXPRESSED = 0.2


def main():
    given, extra = study.evaluation_arguments(__doc__, METHODS, [0.5])
    folder, program = study.output_folder(given), study.program(given)
    source = study.data_set(given, "gtex_v8_1000")
    genes = os.path.join(folder, "genes.txt")
    write_expressed_genes(source, genes)
    options = ["--genes", genes, "--covariates", os.path.join(source, "samples.tsv"), "--categorical", "tissue,sex",
               "--numeric", "age_mid", "--group", "donor_id", "--by", "tissue"]
    result, began = study.evaluate(program, folder, os.path.join(source, "expression.tsv.gz"), options, given, extra)
    study.measure.write(os.path.join(folder, "results.md"),
                        study.scores_page("# gtex469, measured", study.asked("gtex469", given, extra), result, given, began))


def write_expressed_genes(source, path):
    study.write_lines(path, [[row["gene_id"]] for row in study.rows_of(os.path.join(source, "genes.tsv"))
                             if float(row["frac_tpm_gt_0.1"]) >= EXPRESSED])


if __name__ == "__main__":
    main()
