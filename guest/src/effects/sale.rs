//! Documents of a sale: the order, its invoice, the materials, the commission, and fees.

use crate::effects::{Drafts, FEE, INVOICE, ORDER, links};
use crate::findings;
use crate::money::{self, Currency, Percent};
use crate::providers;
use crate::wit::{
    Appointment, CommissionDraft, Company, Consumable, Decimal, DocumentKind, DocumentLine, EffectBody,
    Finding, InvoiceDraft, OrderDraft, Quote, Snapshot, Span, StockDraft,
};

/// Drafts the order, and gives its key if the company wants one.
pub(crate) fn order(
    drafts: &mut Drafts<'_>,
    snapshot: &Snapshot,
    provider: &str,
    delivery: Span,
    quote: &Quote,
) -> Result<Option<String>, Finding> {
    check_currency(snapshot, quote)?;
    let commission_percent = commission_percent(snapshot, provider)?;
    Percent::read(commission_percent, "commission")?;
    let body = EffectBody::SalesOrder(OrderDraft {
        currency: quote.currency.clone(),
        lines: lines(quote),
        provider: provider.to_owned(),
        delivery,
        commission_percent,
    });
    Ok(drafts.add(ORDER, &[], body))
}

/// Drafts an order if none stands, and gives the key of the one that stands then.
pub(crate) fn ensure_order(
    drafts: &mut Drafts<'_>,
    snapshot: &Snapshot,
    appointment: &Appointment,
) -> Result<Option<String>, Finding> {
    match links::live_order(appointment) {
        Some(link) => Ok(Some(link.key.clone())),
        None => order(drafts, snapshot, &appointment.provider, appointment.visit, &appointment.quote),
    }
}

/// Whether the service is invoiced and none of the drafts credits it.
pub(crate) fn invoice_stays(drafts: &Drafts<'_>, appointment: &Appointment) -> bool {
    links::invoices(appointment).any(|standing| !drafts.undo(&standing.key))
}

/// Drafts what follows from work done: invoice, materials and commission, each unless it stands already.
pub(crate) fn fulfilment(
    drafts: &mut Drafts<'_>,
    snapshot: &Snapshot,
    appointment: &Appointment,
    order: Option<String>,
    materials: &[Consumable],
) -> Result<(), Finding> {
    check_currency(snapshot, &appointment.quote)?;
    let invoice =
        if invoice_stays(drafts, appointment) { None } else { invoice(drafts, snapshot, appointment, order) };
    stock_issue(drafts, snapshot, appointment, materials)?;
    match invoice {
        Some(invoice) => commission(drafts, snapshot, appointment, invoice),
        None => Ok(()),
    }
}

fn invoice(
    drafts: &mut Drafts<'_>,
    snapshot: &Snapshot,
    appointment: &Appointment,
    order: Option<String>,
) -> Option<String> {
    let after: Vec<&str> = order.as_deref().into_iter().collect();
    let body = EffectBody::SalesInvoice(InvoiceDraft {
        order: order.clone(),
        currency: appointment.quote.currency.clone(),
        lines: lines(&appointment.quote),
        delivered: snapshot.now,
    });
    drafts.add(INVOICE, &after, body)
}

fn stock_issue(
    drafts: &mut Drafts<'_>,
    snapshot: &Snapshot,
    appointment: &Appointment,
    materials: &[Consumable],
) -> Result<(), Finding> {
    for material in materials {
        check_quantity(material)?;
    }
    let issued = links::standing(appointment, DocumentKind::StockIssue).any(|issue| !drafts.undo(&issue.key));
    if !materials.is_empty() && !issued {
        let draft = StockDraft { lines: materials.to_vec(), issue: None, moved: snapshot.now };
        drafts.add("stock_issue", &[], EffectBody::StockIssue(draft));
    }
    Ok(())
}

fn commission(
    drafts: &mut Drafts<'_>,
    snapshot: &Snapshot,
    appointment: &Appointment,
    invoice: String,
) -> Result<(), Finding> {
    let percent = commission_percent(snapshot, &appointment.provider)?;
    let rate = Percent::read(percent, "commission")?;
    let base = appointment.quote.net;
    let amount = Currency::of(&snapshot.company)?.share(base, rate)?;
    if rate.is_zero() || amount.units == 0 {
        return Ok(());
    }
    let body = EffectBody::Commission(CommissionDraft {
        invoice: invoice.clone(),
        provider: appointment.provider.clone(),
        currency: appointment.quote.currency.clone(),
        base,
        percent,
        amount,
        earned: snapshot.now,
    });
    drafts.add("commission", &[&invoice], body);
    Ok(())
}

/// Drafts the invoice of a fee, where the company asks for one.
pub(crate) fn fee(
    drafts: &mut Drafts<'_>,
    snapshot: &Snapshot,
    fee: Option<Decimal>,
    description: &str,
) -> Result<(), Finding> {
    let (Some(fee), Company { fee_item: item, currency, .. }) = (fee, &snapshot.company) else {
        return Ok(());
    };
    let rounding = Currency::of(&snapshot.company)?;
    let unit_price = rounding.write(rounding.amount(fee, 1)?)?;
    if unit_price.units == 0 || !drafts.wants(DocumentKind::SalesInvoice) {
        return Ok(());
    }
    if item.is_empty() {
        return Err(findings::fee_item_missing());
    }
    let line = DocumentLine {
        item: item.clone(),
        description: format!("{description}: {}", snapshot.service.name),
        quantity: money::whole(1),
        unit_price,
    };
    let body = EffectBody::SalesInvoice(InvoiceDraft {
        order: None,
        currency: currency.clone(),
        lines: vec![line],
        delivered: snapshot.now,
    });
    drafts.add(FEE, &[], body);
    Ok(())
}

/// The provider's own rate, else the service's.
fn commission_percent(snapshot: &Snapshot, provider: &str) -> Result<Decimal, Finding> {
    let own = providers::calendar(snapshot, provider)?.provider.commission_percent;
    Ok(own.unwrap_or(snapshot.service.commission_percent))
}

fn check_currency(snapshot: &Snapshot, quote: &Quote) -> Result<(), Finding> {
    if quote.currency == snapshot.company.currency {
        Ok(())
    } else {
        Err(findings::currency_changed(&quote.currency, &snapshot.company.currency))
    }
}

fn check_quantity(material: &Consumable) -> Result<(), Finding> {
    let quantity = money::read(material.quantity).filter(|_| material.quantity.units > 0);
    quantity.map(|_| ()).ok_or_else(|| findings::quantity_unusable(&material.item))
}

fn lines(quote: &Quote) -> Vec<DocumentLine> {
    let line = |line: &crate::wit::QuoteLine| DocumentLine {
        item: line.item.clone(),
        description: line.description.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
    };
    quote.lines.iter().map(line).collect()
}
