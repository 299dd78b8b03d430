//! `imputome embeddings`: what a model's network learned about tissues, on a map.

use std::fmt::Write;
use std::path::Path;

use imputome::{EmbeddingMap, OrganSystems};
use imputome_report::{MapPoint, PageContext};

use crate::arguments::EmbeddingsArguments;
use crate::context::{Context, command_line, today};
use crate::evaluation::{Earlier, MadeFolder, PAGE_FILE};
use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::reading::shown;
use crate::teacher::KnownModel;

use super::print;

/// The covariate looked at unless another is named.
const USUAL_BY: &str = "tissue";

/// The numbers of each level; the first file that an earlier run would have left.
const NUMBERS_FILE: &str = "embeddings.tsv";

/// The place of each level on the map.
const PLACES_FILE: &str = "projection.tsv";

/// How well systems stand together, in the embedding and on the map.
const AGREEMENT_FILE: &str = "agreement.tsv";

/// Writes map, numbers and report, and prints how well organ systems stand together.
pub(crate) fn embeddings(arguments: &EmbeddingsArguments, context: &Context) -> Result<()> {
    check(arguments)?;
    let known = KnownModel::read(&arguments.model)?;
    let embedding = chosen(known.model.embeddings()?, arguments)?;
    let systems = systems(arguments.systems.as_deref())?;
    let map = EmbeddingMap::draw(
        embedding,
        &systems,
        &context.run(context.seed.unwrap_or(0))?,
    )?;
    expect_systems(&map, arguments)?;
    let remarks = remarks(&map);
    let shown = as_shown(&map, known.model.method.name());
    write_files(&arguments.output, &map, &shown)?;
    print(&(imputome_report::finding(&shown).join("\n") + "\n"))?;
    context.terminal.note_all(&remarks);
    let page = arguments.output.join(PAGE_FILE);
    context.terminal.say(format!("report: {}", page.display()));
    Ok(())
}

/// Refuses a folder that holds results, and places that cannot be written.
fn check(arguments: &EmbeddingsArguments) -> Result<()> {
    let folder = &arguments.output;
    let taken = [NUMBERS_FILE, PAGE_FILE].map(|file| folder.join(file).exists());
    if !arguments.overwrite && taken.contains(&true) {
        return Err(
            Failure::usage(format!("{}: holds results already", folder.display()))
                .hint("name another folder, or replace them with --overwrite"),
        );
    }
    Places::default()
        .with_model(Some(&arguments.model))
        .with_systems(arguments.systems.as_ref())
        .writing_inside(
            folder,
            &[NUMBERS_FILE, PLACES_FILE, AGREEMENT_FILE, PAGE_FILE],
        )
        .replacing(Earlier::from(arguments.overwrite))
        .check()
}

/// The embedding of the covariate that is asked for.
fn chosen(
    known: Vec<imputome::model::Embedding>,
    arguments: &EmbeddingsArguments,
) -> Result<imputome::model::Embedding> {
    let names: Vec<String> = known.iter().map(|found| found.covariate.clone()).collect();
    let by = |name: &str| names.iter().position(|known| known == name);
    let most = || (0..known.len()).max_by_key(|&at| (known[at].levels.len(), usize::MAX - at));
    let place = match &arguments.by {
        Some(name) => by(name).ok_or_else(|| {
            Failure::usage(format!(
                "{}: knows no categorical covariate {name:?}; it knows {}",
                arguments.model,
                names.join(", ")
            ))
        })?,
        None => by(USUAL_BY).or_else(most).ok_or_else(|| {
            Failure::input(format!(
                "{}: was fitted without categorical covariates",
                arguments.model
            ))
            .hint("fit it again with --covariates FILE that tells the tissue of each sample")
        })?,
    };
    Ok(known.into_iter().nth(place).expect("found by position"))
}

fn systems(file: Option<&str>) -> Result<OrganSystems> {
    let Some(file) = file else {
        return Ok(OrganSystems::gtex());
    };
    let text = imputome_io::read_text(Path::new(file))?;
    OrganSystems::parse(&text).map_err(|error| Failure::input(format!("{file}: {error}")))
}

/// Refuses a table of systems that names none of the levels.
fn expect_systems(map: &EmbeddingMap, arguments: &EmbeddingsArguments) -> Result<()> {
    match &arguments.systems {
        Some(file) if map.systems.iter().all(Option::is_none) => Err(Failure::input(format!(
            "{file}: names none of the levels of {}, such as {:?}; expected a header line, then a level and its system on each line",
            map.embedding.covariate,
            map.embedding.levels.first().map_or("", String::as_str)
        ))),
        _ => Ok(()),
    }
}

fn remarks(map: &EmbeddingMap) -> Vec<String> {
    let levels = map.embedding.levels.iter().zip(&map.systems);
    let without: Vec<&str> = levels
        .filter(|(_, system)| system.is_none())
        .map(|(level, _)| level.as_str())
        .collect();
    if without.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "{} of {} levels have no organ system and are not judged: {}; --systems FILE names them",
        without.len(),
        map.systems.len(),
        shown(without.iter().copied())
    )]
}

/// The map as the report takes it.
pub(crate) fn as_shown<'a>(
    map: &'a EmbeddingMap,
    method: &'a str,
) -> imputome_report::EmbeddingMap<'a> {
    let point = |(at, level): (usize, &'a String)| MapPoint {
        level,
        system: map.systems[at].as_deref(),
        place: (map.places[(at, 0)].into(), map.places[(at, 1)].into()),
        nearest: map.nearest[at],
    };
    imputome_report::EmbeddingMap {
        covariate: &map.embedding.covariate,
        method,
        dimensions: map.embedding.vectors.ncols(),
        points: map.embedding.levels.iter().enumerate().map(point).collect(),
        agreement: map.agreement.as_ref(),
        agreement_on_map: map.agreement_on_map.as_ref(),
    }
}

fn write_files(
    folder: &Path,
    map: &EmbeddingMap,
    shown: &imputome_report::EmbeddingMap,
) -> Result<()> {
    let drawings = folder.join("figures");
    MadeFolder::make(&drawings)?;
    let page_context = PageContext {
        version: env!("CARGO_PKG_VERSION").into(),
        command: command_line(),
        date: today(),
        ..PageContext::default()
    };
    let figure = imputome_report::embedding_figure(shown);
    let drawing = format!("{}.svg", figure.name);
    for (place, text) in [
        (folder.join(NUMBERS_FILE), numbers(map)),
        (folder.join(PLACES_FILE), places(map)),
        (folder.join(AGREEMENT_FILE), agreements(map)),
        (drawings.join(drawing), figure.svg),
        (
            folder.join(PAGE_FILE),
            imputome_report::embedding_page(shown, &page_context),
        ),
    ] {
        imputome_io::write_bytes(&place, text.as_bytes())?;
    }
    Ok(())
}

/// A line per level: its system and its numbers.
pub(crate) fn numbers(map: &EmbeddingMap) -> String {
    let embedding = &map.embedding;
    let mut text = format!("{}\tsystem", embedding.covariate);
    for dimension in 1..=embedding.vectors.ncols() {
        let _ = write!(text, "\t{dimension}");
    }
    text.push('\n');
    for (at, level) in embedding.levels.iter().enumerate() {
        text += &begun(map, at, level);
        for number in embedding.vectors.row(at) {
            let _ = write!(text, "\t{number}");
        }
        text.push('\n');
    }
    text
}

/// A line per level: its system, its place on the map and its nearest neighbor in the embedding.
pub(crate) fn places(map: &EmbeddingMap) -> String {
    let levels = &map.embedding.levels;
    let mut text = format!("{}\tsystem\tx\ty\tnearest\n", map.embedding.covariate);
    for (at, level) in levels.iter().enumerate() {
        text += &begun(map, at, level);
        let (x, y) = (map.places[(at, 0)], map.places[(at, 1)]);
        let _ = writeln!(text, "\t{x}\t{y}\t{}", field(&levels[map.nearest[at]]));
    }
    text
}

/// A line for the embedding and one for the map; none where nothing could be judged.
fn agreements(map: &EmbeddingMap) -> String {
    let mut text =
        String::from("space\tjudged\tagreeing\tshare\tby_chance\tp_value\tpermutations\n");
    let spaces = [
        ("embedding", &map.agreement),
        ("map", &map.agreement_on_map),
    ];
    for (space, agreement) in spaces {
        let Some(found) = agreement else { continue };
        let _ = writeln!(
            text,
            "{space}\t{}\t{}\t{}\t{}\t{}\t{}",
            found.judged,
            found.agreeing,
            found.share(),
            found.by_chance,
            found.p_value,
            found.permutations
        );
    }
    text
}

fn begun(map: &EmbeddingMap, at: usize, level: &str) -> String {
    let system = map.systems[at].as_deref().unwrap_or("");
    format!("{}\t{}", field(level), field(system))
}

/// A text that stays one field.
fn field(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
