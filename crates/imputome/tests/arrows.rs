//! The arrows between our crates, and what may not happen inside them, as ARCHITECTURE.md says.

#![expect(
    clippy::disallowed_methods,
    reason = "the test reads the sources of the workspace"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where effects live (ARCHITECTURE.md, invariant 1).
const CRATES_WITH_EFFECTS: [&str; 3] = ["io", "cli", "python"];

const EFFECTS: [&str; 9] = [
    "std::fs",
    "std::env",
    "std::process",
    "Instant::now",
    "SystemTime::now",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
];

#[test]
fn crates_use_only_what_the_architecture_page_lets_them() {
    let allowed = arrows_of_the_page();
    for (name, used) in dependencies_between_our_crates() {
        let beyond: Vec<&String> = used.difference(&allowed[&name]).collect();
        assert!(
            beyond.is_empty(),
            "crates/{name}/Cargo.toml uses {beyond:?}; ARCHITECTURE.md lets it use {:?}",
            allowed[&name]
        );
    }
}

#[test]
fn the_architecture_page_names_every_crate_and_no_other() {
    let on_the_page: BTreeSet<String> = arrows_of_the_page().into_keys().collect();
    let on_disk: BTreeSet<String> = dependencies_between_our_crates().into_keys().collect();
    assert_eq!(on_the_page, on_disk);
}

#[test]
fn the_arrows_of_the_architecture_page_make_no_circle() {
    let mut arrows = arrows_of_the_page();
    while !arrows.is_empty() {
        let free: Vec<String> = arrows
            .iter()
            .filter(|(_, used)| used.iter().all(|name| !arrows.contains_key(name)))
            .map(|(name, _)| name.clone())
            .collect();
        assert!(!free.is_empty(), "a circle among {:?}", arrows.keys());
        arrows.retain(|name, _| !free.contains(name));
    }
}

#[test]
fn crates_without_effects_call_none() {
    let mut found = Vec::new();
    for name in dependencies_between_our_crates().keys() {
        if CRATES_WITH_EFFECTS.contains(&name.as_str()) {
            continue;
        }
        for path in rust_files(&root().join("crates").join(name).join("src")) {
            found.extend(effects_in(&path));
        }
    }
    assert!(
        found.is_empty(),
        "effects belong to io and cli:\n{}",
        found.join("\n")
    );
}

/// The crates each crate may use: the rows ``| `name` | `a`, `b` | what it is |`` of the page.
fn arrows_of_the_page() -> BTreeMap<String, BTreeSet<String>> {
    let page = read(&root().join("ARCHITECTURE.md"));
    let rows: BTreeMap<String, BTreeSet<String>> = page
        .lines()
        .skip_while(|line| !line.starts_with("| crate | may use |"))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let used = cells[2].split(',').filter(|cell| !cell.is_empty());
            (bare(cells[1]), used.map(bare).collect())
        })
        .collect();
    assert!(!rows.is_empty(), "ARCHITECTURE.md has no table of crates");
    rows
}

fn bare(cell: &str) -> String {
    cell.trim().trim_matches('`').to_owned()
}

/// For each folder of `crates/`, and for `python`, the folders of those of our crates that its manifest names.
fn dependencies_between_our_crates() -> BTreeMap<String, BTreeSet<String>> {
    let manifests: BTreeMap<String, toml::Table> = fs::read_dir(root().join("crates"))
        .expect("the workspace has crates")
        .map(|entry| entry.expect("a readable folder").path())
        .chain([root().join("python")])
        .map(|path| (file_name(&path), manifest(&path.join("Cargo.toml"))))
        .collect();
    let folder_of: BTreeMap<&str, &String> = manifests
        .iter()
        .map(|(folder, manifest)| {
            (
                manifest["package"]["name"].as_str().expect("a name"),
                folder,
            )
        })
        .collect();
    let ours = |manifest: &toml::Table| {
        ["dependencies", "dev-dependencies", "build-dependencies"]
            .iter()
            .filter_map(|section| manifest.get(*section)?.as_table())
            .flat_map(|section| section.keys())
            .filter_map(|name| folder_of.get(name.as_str()).map(|folder| (*folder).clone()))
            .collect()
    };
    manifests
        .iter()
        .map(|(folder, manifest)| (folder.clone(), ours(manifest)))
        .collect()
}

fn manifest(path: &Path) -> toml::Table {
    read(path)
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Lines of code before a file's tests that call an effect, with their place.
fn effects_in(path: &Path) -> Vec<String> {
    let text = read(path);
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .filter(|(_, line)| EFFECTS.iter().any(|effect| line.contains(effect)))
        .map(|(number, line)| format!("{}:{}: {}", path.display(), number + 1, line.trim()))
        .collect()
}

/// Every Rust file under a folder, but for modules that are tests as a whole.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a crate has sources") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() && file_name(&path) != "tests" {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs")
            && file_name(&path) != "tests.rs"
        {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .expect("a path below crates")
        .to_string_lossy()
        .into_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
