//! The editions of Odoo that tests run against.

use std::env;

/// The environment variable with the editions that tests shall run against, such as `19` or `19,14`; empty for none.
/// `cargo xtask test` sets it.
pub const VARIABLE: &str = "SLOTLEDGER_TEST_ODOO";

/// An edition that Debian packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Odoo 14, which speaks JSON-RPC.
    Fourteen,
    /// Odoo 19, which speaks JSON-2.
    Nineteen,
}

impl Edition {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Nineteen, Self::Fourteen];

    /// `19`.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::Fourteen => "14",
            Self::Nineteen => "19",
        }
    }

    /// Whether tests shall run against it: as [`VARIABLE`] says, or else Odoo 19 where it can be installed.
    #[must_use]
    pub fn wanted(self) -> bool {
        match env::var(VARIABLE) {
            Ok(editions) => editions.split(',').any(|edition| edition.trim() == self.number()),
            Err(_) => self == Self::Nineteen && crate::obstacle().is_none(),
        }
    }

    /// The release of Debian whose Python it runs on.
    pub(crate) const fn base(self) -> &'static str {
        match self {
            Self::Fourteen => "bullseye",
            Self::Nineteen => "trixie",
        }
    }

    /// The release that packages it, where that is another one.
    pub(crate) const fn packaged_in(self) -> Option<&'static str> {
        match self {
            Self::Fourteen => None,
            Self::Nineteen => Some("sid"),
        }
    }

    pub(crate) const fn package(self) -> &'static str {
        match self {
            Self::Fourteen => "odoo-14",
            Self::Nineteen => "odoo-19",
        }
    }

    /// What the connector uses; Odoo installs what these depend on.
    pub(crate) const fn modules(self) -> &'static str {
        match self {
            Self::Fourteen => "sale_management,account,stock,sale_stock,l10n_generic_coa",
            Self::Nineteen => "sale_management,account,stock,sale_stock",
        }
    }
}
