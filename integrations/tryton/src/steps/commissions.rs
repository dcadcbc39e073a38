//! Commissions: Tryton makes them when it posts an invoice with an agent, and takes them back with its credit note.
//!
//! Invariant: what Tryton reckoned is compared with what was agreed, to the smallest coin. An invoice has one agent for
//! all of it: where several providers earn with one invoice, or one earns with a part, the invoice has none, and each
//! share is written as a row of its own here, as a person would do it.
//!
//! A commission row has no room for our key. It is found through its invoice and its agent. A reversal, which names only
//! the commission, goes through the invoice that the same transition made, whose key has the same beginning; where that
//! does not tell, through the mark that was left on the invoice.

use serde_json::json;
use slotledger_erp::{CommissionEarned, CommissionReversal, Document, Failure, Key, Posting, Reason, State};

use super::{Books, amendments, credits, invoices};
use crate::mapping::{self, Agent, Commission, Invoice, NotedLine, Record, Word};

pub(super) async fn find(
    books: &Books<'_>,
    key: &Key,
    earned: &CommissionEarned,
) -> Result<Vec<Document>, Failure> {
    let mut rows = Vec::new();
    for invoice in invoices::posted(books, &earned.invoice).await? {
        rows.extend(rows_of(books, invoice.id).await?);
    }
    let rows = of_provider(rows, &earned.provider.code);
    Ok(mapping::commission(&rows, key, &books.company).into_iter().collect())
}

pub(super) async fn post(
    books: &Books<'_>,
    posting: &Posting,
    earned: &CommissionEarned,
) -> Result<Document, Failure> {
    let provider = &earned.provider.code;
    let invoice = invoice(books, &earned.invoice).await?;
    let mut rows = rows_of(books, invoice.id).await?;
    if of_provider(rows.clone(), provider).is_empty() {
        add_share(books, posting, earned, &invoice).await?;
        rows = rows_of(books, invoice.id).await?;
    }
    remember(books, posting, earned, &invoice, &rows).await?;
    let found = mapping::commission(&of_provider(rows, provider), &posting.key, &books.company);
    let document = found.ok_or_else(|| Failure::bug("a commission was created and is not found"))?;
    match mapping::difference(&document, earned.amount) {
        None => Ok(document),
        Some(message) => Err(Failure::refused(
            message,
            format!(
                "make the commission plan of agent {provider} in Tryton and the rate agreed here the same"
            ),
        )
        .because(Reason::Conflict)),
    }
}

/// The posted invoice that something is earned with.
async fn invoice(books: &Books<'_>, key: &Key) -> Result<Invoice, Failure> {
    match invoices::by_key(books, key).await? {
        Some(invoice) if invoice.state() == State::Posted => Ok(invoice),
        Some(invoice) if invoice.state() == State::Draft => Err(credits::unposted(&invoice, key)),
        Some(_) | None => Err(Failure::refused(
            format!("Tryton has no posted invoice with the reference {key}"),
            format!("deliver the invoice {key} first"),
        )
        .because(Reason::MissingDocument)),
    }
}

/// Writes a share that Tryton does not reckon: the invoice has no agent, or another one.
async fn add_share(
    books: &Books<'_>,
    posting: &Posting,
    earned: &CommissionEarned,
    invoice: &Invoice,
) -> Result<(), Failure> {
    let provider = &earned.provider.code;
    let message = || format!("the invoice {} brought no commission for {provider} in Tryton", earned.invoice);
    let Some(agent) = books.agent(provider).await? else {
        let fix = format!("create a commission agent with a plan for party {provider} in Tryton, then retry");
        return Err(Failure::refused(message(), fix).because(Reason::UnknownParty));
    };
    let reckoned = invoice.agent.as_ref().is_some_and(|agent| agent.is(provider));
    let Some(plan) = agent.plan.filter(|_| !reckoned) else {
        let fix = format!(
            "give the agent of party {provider} a plan for these products, and create this commission by hand"
        );
        return Err(Failure::refused(message(), fix).because(Reason::Setup));
    };
    let line = invoice.lines.first().ok_or_else(|| Failure::bug("the invoice has no lines"))?;
    let values = mapping::commission_values(posting, earned, (agent.id, plan.commission_product), line.id);
    books.create(Commission::MODEL, values).await
}

/// Leaves a mark where a reversal could not find the commission by its key alone.
async fn remember(
    books: &Books<'_>,
    posting: &Posting,
    earned: &CommissionEarned,
    invoice: &Invoice,
    rows: &[Commission],
) -> Result<(), Failure> {
    let provider = &earned.provider.code;
    let prefix = mapping::transition_prefix;
    let alone = rows.iter().all(|row| row.agent.is(provider))
        && invoice.agent.as_ref().is_some_and(|agent| agent.is(provider));
    let marks = mapping::marks(invoice.lines.iter().map(|line| line.note.as_deref()));
    let marked = marks.iter().any(|mark| mark.key == posting.key && mark.word == Word::Commission);
    if marked || (alone && prefix(&posting.key) == prefix(&earned.invoice)) {
        return Ok(());
    }
    let Some(line) = invoice.lines.first() else { return Ok(()) };
    let note = mapping::marked(line.note.as_deref(), &posting.key, Word::Commission, provider);
    books.write("account.invoice.line", line.id, amendments::note(&note)).await
}

/// A commission found by its key alone.
struct Owed {
    invoice: i64,
    /// Who earned it; none where only one did.
    provider: Option<String>,
    rows: Vec<Commission>,
}

async fn owed(books: &Books<'_>, key: &Key) -> Result<Vec<Owed>, Failure> {
    let marked = marked(books, key).await?;
    let candidates = match marked.is_empty() {
        false => marked,
        true => same_transition(books, key).await?.into_iter().map(|invoice| (invoice.id, None)).collect(),
    };
    let mut owed = Vec::new();
    for (invoice, provider) in candidates {
        let rows = rows_of(books, invoice).await?;
        let rows = match &provider {
            Some(provider) => of_provider(rows, provider),
            None => rows,
        };
        owed.push(Owed { invoice, provider, rows });
    }
    Ok(owed)
}

/// The invoices, and the providers, that marks name for a commission.
async fn marked(books: &Books<'_>, key: &Key) -> Result<Vec<(i64, Option<String>)>, Failure> {
    let company = json!(["company", "=", books.company.id]);
    let found: Vec<NotedLine> =
        books.search(json!([["note", "like", mapping::pattern(key)], company])).await?;
    let mut places = Vec::new();
    for line in found {
        for mark in mapping::marks([line.note.as_deref()]) {
            if mark.key == *key
                && mark.word == Word::Commission
                && let Some(invoice) = line.invoice
            {
                places.push((invoice.id, Some(mark.text.to_owned())));
            }
        }
    }
    Ok(places)
}

/// The rows that took a commission back.
async fn taken_back(books: &Books<'_>, owed: &[Owed]) -> Result<Vec<Commission>, Failure> {
    let mut rows = Vec::new();
    for commission in owed {
        for note in credits::of(books, commission.invoice).await? {
            let found = rows_of(books, note.id).await?;
            rows.extend(match &commission.provider {
                Some(provider) => of_provider(found, provider),
                None => found,
            });
        }
    }
    Ok(rows)
}

pub(super) async fn find_reversal(
    books: &Books<'_>,
    key: &Key,
    reversal: &CommissionReversal,
) -> Result<Vec<Document>, Failure> {
    let owed = owed(books, &reversal.commission).await?;
    let rows = taken_back(books, &owed).await?;
    Ok(mapping::reversal(&rows, key, &books.company).into_iter().collect())
}

pub(super) async fn reverse(
    books: &Books<'_>,
    posting: &Posting,
    reversal: &CommissionReversal,
) -> Result<Document, Failure> {
    let key = &reversal.commission;
    let owed = owed(books, key).await?;
    let rows: Vec<Commission> = owed.iter().flat_map(|commission| commission.rows.clone()).collect();
    let Some(earned) = mapping::commission(&rows, key, &books.company) else {
        let message = format!("Tryton has no commission for {key}");
        return Err(Failure::refused(message, format!("deliver the commission {key} first"))
            .because(Reason::MissingDocument));
    };
    let mut found = taken_back(books, &owed).await?;
    if found.is_empty() {
        take_back(books, posting, key, &owed).await?;
        found = taken_back(books, &owed).await?;
    }
    let document = mapping::reversal(&found, &posting.key, &books.company)
        .ok_or_else(|| Failure::bug("a commission was taken back and that is not found"))?;
    match mapping::difference(&document, earned.net) {
        None => Ok(document),
        Some(message) => {
            Err(Failure::refused(message, "take the rest of the commission back by hand in Tryton")
                .because(Reason::Conflict))
        }
    }
}

/// Writes the counter-row of a share that was written here. Tryton did its own when the invoice was credited.
async fn take_back(books: &Books<'_>, posting: &Posting, key: &Key, owed: &[Owed]) -> Result<(), Failure> {
    for commission in owed {
        let note = credits::of(books, commission.invoice).await?.into_iter().next();
        let place = note.as_ref().and_then(|note| note.lines.first());
        let (Some(line), Some(provider)) = (place, &commission.provider) else {
            let message = format!("the invoice of the commission {key} was not credited in Tryton");
            return Err(Failure::refused(
                message,
                "deliver the credit note first: it takes the commission back",
            )
            .because(Reason::MissingDocument));
        };
        let Some(Agent { id, plan: Some(plan) }) = books.agent(provider).await? else {
            let message = format!("party {provider} is no commission agent in Tryton any more");
            return Err(Failure::refused(
                message,
                format!("make party {provider} an agent with a plan again"),
            )
            .because(Reason::UnknownParty));
        };
        let amount: rust_decimal::Decimal = commission.rows.iter().map(|row| row.amount).sum();
        let agent = (id, plan.commission_product);
        let values = mapping::share(posting.date, agent, line.id, -amount, -amount);
        books.create(Commission::MODEL, values).await?;
    }
    Ok(())
}

/// The invoices that the transition of a key made.
async fn same_transition(books: &Books<'_>, key: &Key) -> Result<Vec<Invoice>, Failure> {
    let beginning = mapping::transition_prefix(key);
    // `_` stands for any character in a pattern.
    let pattern = format!("{}%", beginning.replace('_', "\\_"));
    let company = json!(["company", "=", books.company.id]);
    let found: Vec<Invoice> =
        books.search(json!([["reference", "like", pattern], ["type", "=", "out"], company])).await?;
    let ours = |invoice: &Invoice| invoice.reference.as_deref().is_some_and(|key| key.starts_with(beginning));
    let sold = |invoice: &Invoice| invoice.untaxed_amount >= rust_decimal::Decimal::ZERO;
    let its_own = |invoice: &Invoice| mapping::apart(invoice).is_none();
    Ok(found.into_iter().filter(|invoice| ours(invoice) && sold(invoice) && its_own(invoice)).collect())
}

async fn rows_of(books: &Books<'_>, invoice: i64) -> Result<Vec<Commission>, Failure> {
    books.parts(json!([["origin.invoice.id", "=", invoice, "account.invoice.line"]])).await
}

fn of_provider(rows: Vec<Commission>, provider: &str) -> Vec<Commission> {
    rows.into_iter().filter(|row| row.agent.is(provider)).collect()
}
