//! What the versions of Odoo name differently. This is the only place that knows.

use serde_json::{Value, json};

use super::Version;

/// One version's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fields {
    major: u32,
    /// On a line of an order, its taxes.
    pub(crate) order_line_taxes: &'static str,
    /// On a picking, its moves.
    pub(crate) picking_moves: &'static str,
    /// On a stock move, how much has moved.
    pub(crate) move_done: &'static str,
    /// On a line of a stock move, how much is reserved; none where what is reserved is what moves.
    pub(crate) reserved: Option<&'static str>,
    /// Whether a stock move has to be given a name.
    pub(crate) move_has_name: bool,
    /// Where a done move's cost stands.
    pub(crate) cost: Cost,
    /// On a payment, where our key goes.
    pub(crate) payment_key: &'static str,
    /// How to ask whether the user may do something to a model.
    pub(crate) access: Access,
    /// On the company, the days up to which nothing may be posted by our user.
    pub(crate) locks: Locks,
    /// Whether an order cannot be without a list of prices.
    pub(crate) pricelist_required: bool,
    /// Whether a credit note is matched with its invoice when it is posted.
    pub(crate) credit_matches_itself: bool,
    /// How a product says that it is kept in stock.
    pub(crate) stocked: Stocked,
    /// Whether API keys can end.
    pub(crate) keys_expire: bool,
    /// Whether a line of an invoice has its product's taxes unless told otherwise, and the invoice its fiscal position.
    pub(crate) taxes_follow_products: bool,
    /// Whether a count of the stock has its effect only once it is applied.
    pub(crate) counts_are_applied: bool,
    /// Whether a refusal is named only where the server's address leads to one database.
    pub(crate) refusals_need_one_database: bool,
}

/// Where a done move's cost stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// On the move itself.
    OnMove,
    /// In layers of its own.
    InLayers,
}

/// How to ask for rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    HasAccess,
    CheckAccessRights,
}

/// The fields of a company with lock dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Locks {
    /// For customer documents.
    pub(crate) sales: &'static [&'static str],
    /// For vendor documents.
    pub(crate) purchases: &'static [&'static str],
}

/// How a product says that it is kept in stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stocked {
    /// A type of its own.
    Type,
    /// A mark on goods.
    Mark,
}

/// They count exceptions made for the user.
const LOCKS: Locks = Locks {
    sales: &["user_fiscalyear_lock_date", "user_tax_lock_date", "user_sale_lock_date", "user_hard_lock_date"],
    purchases: &[
        "user_fiscalyear_lock_date",
        "user_tax_lock_date",
        "user_purchase_lock_date",
        "user_hard_lock_date",
    ],
};

const OLD_LOCKS: &[&str] = &["fiscalyear_lock_date", "period_lock_date", "tax_lock_date"];

impl Fields {
    pub(crate) const fn of(version: &Version) -> Self {
        let major = version.major;
        Self {
            major,
            order_line_taxes: if major >= 19 { "tax_ids" } else { "tax_id" },
            picking_moves: if major >= 16 { "move_ids" } else { "move_lines" },
            move_done: if major >= 17 { "quantity" } else { "quantity_done" },
            reserved: match major {
                ..=15 => Some("product_uom_qty"),
                16 => Some("reserved_uom_qty"),
                17.. => None,
            },
            move_has_name: major < 19,
            cost: if major >= 19 { Cost::OnMove } else { Cost::InLayers },
            payment_key: if major >= 18 { "memo" } else { "ref" },
            access: if major >= 18 { Access::HasAccess } else { Access::CheckAccessRights },
            locks: if major >= 18 { LOCKS } else { Locks { sales: OLD_LOCKS, purchases: OLD_LOCKS } },
            pricelist_required: major < 17,
            credit_matches_itself: major >= 17,
            stocked: if major >= 18 { Stocked::Mark } else { Stocked::Type },
            keys_expire: major >= 18,
            taxes_follow_products: major >= 16,
            counts_are_applied: major >= 15,
            refusals_need_one_database: major < 16,
        }
    }

    /// Which lines of an invoice are its own, not those of taxes and the total.
    pub(crate) fn invoice_lines(&self) -> Vec<Value> {
        if self.major >= 16 {
            vec![json!(["display_type", "=", "product"])]
        } else {
            vec![json!(["exclude_from_invoice_tab", "=", false]), json!(["display_type", "=", false])]
        }
    }

    /// On a line of an entry, the account's type that a customer's open amounts have.
    pub(crate) fn receivable(&self) -> Value {
        if self.major >= 16 {
            json!(["account_type", "=", "asset_receivable"])
        } else {
            json!(["account_internal_type", "=", "receivable"])
        }
    }
}
