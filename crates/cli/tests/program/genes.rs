//! `--genes` and `--synonyms`: which genes are kept, and what is said of those that are not.

use crate::folder::Folder;
use crate::tables::{cohort, fields};

#[test]
fn only_listed_genes_are_kept_and_what_is_not_found_is_told() {
    let folder = cohort(20, 6);
    folder.write("genes.txt", "GENE4\nGENE1\nTP53\n");
    let told = folder
        .succeed(&[
            "impute",
            "t.tsv",
            "-o",
            "o.tsv",
            "--method",
            "mean",
            "--genes",
            "genes.txt",
        ])
        .stderr;
    assert!(told.contains("TP53"), "{told}");
    assert_eq!(
        fields(&folder.read("o.tsv"))[0],
        ["sample_id", "GENE1", "GENE4"]
    );
}

/// Header of the filled table, what was told, and the record.
fn kept(table: &str, genes: &str, synonyms: Option<&str>) -> (Vec<String>, String, String) {
    let folder = Folder::new();
    folder.write("t.tsv", table);
    folder.write("genes.txt", genes);
    let line = "impute t.tsv -o o.tsv --method mean --rows samples --genes genes.txt";
    let mut arguments: Vec<&str> = line.split(' ').collect();
    if let Some(synonyms) = synonyms {
        folder.write("s.tsv", synonyms);
        arguments.extend(["--synonyms", "s.tsv"]);
    }
    let told = folder.succeed(&arguments).stderr;
    let header = fields(&folder.read("o.tsv")).swap_remove(0);
    (header, told, folder.read("o.tsv.run.toml"))
}

#[test]
fn ids_are_found_with_or_without_their_version_on_either_side() {
    let table = "id\tENSG00000141510.16\tENSG00000135679\tTP63|8626\nS1\t1\t2\t3\nS2\t2\t4\t5\n";
    let listed = "ENSG00000141510\nENSG00000135679.21\nTP63\n";
    let (header, told, _) = kept(table, listed, None);
    assert_eq!(header.len(), 4);
    assert!(
        told.contains("3 of the 3 genes in genes.txt are in the table"),
        "{told}"
    );
    let (header, told, _) = kept(table, "ENSG00000141510.3\nMDM2\n", None);
    assert_eq!(header, ["id", "ENSG00000141510.16"]);
    assert!(
        told.contains("1 of the 2 genes in genes.txt are not in the table: MDM2"),
        "{told}"
    );
}

#[test]
fn symbols_are_found_by_the_descriptions_of_a_gct() {
    let folder = Folder::new();
    let gct = "#1.2\n2\t3\nName\tDescription\tS1\tS2\tS3\nENSG00000141510.16\tTP53\t1\t2\t4\nENSG00000135679.21\tMDM2\t3\t5\t\n";
    folder.write("t.gct", gct);
    folder.write("genes.txt", "MDM2\n");
    let line = "impute t.gct -o o.gct --method mean --genes genes.txt";
    folder.succeed(&line.split(' ').collect::<Vec<_>>());
    let text = folder.read("o.gct");
    assert!(
        text.contains("ENSG00000135679.21\tMDM2\t3\t5\t4") && !text.contains("TP53"),
        "{text}"
    );
}

/// The five genes of Alzheimer's disease that a TCGA table has by older symbols; `TUBB4` was one
/// of TUBB3 too, and `PS1` is of two genes here.
const HGNC: &str = "hgnc_id\tsymbol\tname\tprev_symbol\talias_symbol\n\
    HGNC:29091\tATG13\t\tKIAA0652\t\n\
    HGNC:19962\tATG14\t\t\"C14orf103|KIAA0831\"\tBARKOR\n\
    HGNC:23526\tMCU\t\t\"C10orf42|CCDC109A\"\tFLJ46135\n\
    HGNC:20774\tTUBB4A\t\t\"TUBB4|DYT4\"\tbeta-5\n\
    HGNC:20771\tTUBB4B\t\tTUBB2C\tTubb2c\n\
    HGNC:20772\tTUBB3\t\tTUBB4\tbeta-4\n\
    HGNC:9508\tPSEN1\t\tAD3\tPS1\n\
    HGNC:1\tPSEN9\t\t\tPS1\n";

const TCGA: &str = "id\tKIAA0652|9776\tKIAA0831|22863\tCCDC109A|90550\tTUBB4|10382\tTUBB2C|10383\tTUBB3|10381\tPSEN1|5663\n\
    S1\t1\t2\t3\t4\t5\t6\t7\nS2\t2\t1\t3\t5\t4\t7\t6\n";

#[test]
fn genes_are_found_by_older_symbols_in_either_direction() {
    let listed = "ATG13\nATG14\nMCU\nTUBB4A\nTUBB4B\nTUBB3\n";
    let (header, told, record) = kept(TCGA, listed, Some(HGNC));
    assert_eq!(header.len(), 7, "{told}");
    assert!(
        told.contains("6 of the 6 genes in genes.txt are in the table"),
        "{told}"
    );
    assert!(told.contains("MCU as CCDC109A|90550"), "{told}");
    assert!(record.contains("synonyms = \"s.tsv\"") && record.contains("file = \"s.tsv\""));
    let now = "id\tATG13\tMCU\nS1\t1\t2\nS2\t2\t1\n";
    let (header, _, _) = kept(now, "KIAA0652\nFLJ46135\n", Some(HGNC));
    assert_eq!(header, ["id", "ATG13", "MCU"]);
    let (header, _, _) = kept(TCGA, "ATG13\n", Some("KIAA0652\tATG13\n"));
    assert_eq!(header, ["id", "KIAA0652|9776"]);
}

#[test]
fn a_name_of_several_genes_is_not_matched_and_is_named() {
    let (header, told, _) = kept(TCGA, "TUBB3\nPS1\nAPP\n", Some(HGNC));
    assert_eq!(header, ["id", "TUBB3|10381"]);
    let said = "1 of the 3 genes in genes.txt could be any of several and are not matched: PS1";
    assert!(told.contains(said), "{told}");
    assert!(told.contains("are not in the table: APP"), "{told}");
}

#[test]
fn a_table_of_synonyms_that_is_none_is_refused_with_the_line() {
    let folder = cohort(6, 4);
    folder.write("genes.txt", "GENE1\n");
    let line = "impute t.tsv -o o.tsv --method mean --synonyms s.tsv";
    let without: Vec<&str> = line.split(' ').collect();
    let with = [&without[..], &["--genes", "genes.txt"]].concat();
    for (text, parts) in [
        ("A\tB\nC\n", &["s.tsv: line 2", "2 fields", "found 1"][..]),
        (
            "symbol\tprev_symbol\nA\tB\tC\n",
            &["s.tsv: line 2", "found 3"],
        ),
        (
            "symbol\tprev_symbol\nA\t\n",
            &["s.tsv", "no older or other symbol"],
        ),
        ("", &["s.tsv", "no older or other symbol"]),
        ("\t\n", &["s.tsv", "no older or other symbol"]),
    ] {
        folder.write("s.tsv", text);
        folder.fail(3, parts, &with);
    }
    folder.write("s.tsv", [0xff, 0xfe, 0x00]);
    folder.fail(3, &["s.tsv", "UTF-8"], &with);
    folder.fail(2, &["--synonyms", "--genes"], &without);
    assert!(!folder.path("o.tsv").exists());
}
