//! Commissions: the agreed percentage, and back again.

use super::Outcome;
use super::session::{Session, equal};
use crate::{Body, CommissionReversal, Document, Posting, State};

pub(super) async fn earned(s: &Session<'_>) -> Outcome {
    let (_, document) = owed(s, "commission").await?;
    Ok(format!("{}: {} {}", document.number, document.net, document.currency))
}

/// The invoice is credited first, as a cancellation does it: some books take the commission back by themselves then.
pub(super) async fn reversed(s: &Session<'_>) -> Outcome {
    let (commission, owed) = owed(s, "reversal").await?;
    let invoice = s.key("reversal", "invoice")?;
    s.made(&s.credit("reversal", invoice)?, State::Posted).await?;
    let reversal =
        CommissionReversal { commission: commission.key, reason: "the invoice was credited".into() };
    let reversal = s.posting("reversal", "reversal", Body::CommissionReversal(reversal))?;
    let document = s.made(&reversal, State::Posted).await?;
    equal("amount taken back", &document.net, &owed.net)?;
    Ok(format!("{} takes back {}", document.number, document.net))
}

async fn owed(s: &Session<'_>, row: &str) -> Result<(Posting, Document), String> {
    let (invoice, invoiced) = s.invoiced(row).await?;
    let commission = s.commission(row, invoice.key, invoiced.net)?;
    let document = s.made(&commission, State::Posted).await?;
    let Body::Commission(expected) = &commission.body else {
        return Err("the suite asked for something else than a commission".into());
    };
    equal("amount of the commission", &document.net, &expected.amount)?;
    Ok((commission, document))
}
