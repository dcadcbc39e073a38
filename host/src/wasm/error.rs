//! Why a rules component was not taken, or a decision could not be made.
//!
//! Invariant: none of these is a verdict on a booking. Whoever meets one refuses the request for the time being and
//! says so; the next decision starts from nothing and is not affected.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Why a rules component was not taken, or a decision could not be made.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The file is no component.
    #[error("{name} is not a WebAssembly component: {reason}")]
    NotAComponent {
        /// The component's file or origin.
        name: String,
        /// What it is instead.
        reason: String,
    },
    /// The component is made for another world.
    #[error("{name} does not fit the {world} world:{}", list(missing, imported))]
    WrongWorld {
        /// The component's file or origin.
        name: String,
        /// The world it was to fit.
        world: &'static str,
        /// Exports it lacks, or has with another type.
        missing: Vec<String>,
        /// What it asks for and may not have.
        imported: Vec<String>,
    },
    /// The component was made for a version of its package that this host does not know.
    #[error("{name} was built for {world} {found}, this host knows {known}")]
    WrongVersion {
        /// The component's file or origin.
        name: String,
        /// The package.
        world: &'static str,
        /// The version it says it was built for.
        found: String,
        /// What this host knows.
        known: &'static str,
    },
    /// The component is not the one that was asked for.
    #[error("the component has digest {found}, expected is {expected}")]
    DigestMismatch {
        /// What the configuration says, or the component was installed as.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// The component's file is too large.
    #[error("{name} is larger than {limit} bytes")]
    TooLarge {
        /// The component's file or origin.
        name: String,
        /// How large it may be.
        limit: u64,
    },
    /// The component's file could not be read.
    #[error("the component {} could not be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// The engine could not be set up, or could not make an instance.
    #[error("the WebAssembly engine failed: {0}")]
    Engine(String),
    /// The component crashed.
    #[error("the component crashed while it decided: {0}")]
    Trapped(String),
    /// The component did not finish within its fuel.
    #[error("the component used up its {fuel} units of fuel without an answer")]
    OutOfFuel {
        /// What it was given.
        fuel: u64,
    },
    /// The component did not finish in time.
    #[error("the component did not answer within {} ms", limit.as_millis())]
    Deadline {
        /// How long it may take.
        limit: Duration,
    },
    /// The component did not finish within the processor time that it may take, however busy the machine was.
    #[error("the component took more than {} ms of processor time without an answer", limit.as_millis())]
    TooSlow {
        /// How much it may take.
        limit: Duration,
    },
    /// The component wanted more memory than it may have.
    #[error("the component asked for more than {limit} bytes of memory")]
    OutOfMemory {
        /// How much it may have.
        limit: usize,
    },
    /// The component answered with more than it may, or logged more.
    #[error("the component said more than {limit} bytes, in its answer or its log")]
    OutputTooLarge {
        /// How much it may say.
        limit: usize,
    },
    /// The component logged more lines than it may.
    #[error("the component logged more than {limit} lines")]
    TooTalkative {
        /// How many it may log.
        limit: u64,
    },
}

impl Error {
    /// The stable code a person can look up.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAComponent { .. } => "SL0401",
            Self::WrongWorld { .. } => "SL0402",
            Self::WrongVersion { .. } => "SL0403",
            Self::DigestMismatch { .. } => "SL0404",
            Self::TooLarge { .. } => "SL0405",
            Self::Io { .. } => "SL0406",
            Self::Engine(_) => "SL0407",
            Self::Trapped(_) => "SL0411",
            Self::OutOfFuel { .. } => "SL0412",
            Self::Deadline { .. } | Self::TooSlow { .. } => "SL0413",
            Self::OutOfMemory { .. } => "SL0414",
            Self::OutputTooLarge { .. } | Self::TooTalkative { .. } => "SL0415",
        }
    }

    /// What helps.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NotAComponent { .. } => {
                "name a component, as `slotledger rules build` makes one in build/; core modules become components with \
                 `wasm-tools component new`"
            }
            Self::WrongWorld { .. } => {
                "build it with `slotledger rules build`, which leaves WASI out; a crate is compiled for \
                 wasm32-unknown-unknown, and imports nothing but `log`"
            }
            Self::WrongVersion { .. } => "build it against the version of the package that this host ships",
            Self::DigestMismatch { .. } => {
                "put the expected file back, or set the digest to the new one after reviewing it"
            }
            Self::TooLarge { .. } => "build it in release mode and strip its debug information",
            Self::Io { .. } => "check the path and that the server's user may read the file",
            Self::Engine(_) => "check the machine's limits on memory mappings and address space",
            Self::Trapped(_) => "report it to the component's author; other bookings are not affected",
            Self::OutOfFuel { .. } => {
                "ask for a shorter range or fewer providers; if it persists, report it to the component's author"
            }
            Self::Deadline { .. } => "try again; the machine is overloaded",
            Self::TooSlow { .. } => "report it to the component's author; other bookings are not affected",
            Self::OutOfMemory { .. } => {
                "ask for a shorter range or fewer providers; if it persists, report it to the component's author"
            }
            Self::OutputTooLarge { .. } => "ask for fewer openings at once",
            Self::TooTalkative { .. } => "report it to the component's author: a log is read by people",
        }
    }

    /// Whether the same request may succeed when it is repeated later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        match self {
            Self::Deadline { .. } | Self::Engine(_) => true,
            Self::NotAComponent { .. }
            | Self::WrongWorld { .. }
            | Self::WrongVersion { .. }
            | Self::DigestMismatch { .. }
            | Self::TooSlow { .. }
            | Self::TooLarge { .. }
            | Self::Io { .. }
            | Self::Trapped(_)
            | Self::OutOfFuel { .. }
            | Self::OutOfMemory { .. }
            | Self::OutputTooLarge { .. }
            | Self::TooTalkative { .. } => false,
        }
    }

    pub(super) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), source: Arc::new(source) }
    }

    pub(super) fn engine(error: &wasmtime::Error) -> Self {
        Self::Engine(format!("{error:#}"))
    }
}

fn list(missing: &[String], imported: &[String]) -> String {
    let mut text = String::new();
    if !missing.is_empty() {
        text.push_str(&format!(" it does not export {}", missing.join(", ")));
    }
    if !imported.is_empty() {
        let joint = if text.is_empty() { "" } else { ";" };
        text.push_str(&format!("{joint} it imports {}", imported.join(", ")));
    }
    text
}
