use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::*;

/// What pages and this module are written in.
fn sources() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    for directory in ["templates/portal", "src/http/web/portal", "src/languages"] {
        for entry in fs::read_dir(root.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() && path.file_name().is_some_and(|name| name != "tests.rs") {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

fn vocabulary(tag: &str) -> Vocabulary {
    Vocabulary::of(BUILT_IN.iter().find(|(known, _)| *known == tag).unwrap().1)
}

/// The texts of a language without the names of zones, which English does without.
fn names(tag: &str) -> BTreeSet<String> {
    vocabulary(tag)
        .names()
        .filter(|name| !name.starts_with("zone-") || *name == "zone-own" || *name == "zone-short")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_built_in_languages_say_the_same_things() {
    let english = Vocabulary::of(BUILT_IN[0].1);
    for (tag, text) in BUILT_IN {
        if let Err((line, what)) = file::checked(text.to_owned(), &english, true) {
            panic!("{tag}.ftl:{line}: {what}");
        }
        assert_eq!(names(tag), names("en"), "{tag}");
    }
    let languages = Languages::default();
    assert!(languages.all().all(|language| languages.lacking(language) == 0));
}

#[test]
fn no_text_is_without_use() {
    let sources = sources();
    let is_used = |name: &str| {
        let family = name.rsplit_once('-').map(|(family, _)| format!("\"{family}-{{"));
        sources.contains(&format!("\"{name}\"")) || family.is_some_and(|family| sources.contains(&family))
    };
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/errors");
    for name in names("en") {
        let is_code = name.starts_with("SL") && docs.join(format!("{name}.md")).is_file();
        assert!(is_code || is_used(&name), "nothing says {name}");
    }
}

#[test]
fn no_text_is_missing() {
    let (sources, names) = (sources(), names("en"));
    let kinds: BTreeSet<&str> = names.iter().filter_map(|name| Some(name.split_once('-')?.0)).collect();
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    for literal in sources.split('"').filter(|text| text.contains('-') && text.chars().all(is_word)) {
        let is_one =
            literal.split_once('-').is_some_and(|(kind, rest)| kinds.contains(kind) && !rest.is_empty());
        assert!(!is_one || names.contains(literal), "{literal} is said, and no language has it");
    }
    for call in ["say(\"", "tell(\""] {
        for said in sources.split(call).skip(1) {
            let name = said.split('"').next().unwrap();
            assert!(names.contains(name), "{name} is said, and no language has it");
        }
    }
}

#[test]
fn a_language_is_found_by_its_name_or_by_one_close_to_it() {
    let languages = Languages::default();
    let tag = |name: &str| languages.named(name).map(|language| language.tag().to_owned());
    assert_eq!(tag("DE").as_deref(), Some("de"));
    assert_eq!(tag("de-CH-1996").as_deref(), Some("de"));
    assert_eq!(tag("en-US").as_deref(), Some("en"));
    for name in ["", "fr", "*", "../de", "de\"><script>"] {
        assert_eq!(tag(name), None, "{name}");
    }
    let accepted =
        languages.accepted("fr-FR,fr;q=0.9,de-AT;q=0.4,en;q=0.3").map(|language| language.tag().to_owned());
    assert_eq!(accepted.as_deref(), Some("de"));
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn times_and_amounts_read_as_people_write_them() {
    let languages = Languages::default();
    let said = |tag: &str| {
        let language = languages.named(tag).unwrap();
        let (start, end) = (at("2026-11-30T13:00:00Z"), at("2026-11-30T14:30:00Z"));
        let berlin = Tz::Europe__Berlin;
        [
            language.span(start, end, berlin),
            language.span(start, at("2026-12-01T02:00:00Z"), berlin),
            language.moment(at("2026-07-01T22:30:00Z"), Tz::Asia__Kathmandu),
            language.week("2026-11-30".parse().unwrap(), "2026-12-06".parse().unwrap()),
            language.day_without_year("2027-03-02".parse().unwrap()),
            [5, 60, 90, 1440, 2880].map(|minutes| language.length(minutes)).join(", "),
            language.money(Decimal::new(15, 0), "EUR"),
            language.money(Decimal::new(10_005, 1), "JPY"),
            language.tell("details-held-for", [("minutes", 1.into())]),
            language.zone("America/New_York"),
            language.zone("America/Nuuk"),
        ]
    };
    insta::assert_debug_snapshot!([said("en"), said("de")]);
}

/// A directory with these files.
fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

#[test]
fn a_directory_adds_a_language_and_changes_texts() {
    let own = directory(&[
        (
            "fr.ftl",
            "language-name = Français\n-nous = chez nous\nfoot = Rendez-vous { -nous }\ntime = { $hour12 } { $half }\nSL0999 = { $number }\nzone-Europe-Paris = Paris\n",
        ),
        ("de.ftl", "details-hold = Reservieren\n"),
        ("notes.txt", "nobody reads this"),
    ]);
    let languages = Languages::load(Some(own.path())).unwrap();
    let tags: Vec<&str> = languages.all().map(|language| language.tag()).collect();
    assert_eq!(tags, ["en", "de", "fr"]);
    let (german, french) = (languages.named("de").unwrap(), languages.named("fr-CA").unwrap());
    assert_eq!(german.say("details-hold"), "Reservieren");
    assert_eq!(german.say("foot"), Languages::default().named("de").unwrap().say("foot"));
    assert_eq!(french.say("foot"), "Rendez-vous chez nous");
    assert_eq!(french.time(at("2026-11-30T23:05:00Z"), Tz::Europe__Paris), "12 am");
    // What it lacks is said in English.
    assert_eq!(french.say("details-hold"), "Hold this time");
    assert_eq!(french.zone("Europe/Paris"), "Paris");
    assert!(languages.lacking(french) > 100);
}

#[test]
fn a_file_that_is_not_as_it_should_be_is_refused_at_its_line() {
    for (name, text, line, what) in [
        ("de.ftl", "# A comment\n\nskip = Weiter\nfoot 5\n", 4, "cannot be read"),
        ("de.ftl", "skip = Weiter\n\nfooot = Fuß\n", 3, "no text called fooot"),
        ("de.ftl", "skip = Weiter\nskip = Los\n", 2, "second time"),
        ("de.ftl", "skip = Weiter\nheld-until = Bis\n    { $monent }\n", 3, "not filled with $monent"),
        ("de.ftl", "SL0213 = Weg: { $when }\n", 1, "not filled with $when"),
        ("de.ftl", "skip = { foot }\n", 1, "only terms"),
        ("de.ftl", "skip = { -brand }\n", 1, "no term -brand"),
        ("de.ftl", "skip =\n    { NUMBER(5) }\n", 2, "no function NUMBER"),
        ("de.ftl", "SL0213 = Weg\n    .tip = Nein\n", 2, "nothing called tip"),
        ("de.ftl", "zone-Europe-Atlantis = Atlantis\n", 1, "no text called"),
        ("fr.ftl", "skip = Aller\n", 1, "language-name is missing"),
        ("deutsch!.ftl", "skip = Weiter\n", 1, "not named after a language"),
    ] {
        let own = directory(&[(name, text)]);
        let error = Languages::load(Some(own.path())).unwrap_err();
        let Error::Unfit { line: found, .. } = &error else { panic!("{error}") };
        let said = error.to_string();
        assert!(*found == line && said.contains(name) && said.contains(what), "{text:?}: {said}");
    }
    let none = directory(&[]).path().join("none");
    assert!(matches!(Languages::load(Some(&none)), Err(Error::Unreadable { .. })));
    let long = "#".repeat(usize::try_from(FILE).unwrap() + 1);
    let own = directory(&[("de.ftl", &long)]);
    assert!(matches!(Languages::load(Some(own.path())), Err(Error::Unfit { .. })));
}

#[test]
fn whatever_a_file_holds_nothing_panics() {
    let twice = "-a = { -b }\n-b = { -a }\nskip = { -a }\n";
    let own = directory(&[("de.ftl", twice)]);
    let languages = Languages::load(Some(own.path())).unwrap();
    // A circle cannot be filled in: English stands in.
    assert_eq!(languages.named("de").unwrap().say("skip"), "Skip to content");
}
