# The reference of ../quantiles.rs: R 4.2.2, preprocessCore 1.60.2. Columns are samples; an empty field is a gap.
library(preprocessCore)
options(digits = 9)
set.seed(1)
source <- matrix(round(rbeta(50 * 7, .5, .5), 3), 50, 7)
source[sample(350, 40)] <- NA
cohort <- matrix(round(rbeta(40 * 4, .7, .9), 2), 40, 4)
cohort[sample(160, 20)] <- NA
target <- normalize.quantiles.determine.target(source)
normalized <- normalize.quantiles.use.target(cohort, target)
save <- function(x, file) write.table(x, file, sep = "\t", row.names = FALSE, col.names = FALSE, na = "")
save(source, "source.tsv")
save(cohort, "cohort.tsv")
save(normalized, "normalized.tsv")
