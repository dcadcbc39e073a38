//! One language: its texts by their names.
//!
//! Invariant: whatever is asked for is answered: by its own text, by that in English, or by the name. A text that cannot be
//! filled in is none.

use std::fmt;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// What a text is filled with: a name and what stands for it.
pub type Told<'a> = (&'a str, FluentValue<'a>);

/// A language of the portal.
pub struct Language {
    pub(super) id: LanguageIdentifier,
    tag: String,
    bundle: FluentBundle<FluentResource>,
    /// English, in every other language.
    instead: Option<Arc<Self>>,
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Language").field(&self.tag).finish()
    }
}

impl Language {
    /// A language of these files; a later one changes what an earlier one says.
    pub(super) fn new(
        id: LanguageIdentifier,
        files: impl IntoIterator<Item = FluentResource>,
        instead: Option<Arc<Self>>,
    ) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![id.clone()]);
        // The marks that keep directions apart are of use where a text mixes them, and stand in the way of everybody else's
        // search in a page.
        bundle.set_use_isolating(false);
        files.into_iter().for_each(|file| bundle.add_resource_overriding(file));
        Self { tag: id.to_string(), id, bundle, instead }
    }

    /// What it is called in `lang` and in addresses: `de`.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// A text.
    #[must_use]
    pub fn say(&self, name: &str) -> String {
        self.tell(name, [])
    }

    /// A text, filled with this.
    #[must_use]
    pub fn tell<'a>(&self, name: &str, told: impl IntoIterator<Item = Told<'a>>) -> String {
        let told: FluentArgs<'_> = told.into_iter().collect();
        self.found(name, None, &told).unwrap_or_else(|| name.to_owned())
    }

    /// Whether it has this text of its own.
    pub(super) fn has(&self, name: &str) -> bool {
        self.bundle.has_message(name)
    }

    /// A text, or what stands beside one, if there is one.
    #[must_use]
    pub fn tell_if<'a>(
        &self,
        name: &str,
        beside: Option<&str>,
        told: impl IntoIterator<Item = Told<'a>>,
    ) -> Option<String> {
        self.found(name, beside, &told.into_iter().collect())
    }

    fn found(&self, name: &str, beside: Option<&str>, told: &FluentArgs<'_>) -> Option<String> {
        let own = self.bundle.get_message(name).and_then(|message| match beside {
            Some(beside) => message.get_attribute(beside).map(|beside| beside.value()),
            None => message.value(),
        });
        let mut faults = Vec::new();
        let text =
            own.map(|pattern| self.bundle.format_pattern(pattern, Some(told), &mut faults).into_owned());
        if faults.is_empty() && text.is_some() {
            return text;
        }
        self.instead.as_ref()?.found(name, beside, told)
    }
}
