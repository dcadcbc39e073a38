//! Orders that change: another day, other lines, another provider, and the same order all the while.

use rust_decimal::Decimal;

use super::judgement::{amount, equal, require};
use super::report::{Fault, Outcome};
use super::session::Session;
use crate::{Document, Key, Line, Party, Posting, Reason, State};

pub(super) async fn moved(s: &Session<'_>) -> Outcome {
    let (order, ordered) = s.ordered("moved", s.one()).await?;
    let amended = amend(s, ("moved", "moved"), &order, (&s.setup.provider, s.one(), 3)).await?;
    amount("total of the order", amended.total, ordered.total)?;
    equal("number of the order", &amended.number, &ordered.number)?;
    Ok(format!("{} is three days later", amended.number))
}

/// Then it is invoiced with the new lines.
pub(super) async fn other_lines(s: &Session<'_>) -> Outcome {
    let (order, ordered) = s.ordered("longer", s.one()).await?;
    let lines = s.three();
    let amended = amend(s, ("longer", "amend"), &order, (&s.setup.provider, lines.clone(), 0)).await?;
    equal("number of the order", &amended.number, &ordered.number)?;
    let invoice = s.invoice("longer", Some(order.key), lines.clone())?;
    let invoiced = s.made(&invoice, State::Posted).await?;
    amount("net of the invoice", invoiced.net, s.net(&lines))?;
    Ok(format!("{} went from {} to {}, {}", amended.number, ordered.net, amended.net, invoiced.number))
}

/// To somebody else, and with fewer lines, and back.
pub(super) async fn other_provider(s: &Session<'_>) -> Outcome {
    let (order, ordered) = s.ordered("reassigned", s.three()).await?;
    let fewer = vec![s.line(Decimal::TWO, s.setup.unit_price)];
    amend(s, ("reassigned", "there"), &order, (&s.setup.second_provider, fewer, 1)).await?;
    let back = amend(s, ("reassigned", "back"), &order, (&s.setup.provider, s.three(), 0)).await?;
    amount("total of the order", back.total, ordered.total)?;
    Ok(format!("{} changed hands twice", back.number))
}

pub(super) async fn withdrawn(s: &Session<'_>) -> Outcome {
    let (order, _) = s.ordered("gone", s.one()).await?;
    s.made(&s.cancellation("gone", &order.key)?, State::Cancelled).await?;
    let late = s.amendment("gone", "amend", &order.key, (&s.setup.provider, s.one(), 1))?;
    let words = s.refused(&late).await?;
    equal("state of the order", &s.standing(&order).await?.state, &State::Cancelled)?;
    Ok(words)
}

pub(super) async fn missing(s: &Session<'_>) -> Outcome {
    let never: Key = s.key("amend-missing", "order")?;
    let amendment = s.amendment("amend-missing", "amend", &never, (&s.setup.provider, s.one(), 1))?;
    s.refused_because(&amendment, Reason::MissingDocument).await
}

async fn amend(
    s: &Session<'_>,
    (row, step): (&str, &str),
    order: &Posting,
    (provider, lines, days): (&Party, Vec<Line>, i64),
) -> Result<Document, Fault> {
    let net = s.net(&lines);
    let amendment = s.amendment(row, step, &order.key, (provider, lines, days))?;
    let amended = s.made(&amendment, State::Submitted).await?;
    amount("net of the amended order", amended.net, net)?;
    let standing = s.standing_amended(order).await?;
    amount("net of the order", standing.net, net)?;
    equal("state of the order", &standing.state, &State::Submitted)?;
    require(standing.number == amended.number, || {
        format!("the order is {}, the amended one {}", standing.number, amended.number)
    })?;
    Ok(amended)
}

impl Session<'_> {
    /// The order, found by its own key.
    async fn standing_amended(&self, order: &Posting) -> Result<Document, Fault> {
        let found = self.standing(order).await?;
        equal("key of the order", &found.key, &order.key)?;
        Ok(found)
    }
}
