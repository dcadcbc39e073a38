//! Keys: nothing is found that was not posted, and one key makes one document.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::judgement::{equal, require};
use super::report::{Fault, Outcome};
use super::session::Session;
use crate::{Body, Class, CommissionReversal, Failure, KeyGuard, Kind, Posting};

/// How many posts of one key start together.
const AT_ONCE: usize = 8;

pub(super) async fn unknown(s: &Session<'_>) -> Outcome {
    let postings = one_of_each(s)?;
    let kinds = postings.len();
    for posting in postings {
        let found = s.find(&posting).await?;
        require(found.is_empty(), || format!("{} finds {} documents", posting.key, found.len()))?;
    }
    Ok(format!("{kinds} kinds looked up, nothing found"))
}

/// A posting of every kind, of which none is ever sent.
fn one_of_each(s: &Session<'_>) -> Result<Vec<Posting>, Fault> {
    let order = s.order("unknown", s.one())?;
    let invoice = s.invoice("unknown", Some(order.key.clone()), s.one())?;
    let material = vec![s.setup.material.clone()];
    let issue = s.issue("unknown", material.clone())?;
    let earned = (&s.setup.provider, s.setup.unit_price);
    let commission = s.commission("unknown", "commission", invoice.key.clone(), earned)?;
    let advance = s.advance("unknown", "advance", None, s.setup.unit_price)?;
    let reversal = CommissionReversal { commission: commission.key.clone(), reason: "never earned".into() };
    let postings = vec![
        s.cancellation("unknown", &order.key)?,
        s.amendment("unknown", "amend", &order.key, (&s.setup.provider, s.one(), 1))?,
        s.credit("unknown", invoice.key.clone())?,
        s.material_back("unknown", "return", &issue.key, material)?,
        s.posting("unknown", "reversal", Body::CommissionReversal(reversal))?,
        s.refund("unknown", "refund", &advance.key, s.setup.unit_price)?,
        order,
        invoice,
        issue,
        commission,
        advance,
    ];
    debug_assert_eq!(postings.len(), Kind::ALL.len(), "one of each kind");
    Ok(postings)
}

pub(super) async fn order(s: &Session<'_>) -> Outcome {
    raced(s, &s.order("race", s.one())?).await
}

pub(super) async fn invoice(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("race-bill", s.one()).await?;
    raced(s, &s.invoice("race-bill", Some(order.key), s.one())?).await
}

pub(super) async fn issue(s: &Session<'_>) -> Outcome {
    raced(s, &s.issue("race-issue", vec![s.setup.material.clone()])?).await
}

pub(super) async fn advance(s: &Session<'_>) -> Outcome {
    raced(s, &s.advance("race-paid", "advance", None, s.setup.unit_price)?).await
}

pub(super) async fn credit(s: &Session<'_>) -> Outcome {
    let (invoice, _) = s.invoiced("race-credit").await?;
    raced(s, &s.credit("race-credit", invoice.key)?).await
}

pub(super) async fn amendment(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("race-amend", s.one()).await?;
    raced(s, &s.amendment("race-amend", "amend", &order.key, (&s.setup.provider, s.three(), 1))?).await
}

pub(super) async fn cancellation(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("race-cancel", s.one()).await?;
    raced(s, &s.cancellation("race-cancel", &order.key)?).await
}

pub(super) async fn commission(s: &Session<'_>) -> Outcome {
    raced(s, &earned(s, "race-earn").await?).await
}

pub(super) async fn reversal(s: &Session<'_>) -> Outcome {
    let commission = earned(s, "race-take").await?;
    s.post(&commission).await?;
    s.post(&s.credit("race-take", s.key("race-take", "invoice")?)?).await?;
    let reversal =
        CommissionReversal { commission: commission.key, reason: "the invoice was credited".into() };
    raced(s, &s.posting("race-take", "reversal", Body::CommissionReversal(reversal))?).await
}

pub(super) async fn material_back(s: &Session<'_>) -> Outcome {
    let lines = vec![s.setup.material.clone()];
    let issue = s.issue("race-back", lines.clone())?;
    s.post(&issue).await?;
    raced(s, &s.material_back("race-back", "return", &issue.key, lines)?).await
}

pub(super) async fn refund(s: &Session<'_>) -> Outcome {
    let advance = s.advance("race-refund", "advance", None, s.setup.unit_price)?;
    s.post(&advance).await?;
    raced(s, &s.refund("race-refund", "refund", &advance.key, s.setup.unit_price)?).await
}

/// A commission that is earned and not asked for yet.
async fn earned(s: &Session<'_>, row: &str) -> Result<Posting, Fault> {
    let (invoice, invoiced) = s.invoiced(row).await?;
    Ok(s.commission(row, "commission", invoice.key, (&s.setup.provider, invoiced.net))?)
}

/// Together where the books see to it that a key is used once, one after another where our lease does.
async fn raced(s: &Session<'_>, posting: &Posting) -> Outcome {
    let unique = s.books.capabilities().key_guard == KeyGuard::Unique;
    let mut answers = Vec::with_capacity(AT_ONCE);
    if unique {
        answers = together((0..AT_ONCE).map(|_| s.send(posting)).collect()).await;
    } else {
        for _ in 0..AT_ONCE {
            answers.push(s.send(posting).await);
        }
    }
    let mut made = 0_usize;
    for answer in answers {
        let posted = match answer {
            Ok(posted) => posted,
            Err(failure) if passes(&failure) => s.post(posting).await?,
            Err(failure) => {
                return Err(format!("posting {}: {failure} ({:?})", posting.key, failure.class).into());
            }
        };
        equal("document answered", &posted.document, &s.standing(posting).await?)?;
        made += usize::from(!posted.adopted);
    }
    let standing = s.standing(posting).await?;
    require(made <= 1, || format!("{made} of {AT_ONCE} posts say that they made {}", standing.number))?;
    let how = if unique { "at once" } else { "one after another" };
    Ok(format!("{AT_ONCE} posts {how}, one {}", standing.number))
}

/// One that lost a race may be told to come again.
const fn passes(failure: &Failure) -> bool {
    matches!(
        failure.class,
        Class::Retry { .. } | Class::Throttled { .. } | Class::Busy { .. } | Class::Ambiguous
    )
}

/// Drives all futures from one task, until each is done.
async fn together<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = futures.into_iter().map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, slot) in running.iter_mut().zip(&mut done) {
            if slot.is_none()
                && let Poll::Ready(output) = future.as_mut().poll(context)
            {
                *slot = Some(output);
            }
        }
        if done.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    done.into_iter().flatten().collect()
}
