//! What builds on a document that does not stand is refused, for that reason, and leaves nothing behind.

use super::report::Outcome;
use super::session::Session;
use crate::{Body, CommissionReversal, Posting, Reason};

pub(super) async fn invoice(s: &Session<'_>) -> Outcome {
    let never = s.key("no-order", "order")?;
    missing(s, s.invoice("no-order", Some(never), s.one())?).await
}

pub(super) async fn cancellation(s: &Session<'_>) -> Outcome {
    let never = s.key("no-order-2", "order")?;
    missing(s, s.cancellation("no-order-2", &never)?).await
}

pub(super) async fn credit(s: &Session<'_>) -> Outcome {
    let never = s.key("no-invoice", "invoice")?;
    missing(s, s.credit("no-invoice", never)?).await
}

pub(super) async fn commission(s: &Session<'_>) -> Outcome {
    let never = s.key("no-invoice-2", "invoice")?;
    let earned = (&s.setup.provider, s.setup.unit_price);
    missing(s, s.commission("no-invoice-2", "commission", never, earned)?).await
}

pub(super) async fn reversal(s: &Session<'_>) -> Outcome {
    let never = s.key("no-commission", "commission")?;
    let reversal = CommissionReversal { commission: never, reason: "never earned".into() };
    missing(s, s.posting("no-commission", "reversal", Body::CommissionReversal(reversal))?).await
}

pub(super) async fn material_back(s: &Session<'_>) -> Outcome {
    let never = s.key("no-issue", "issue")?;
    missing(s, s.material_back("no-issue", "return", &never, vec![s.setup.material.clone()])?).await
}

pub(super) async fn refund(s: &Session<'_>) -> Outcome {
    let never = s.key("no-advance", "advance")?;
    missing(s, s.refund("no-advance", "refund", &never, s.setup.unit_price)?).await
}

async fn missing(s: &Session<'_>, posting: Posting) -> Outcome {
    s.refused_because(&posting, Reason::MissingDocument).await
}
