//! Commissions: the agreed percentage, and back again.

use rust_decimal::Decimal;

use super::judgement::amount;
use super::report::{Fault, Outcome};
use super::session::Session;
use crate::{Body, CommissionReversal, Document, Earner, Party, Posting, State};

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
    amount("amount taken back", document.net, owed.net)?;
    Ok(format!("{} takes back {}", document.number, document.net))
}

/// Two providers earn with one invoice, each with the lines of their own.
pub(super) async fn two_earners(s: &Session<'_>) -> Outcome {
    let lines = vec![s.line(Decimal::ONE, s.setup.unit_price), s.line(Decimal::TWO, s.setup.unit_price)];
    let (order, _) = s.ordered("earners", lines.clone()).await?;
    let earner = |provider: &Party, position: usize| Earner {
        provider: provider.clone(),
        percent: s.setup.commission_percent,
        base: s.net(lines.get(position..=position).unwrap_or_default()),
    };
    let earners = vec![earner(&s.setup.provider, 0), earner(&s.setup.second_provider, 1)];
    let mut invoice = s.plain_invoice(Some(order.key), lines.clone());
    invoice.earners.clone_from(&earners);
    let invoice = s.posting("earners", "invoice", Body::SalesInvoice(invoice))?;
    s.made(&invoice, State::Posted).await?;
    let mut shares = Vec::new();
    for (step, earner) in ["commission-0", "commission-1"].into_iter().zip(&earners) {
        let (_, document) =
            agreed(s, s.commission("earners", step, invoice.key.clone(), (&earner.provider, earner.base))?)
                .await?;
        shares.push(format!("{} {}", document.number, document.net));
    }
    Ok(shares.join(", "))
}

async fn owed(s: &Session<'_>, row: &str) -> Result<(Posting, Document), Fault> {
    let (invoice, invoiced) = s.invoiced(row).await?;
    let earned = (&s.setup.provider, invoiced.net);
    agreed(s, s.commission(row, "commission", invoice.key, earned)?).await
}

async fn agreed(s: &Session<'_>, commission: Posting) -> Result<(Posting, Document), Fault> {
    let document = s.made(&commission, State::Posted).await?;
    if let Body::Commission(expected) = &commission.body {
        amount("amount of the commission", document.net, expected.amount)?;
    }
    Ok((commission, document))
}
