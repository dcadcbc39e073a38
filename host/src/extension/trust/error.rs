//! Why an extension is not trusted, or could not be signed.

use std::path::PathBuf;

/// Why an extension is not trusted, or could not be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no signature.
    #[error("the extension is not signed (SHA-256 {digest})")]
    Unsigned {
        /// What would have to be named.
        digest: String,
    },
    /// There is a signature, by a key that is not trusted.
    #[error("the extension is signed by key {key}, which is not trusted here (SHA-256 {digest})")]
    UnknownKey {
        /// The key's id.
        key: String,
        /// What would have to be named.
        digest: String,
    },
    /// The signature is not one of these bytes.
    #[error("the signature does not fit: {reason}")]
    Wrong {
        /// How it fails.
        reason: String,
    },
    /// Another extension was allowed.
    #[error("allowed without a trusted signature is SHA-256 {allowed}, the extension has {found}")]
    AllowedAnother {
        /// What the administrator named.
        allowed: String,
        /// What was found.
        found: String,
    },
    /// A public key cannot be read.
    #[error("what begins with {begins:?} is no minisign public key")]
    PublicKey {
        /// The first characters of what was given. It may be a secret key, of which they are the same in all.
        begins: String,
    },
    /// The file of the trusted keys cannot be used.
    #[error("the file of trusted keys {} cannot be used: {reason}", path.display())]
    Keyring {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Another key that bears the same id is trusted.
    #[error("the key bears the id {id}, as another one does that is trusted already and is {owner}'s")]
    SameId {
        /// The id.
        id: String,
        /// Whose the other one is.
        owner: String,
    },
    /// A pair of keys could not be made.
    #[error("no keys were made: {reason}")]
    NoKeys {
        /// Why not.
        reason: String,
    },
    /// A secret key cannot be used.
    #[error("the secret key cannot be used: {reason}")]
    SecretKey {
        /// Why not.
        reason: String,
    },
}

impl Error {
    /// The stable code a person can look up.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unsigned { .. } => "SL0431",
            Self::UnknownKey { .. } => "SL0432",
            Self::Wrong { .. } => "SL0433",
            Self::AllowedAnother { .. } => "SL0434",
            Self::PublicKey { .. }
            | Self::NoKeys { .. }
            | Self::SecretKey { .. }
            | Self::Keyring { .. }
            | Self::SameId { .. } => "SL0440",
        }
    }

    /// What helps.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Unsigned { .. } => {
                "ask its author for a signed one, or review it and allow it with --allow-unsigned and its SHA-256"
            }
            Self::UnknownKey { .. } => {
                "compare the key with what its owner publishes and trust it with `slotledger rules keys trust`, or review \
                 the extension and allow it with --allow-unsigned and its SHA-256"
            }
            Self::Wrong { .. } => {
                "sign it again if you built it yourself; otherwise fetch both again, and if it persists, tell the author: \
                 somebody may have exchanged a file"
            }
            Self::AllowedAnother { .. } => {
                "find out why it changed; review the new one before naming its SHA-256"
            }
            Self::PublicKey { .. } => {
                "copy the second line of the .pub file, which begins with RW; the .key file is the secret one, and \
                 nobody else is shown it"
            }
            Self::Keyring { .. } => "put the file back as it was; `slotledger rules keys` writes it",
            Self::SameId { .. } => {
                "ask the key's owner for another one: ids are drawn, and never meet by chance"
            }
            Self::NoKeys { .. } => {
                "type the same password twice, or set it in SLOTLEDGER_SIGNING_PASSWORD; nothing was written"
            }
            Self::SecretKey { .. } => {
                "name the file that `slotledger rules keys new` or `minisign -G` wrote, and its password in \
                 SLOTLEDGER_SIGNING_PASSWORD"
            }
        }
    }

    pub(super) fn wrong(reason: &str) -> Self {
        Self::Wrong { reason: reason.to_owned() }
    }

    pub(crate) fn secret(reason: impl std::fmt::Display) -> Self {
        Self::SecretKey { reason: reason.to_string() }
    }
}
