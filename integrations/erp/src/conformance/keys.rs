//! Keys: nothing is found that was not posted, and one key makes one document.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::Outcome;
use super::session::{Session, equal, require};

/// How many posts of one key start together.
const AT_ONCE: usize = 8;

pub(super) async fn unknown(s: &Session<'_>) -> Outcome {
    let order = s.order("unknown", s.one())?;
    let invoice = s.invoice("unknown", Some(order.key.clone()), s.one())?;
    let issue = s.issue("unknown", vec![s.setup.material.clone()])?;
    let commission = s.commission("unknown", invoice.key.clone(), s.setup.unit_price)?;
    for posting in [order, invoice, issue, commission] {
        let found = s.find(&posting).await?;
        require(found.is_empty(), || format!("{} finds {} documents", posting.key, found.len()))?;
    }
    Ok("nothing found".into())
}

pub(super) async fn at_once(s: &Session<'_>) -> Outcome {
    let order = s.order("at-once", s.one())?;
    let answers = together((0..AT_ONCE).map(|_| s.post(&order)).collect()).await;
    let standing = s.standing(&order).await?;
    for answer in answers {
        equal("document answered", &answer?, &standing)?;
    }
    Ok(format!("{AT_ONCE} posts, one {}", standing.number))
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
