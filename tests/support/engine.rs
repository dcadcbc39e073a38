//! The stores that a scenario is played on.

use super::Host;

/// Where a host keeps everything.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Engine {
    /// A file of its own.
    Sqlite,
    /// A database of its own.
    Postgres,
}

impl Engine {
    /// A new host of the sample company on a store of this kind.
    pub(crate) fn host(self) -> Host {
        match self {
            Self::Sqlite => Host::on_ledger(),
            Self::Postgres => Host::on_postgres(),
        }
    }
}

/// Makes a test of every scenario on every engine: `name::sqlite` and `name::postgres` play the async function `name`,
/// which takes a host.
macro_rules! on_every_engine {
    ($($scenario:ident,)*) => {$(
        mod $scenario {
            #[tokio::test]
            async fn sqlite() {
                super::$scenario($crate::support::Engine::Sqlite.host()).await;
            }

            #[tokio::test]
            async fn postgres() {
                super::$scenario($crate::support::Engine::Postgres.host()).await;
            }
        }
    )*};
}

pub(crate) use on_every_engine;
