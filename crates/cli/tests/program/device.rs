//! `--device` and `--precision`: a card that cannot be had is refused plainly, and the record says what ran.

use crate::folder::Folder;
use crate::tables::table;

/// No machine has so many cards.
const NO_CARD: &str = "cuda:4095";

fn fit<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let fit = ["fit", "t.tsv", "-o", "m.safetensors", "--method", "mean"];
    [&fit[..], more].concat()
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(12, 6));
    folder
}

#[test]
fn a_card_that_is_not_there_is_refused_in_one_line_with_advice() {
    let folder = folder();
    let parts = [
        "error: cuda:4095 cannot be used: ",
        "hint: use --device cpu",
    ];
    let answer = folder.fail(2, &parts, &fit(&["--device", NO_CARD]));
    assert_eq!(answer.stderr.lines().count(), 2, "{}", answer.stderr);
    assert_eq!(folder.names(), ["t.tsv"]);
}

#[test]
fn a_build_without_cards_says_how_to_have_them() {
    if cfg!(feature = "cuda") {
        return;
    }
    let parts = ["cargo build --release --features cuda"];
    folder().fail(2, &parts, &fit(&["--device", "cuda"]));
}

#[test]
fn any_device_there_is_runs_and_is_recorded() {
    let folder = folder();
    folder.succeed(&fit(&["--device", "auto", "--precision", "bf16"]));
    let record: toml::Table = folder.read("m.safetensors.run.toml").parse().unwrap();
    let said = |key: &str| record["record"][key].as_str().unwrap().to_owned();
    match said("device").as_str() {
        "cpu" => assert_eq!(said("precision"), "f32"),
        device => assert_eq!((device, said("precision").as_str()), ("cuda:0", "bf16")),
    }
}

#[test]
fn fewer_bits_on_the_processor_and_unknown_words_are_refused() {
    let folder = folder();
    folder.fail(2, &["needs a card"], &fit(&["--precision", "tf32"]));
    folder.fail(2, &["cuda:N or auto"], &fit(&["--device", "gpu"]));
    folder.fail(2, &["f32, tf32 or bf16"], &fit(&["--precision", "f16"]));
}
