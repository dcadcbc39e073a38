//! Invoicing what has waited for others of its customer.

use crate::events;
use crate::lifecycle::Case;
use crate::wit::{Decision, Finding};

/// Invoices the appointment, together with the others that the command is given to.
pub(crate) fn invoice(case: &Case<'_>) -> Result<Decision, Finding> {
    let mut sale = case.sale();
    let event = match sale.bill()? {
        Some(key) => {
            let message = "It was invoiced with others of its customer.";
            events::with("appointment.invoiced", message, &[("invoice", key.as_str())])
        }
        None => events::event("appointment.left_uninvoiced", "Invoices are not wanted for it any more."),
    };
    Ok(Decision { invoice_after: None, effects: sale.finish(), ..case.decision(event) })
}
