//! What the rows share: posting under keys of this run, looking up, and keeping a list of what was made.
//!
//! Invariant: everything the books made is on the list, whatever the row thought of it, so that it can be taken back.

use std::sync::{Mutex, PoisonError};

use rust_decimal::Decimal;

use super::Setup;
use super::judgement::{Common, equal, judge, net, require, rounded};
use super::report::{Fault, Outcome};
use crate::{
    Class, Commissions, Connector, Document, Failure, Key, Kind, Line, Posted, Posting, Reason, State,
};

pub(super) struct Session<'a> {
    pub(super) books: &'a dyn Connector,
    pub(super) setup: &'a Setup,
    made: Mutex<Vec<(Posting, Document)>>,
}

impl<'a> Session<'a> {
    pub(super) fn new(books: &'a dyn Connector, setup: &'a Setup) -> Self {
        Self { books, setup, made: Mutex::new(Vec::new()) }
    }

    pub(super) async fn check(&self) -> Outcome {
        let info = self.books.check().await.map_err(|failure| format!("check: {failure}"))?;
        equal("currency", &info.currency, &self.setup.currency)?;
        require(!info.product.is_empty() && !info.company.is_empty(), || {
            "no product or company named".into()
        })?;
        Ok(format!("{} {}, {}", info.product, info.version, info.company))
    }

    /// What the lines come to in the company's currency.
    pub(super) fn net(&self, lines: &[Line]) -> Decimal {
        net(lines, self.setup.currency_digits)
    }

    pub(super) fn rounded(&self, amount: Decimal) -> Decimal {
        rounded(amount, self.setup.currency_digits)
    }

    /// What was made so far, each posting once, in the order in which it was made.
    pub(super) fn all_made(&self) -> Vec<(Posting, Document)> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was made has another key since.
    pub(super) fn renamed(&self, was: &Key, now: &Posting) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        for (posting, document) in made.iter_mut().filter(|(posting, _)| posting.key == *was) {
            document.key = now.key.clone();
            *posting = now.clone();
        }
    }

    /// What was made does not stand any more.
    pub(super) fn forget(&self, key: &Key) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.retain(|(posting, _)| posting.key != *key);
    }

    /// Posts, and remembers what was made.
    pub(super) async fn send(&self, posting: &Posting) -> Result<Posted, Failure> {
        let answer = self.books.post(posting).await;
        if let Ok(Posted { document, .. }) = &answer {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            if !made.iter().any(|(known, _)| known.key == posting.key) {
                made.push((posting.clone(), document.clone()));
            }
        }
        answer
    }

    pub(super) async fn post(&self, posting: &Posting) -> Result<Posted, Fault> {
        let key = &posting.key;
        self.send(posting).await.map_err(|failure| {
            if let Class::Refused { reason: Reason::Unsupported, .. } = failure.class {
                return Fault::Unsupported(failure.message);
            }
            Fault::Wrong(format!("posting {key}: {failure} ({:?})", failure.class))
        })
    }

    pub(super) async fn find(&self, posting: &Posting) -> Result<Vec<Document>, Fault> {
        let key = &posting.key;
        let found = self.books.find_by_key(posting).await;
        found.map_err(|failure| format!("looking up {key}: {failure} ({:?})", failure.class).into())
    }

    /// The only document the key finds.
    pub(super) async fn standing(&self, posting: &Posting) -> Result<Document, Fault> {
        let mut found = self.find(posting).await?;
        match (found.pop(), found.len()) {
            (Some(only), 0) => Ok(only),
            (last, before) => {
                let count = before + usize::from(last.is_some());
                Err(format!("{} finds {count} documents, not one", posting.key).into())
            }
        }
    }

    /// Posts it, judges it, finds it once, posts it again and finds it once still.
    pub(super) async fn made(&self, posting: &Posting, state: State) -> Result<Document, Fault> {
        let derived = self.derived(posting);
        if !derived {
            let before = self.find(posting).await?;
            require(before.is_empty(), || format!("{} was used before this run", posting.key))?;
        }
        let Posted { document, adopted } = self.post(posting).await?;
        judge(posting, &document, state, &self.common())
            .map_err(|wrong| format!("{} ({}): {wrong}", document.number, posting.key))?;
        require(derived || !adopted, || format!("{} is called adopted at first", document.number))?;
        equal("document found", &self.standing(posting).await?, &document)?;
        let again = self.post(posting).await?;
        equal("document posted again", &again.document, &document)?;
        require(again.adopted, || format!("{} is called new when posted again", document.number))?;
        equal("document found afterwards", &self.standing(posting).await?, &document)?;
        Ok(document)
    }

    fn common(&self) -> Common<'_> {
        let Setup { currency, date, customer, .. } = self.setup;
        Common { currency, date: *date, customer: &customer.code }
    }

    /// Whether the books make the document by themselves, before anybody asks for it.
    fn derived(&self, posting: &Posting) -> bool {
        let commission = matches!(posting.kind(), Kind::Commission | Kind::CommissionReversal);
        commission && self.books.capabilities().commissions == Commissions::Derived
    }

    /// Posts what must be refused: with a fix, and with nothing stored. Answers with the books' words.
    pub(super) async fn refused(&self, posting: &Posting) -> Outcome {
        self.refusal(posting).await.map(|(_, words)| words)
    }

    /// As [`Self::refused`], and for one reason.
    pub(super) async fn refused_because(&self, posting: &Posting, expected: Reason) -> Outcome {
        let (reason, words) = self.refusal(posting).await?;
        require(reason == expected, || {
            format!(
                "{} was refused as {}, not as {}: {words}",
                posting.key,
                reason.as_str(),
                expected.as_str()
            )
        })?;
        Ok(words)
    }

    async fn refusal(&self, posting: &Posting) -> Result<(Reason, String), Fault> {
        let failure = match self.send(posting).await {
            Ok(Posted { document, .. }) => {
                let (number, key) = (document.number, &posting.key);
                return Err(format!("{number} ({key}) was made from what should be refused").into());
            }
            Err(failure) => failure,
        };
        let Class::Refused { reason, fix } = failure.class else {
            return Err(format!("{} was not refused but {:?}: {failure}", posting.key, failure.class).into());
        };
        if reason == Reason::Unsupported {
            return Err(Fault::Unsupported(failure.message));
        }
        require(!fix.is_empty() && !failure.message.is_empty(), || {
            format!("{} was refused without saying why, or what to do", posting.key)
        })?;
        let left = self.find(posting).await?;
        require(left.is_empty(), || format!("{} was refused, but {} stand", posting.key, left.len()))?;
        Ok((reason, failure.message))
    }
}
