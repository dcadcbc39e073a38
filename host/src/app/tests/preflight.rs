//! Making what a connection lacks, in books that break off on the way.

use async_trait::async_trait;
use chrono::NaiveDate;
use slotledger_erp::conformance::Setup;
use slotledger_erp::{
    Administration, Balance, Capabilities, Check, Connector, Days, Document, Failure, Kind, Listed, Mode,
    Page as Rows, Posted, Posting, Record, RecordKind, Standing, SystemInfo, Tell,
};

use super::*;

/// Books that make one thing and then, if `breaks`, do not answer any more. Nothing else is asked of them.
struct Half {
    makes: bool,
    breaks: bool,
}

type Answer<T> = std::result::Result<T, Failure>;

fn unasked<T>() -> Answer<T> {
    Err(Failure::bug("nobody asks for it here"))
}

#[async_trait]
impl Connector for Half {
    fn capabilities(&self) -> Capabilities {
        unreachable!("nobody asks for it here")
    }

    async fn check(&self) -> Answer<SystemInfo> {
        unasked()
    }

    async fn find_by_key(&self, _: &Posting) -> Answer<Vec<Document>> {
        unasked()
    }

    async fn post(&self, _: &Posting) -> Answer<Posted> {
        unasked()
    }
}

#[async_trait]
impl Administration for Half {
    async fn prepare_telling(&self, mode: Mode, tell: Tell<'_>) -> Answer<Vec<Check>> {
        let mut checks = slotledger_erp::Checks::told(tell);
        checks.push(Check::ready("company", "Half"));
        if self.makes && mode == Mode::Apply {
            checks.push(Check { standing: Standing::Made, ..Check::ready("field of Orders", "made") });
        }
        if self.breaks {
            return Err(Failure::retry("connection reset"));
        }
        Ok(checks.all())
    }

    async fn records(&self, _: RecordKind, _: Option<&str>) -> Answer<Rows<Record>> {
        unasked()
    }

    async fn documents(&self, _: Kind, _: Days, _: Option<&str>) -> Answer<Rows<Listed>> {
        unasked()
    }

    async fn candidate(&self, _: &Posting, _: &str) -> Answer<Document> {
        unasked()
    }

    async fn adopt(&self, _: &Posting, _: &str) -> Answer<Document> {
        unasked()
    }

    async fn furnish(&self, _: &str, _: NaiveDate) -> Answer<Setup> {
        unasked()
    }

    async fn balance(&self) -> Answer<Balance> {
        unasked()
    }
}

/// Prepares such books, and says whether that went well and what was written down about it.
async fn prepared(makes: bool, breaks: bool) -> (bool, Vec<String>) {
    let mut world = World::new().await;
    let books: Arc<dyn Administration> = Arc::new(Half { makes, breaks });
    let link = Link { kind: "half", books, makes_records: false, trial: None, notices: None };
    world.app.ports.books = Arc::new(Connections::new([("half".to_owned(), link)].into()));
    let app = &world.app;
    let outcome = app.prepare_books("half", "ada", &|_| {}).await;
    let failed = matches!(&outcome, Err(Error::Books(failure)) if failure.message == "connection reset");
    assert_eq!(outcome.is_err(), failed, "{outcome:?}");
    let events = app.account_events(None, None, 10).await.unwrap();
    let written = events.into_iter().filter(|event| event.name == "books.prepared");
    (!failed, written.map(|event| format!("{}: {}", event.by, event.message)).collect())
}

#[tokio::test]
async fn what_was_made_is_written_down_although_it_broke_off() {
    let made = "ada: In the books «half» was made: field of Orders.".to_owned();
    assert_eq!(prepared(true, false).await, (true, vec![made.clone()]));
    assert_eq!(prepared(true, true).await, (false, vec![format!("{made} Then it broke off.")]));
}

#[tokio::test]
async fn nothing_is_written_down_where_it_broke_off_before_anything_was_made() {
    assert_eq!(prepared(false, true).await, (false, Vec::new()));
    let nothing = "ada: In the books «half» was made: nothing.".to_owned();
    assert_eq!(prepared(false, false).await, (true, vec![nothing]));
}
