//! The languages of the customer portal, each in a file: English and German are built in, others lie in a directory.
//!
//! Invariants: English is complete, and stands in for whatever another language lacks. A file that is not as it should be is
//! refused with its name and a line before anything is served. What a text may hold is what English holds there.
//!
//! Deliberately absent: the pages of people who log in, and the rules' own sentences, which stay English.

mod accepted;
mod file;
mod language;
mod said;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fluent_bundle::FluentResource;
use unic_langid::LanguageIdentifier;

pub use language::{Language, Told};

use file::Vocabulary;

/// The built-in ones; the first is the one that others are measured by.
const BUILT_IN: [(&str, &str); 2] =
    [("en", include_str!("../../locales/en.ftl")), ("de", include_str!("../../locales/de.ftl"))];

/// Bytes of a file: ten times what a whole language takes.
const FILE: u64 = 256 * 1024;

/// Files of a directory: more languages than anybody looks after.
const FILES: usize = 100;

/// Why languages cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A directory or a file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file does not say what it should.
    #[error("{}:{line}: {what}", path.display())]
    Unfit {
        /// Which.
        path: PathBuf,
        /// Where, counted from one.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// There are more than anybody looks after.
    #[error("{} holds more than {FILES} languages", .0.display())]
    TooMany(PathBuf),
}

impl Error {
    /// What helps.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => {
                "check `languages` in [portal], and that the server's user may read it"
            }
            Self::Unfit { .. } => "docs/portal.md says how a language is written",
            Self::TooMany(_) => "take out what is not used",
        }
    }
}

/// All languages, English first.
#[derive(Debug, Clone)]
pub struct Languages(Arc<[Arc<Language>]>);

impl Default for Languages {
    fn default() -> Self {
        Self::of(Vec::new())
    }
}

impl Languages {
    /// The built-in ones, and those of a directory: `fr.ftl` there is another language, `de.ftl` changes some texts of German.
    pub fn load(directory: Option<&Path>) -> Result<Self, Error> {
        let Some(directory) = directory else { return Ok(Self::default()) };
        let vocabulary = Vocabulary::of(BUILT_IN[0].1);
        let mut own = Vec::new();
        for path in files(directory)? {
            let unfit = |(line, what)| Error::Unfit { path: path.clone(), line, what };
            let id = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
            let id: LanguageIdentifier = id.ok_or_else(|| {
                unfit((1, "the file is not named after a language, such as fr.ftl".to_owned()))
            })?;
            let text = read(&path)?;
            let tag = id.to_string();
            let is_new = BUILT_IN.iter().all(|(known, _)| *known != tag);
            own.push((id, file::checked(text, &vocabulary, is_new).map_err(unfit)?));
        }
        Ok(Self::of(own))
    }

    fn of(mut own: Vec<(LanguageIdentifier, FluentResource)>) -> Self {
        let mut all: Vec<Arc<Language>> = Vec::new();
        for (tag, text) in BUILT_IN {
            // That they can be read is tested.
            let (Ok(id), Ok(text) | Err((text, _))) =
                (tag.parse::<LanguageIdentifier>(), FluentResource::try_new(text.to_owned()))
            else {
                continue;
            };
            let changed = own.iter().position(|(other, _)| *other == id).map(|at| own.swap_remove(at).1);
            let texts = [Some(text), changed].into_iter().flatten();
            all.push(Arc::new(Language::new(id, texts, all.first().cloned())));
        }
        own.sort_by_cached_key(|(id, _)| id.to_string());
        for (id, text) in own {
            all.push(Arc::new(Language::new(id, [text], all.first().cloned())));
        }
        Self(all.into())
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Language>> {
        self.0.iter()
    }

    /// How many texts a language has in English.
    #[must_use]
    pub fn lacking(&self, language: &Language) -> usize {
        let known = Vocabulary::of(BUILT_IN[0].1);
        known.names().filter(|name| !language.has(name)).count()
    }

    /// The one that stands in for others.
    #[must_use]
    pub fn english(&self) -> &Arc<Language> {
        &self.0[0]
    }

    /// The one of this name, or one that whoever asks for it can read: `de` for `de-AT`.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<Language>> {
        let wanted: LanguageIdentifier = name.parse().ok()?;
        let same = |language: &&Arc<Language>| language.id == wanted;
        let near = |language: &&Arc<Language>| language.id.language == wanted.language;
        self.all().find(same).or_else(|| self.all().find(near))
    }

    /// The first of those that a browser says its user reads.
    #[must_use]
    pub fn accepted(&self, header: &str) -> Option<&Arc<Language>> {
        accepted::wishes(header).into_iter().find_map(|wish| self.named(wish))
    }
}

/// The files of a directory, in order.
fn files(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::Unreadable { path: directory.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|end| end == "ftl") {
            found.push(path);
        }
        if found.len() > FILES {
            return Err(Error::TooMany(directory.to_owned()));
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> Result<String, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.len() > FILE {
        let what = format!("the file has more than {FILE} bytes");
        return Err(Error::Unfit { path: path.to_owned(), line: 1, what });
    }
    fs::read_to_string(path).map_err(unreadable)
}

#[cfg(test)]
mod tests;
