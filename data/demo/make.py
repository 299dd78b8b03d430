"""Makes the built-in table `gtex_v8_sample.tsv.gz` and its covariates.

usage: python3 make.py SOURCE [DESTINATION]

SOURCE is a folder with GTEx v8 expression in three files:
  expression.tsv.gz  samples in rows, genes in columns, log2(TPM + 0.001)
  samples.tsv        sample_id, donor_id, tissue, sex, age_mid
  genes.tsv          gene_id and frac_tpm_gt_0.1, in the order of the columns

Only the Python standard library is needed. The same source gives the same
table byte for byte; the compressed bytes also depend on the zlib in use.
"""

import csv
import gzip
import hashlib
import io
import os
import sys

# A gene is expressed when at least this share of samples passes 0.1 TPM, the
# threshold by which GTEx itself admits a gene to its eQTL analyses.
EXPRESSED = 0.2
# Enough for twenty tissues of 17 samples or more, small enough for a repository.
SAMPLES = 1500
# log2(TPM + 0.001) in steps of 0.001 is a relative step of 0.07 % in TPM.
DECIMALS = 3
COVARIATES = ["sample_id", "donor_id", "tissue", "sex", "age_mid"]


def main():
    source = sys.argv[1]
    destination = sys.argv[2] if len(sys.argv) > 2 else os.path.dirname(os.path.abspath(__file__))
    samples = chosen_samples(rows_of(os.path.join(source, "samples.tsv")))
    genes = [row["gene_id"] for row in rows_of(os.path.join(source, "genes.tsv"))
             if float(row["frac_tpm_gt_0.1"]) >= EXPRESSED]
    table = expression(os.path.join(source, "expression.tsv.gz"), samples, genes)
    write_table(os.path.join(destination, "gtex_v8_sample.tsv.gz"), table)
    write_covariates(os.path.join(destination, "gtex_v8_samples.tsv"), samples)
    print(f"{len(samples)} samples of {len({row['donor_id'] for row in samples.values()})} donors, "
          f"{len(genes)} genes")


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def chosen_samples(rows):
    """Whole donors in an order that no measurement can sway, until the table is full."""
    by_donor = {}
    for row in rows:
        by_donor.setdefault(row["donor_id"], []).append(row)
    kept = {}
    for donor in sorted(by_donor, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if len(kept) + len(by_donor[donor]) > SAMPLES:
            break
        kept.update((row["sample_id"], row) for row in by_donor[donor])
    return kept


def expression(path, samples, genes):
    """Header and rows of the chosen samples and genes, in the order of the source."""
    with gzip.open(path, "rt", newline="", encoding="utf-8") as file:
        lines = csv.reader(file, delimiter="\t")
        header = next(lines)
        columns = [header.index(gene) for gene in genes]
        yield ["sample_id", *genes]
        for line in lines:
            if line[0] in samples:
                yield [line[0], *(rounded(line[column]) for column in columns)]


def rounded(value):
    text = f"{float(value):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def write_table(path, rows):
    """Gzip without name or time, so that the bytes do not depend on when they were made."""
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    with open(path, "wb") as file, \
            gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=9, mtime=0) as packed:
        packed.write(text.getvalue().encode())


def write_covariates(path, samples):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(COVARIATES)
        for name in sorted(samples):
            row = samples[name]
            # An unrecorded tissue is a gap, not a tissue of its own.
            tissue = "" if row["tissue"] == "unknown" else row["tissue"]
            writer.writerow([name, row["donor_id"], tissue, row["sex"], row["age_mid"]])


if __name__ == "__main__":
    main()
