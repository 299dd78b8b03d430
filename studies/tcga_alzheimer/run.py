"""tcga_alzheimer: 350 samples of six TCGA cohorts, the genes of the KEGG Alzheimer's disease pathway; every method on the same masks.

Values are log2(RSEM + 1). Arguments after -- go to `imputome evaluate` as they are.
"""

import math
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))
import study  # noqa: E402

METHODS = ["factor", "pmi", "pmi:published-inductive-alzheimer", "pmi:published-in-place-alzheimer",
           *(f"knn:neighbors={k}:weights=distance" for k in (5, 10, 20)), "median:by=cohort", "mean"]


def main():
    given, extra = study.evaluation_arguments(__doc__, METHODS, [0.5])
    folder, program = study.output_folder(given), study.program(given)
    source = study.data_set(given, "tcga_rnaseq_6")
    table = os.path.join(folder, "tcga_alzheimer.tsv")
    write_pathway(source, os.path.join(study.data_set(given, "pathways"), "alzheimer_hsa05010.txt"), table)
    covariates = ["--covariates", os.path.join(source, "samples.tsv"), "--categorical", "cohort,sex",
                  "--numeric", "age", "--group", "patient", "--by", "cohort"]
    result, began = study.evaluate(program, folder, table, covariates, given, extra)
    study.measure.write(os.path.join(folder, "results.md"),
                        study.scores_page("# tcga_alzheimer, measured", study.asked("tcga_alzheimer", given, extra), result, given, began))


def write_pathway(source, pathway, path):
    """Columns are `SYMBOL|ENTREZ`; the first column of each listed symbol is kept, in column order."""
    listed = set(open(pathway, encoding="utf-8").read().split())
    lines = study.lines_of(os.path.join(source, "expression.tsv.gz"))
    header = [name.split("|")[0] for name in next(lines)]
    columns = [column for column, symbol in enumerate(header) if symbol in listed and header.index(symbol) == column]
    print(f"{len(columns)} of {len(listed)} genes of the pathway are in the table", file=sys.stderr)
    value = lambda text: f"{math.log2(float(text) + 1):.5f}" if text else ""
    study.write_lines(path, [["sample_id", *(header[column] for column in columns)],
                             *([line[0], *(value(line[column]) for column in columns)] for line in lines)])


if __name__ == "__main__":
    main()
