//! What is written: the bodies of new stock entries.

use chrono::NaiveDate;
use serde::Serialize;
use slotledger_erp::{Material, Posting, StockReturn};

use super::{Exact, StockRow};

/// A new movement of stock.
#[derive(Debug, Serialize)]
pub(crate) struct NewStockEntry<'a> {
    docstatus: u8,
    company: &'a str,
    stock_entry_type: &'static str,
    set_posting_time: u8,
    posting_date: NaiveDate,
    remarks: &'a str,
    items: Vec<NewStockRow<'a>>,
    slotledger_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    slotledger_issue: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct NewStockRow<'a> {
    item_code: &'a str,
    qty: Exact,
    uom: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    s_warehouse: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    t_warehouse: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    basic_rate: Option<Exact>,
}

/// The body of a stock issue.
pub(crate) fn issue<'a>(posting: &'a Posting, lines: &'a [Material], company: &'a str) -> NewStockEntry<'a> {
    let row = |line: &'a Material| NewStockRow {
        item_code: &line.item.code,
        qty: Exact(line.quantity),
        uom: &line.unit,
        s_warehouse: Some(&line.warehouse),
        t_warehouse: None,
        basic_rate: None,
    };
    stock_entry(posting, "Material Issue", lines.iter().map(row).collect(), company, None)
}

/// The body of a stock return: what left comes back at the value at which it left.
pub(crate) fn receipt<'a>(
    posting: &'a Posting,
    back: &'a StockReturn,
    issued: &[StockRow],
    company: &'a str,
) -> NewStockEntry<'a> {
    let row = |line: &'a Material| NewStockRow {
        item_code: &line.item.code,
        qty: Exact(line.quantity),
        uom: &line.unit,
        s_warehouse: None,
        t_warehouse: Some(&line.warehouse),
        basic_rate: issued.iter().find(|row| row.item_code == line.item.code).map(|row| row.basic_rate),
    };
    let rows = back.lines.iter().map(row).collect();
    stock_entry(posting, "Material Receipt", rows, company, Some(back.issue.as_str()))
}

fn stock_entry<'a>(
    posting: &'a Posting,
    kind: &'static str,
    items: Vec<NewStockRow<'a>>,
    company: &'a str,
    issue: Option<&'a str>,
) -> NewStockEntry<'a> {
    NewStockEntry {
        docstatus: 1,
        company,
        stock_entry_type: kind,
        set_posting_time: 1,
        posting_date: posting.date,
        remarks: &posting.subject,
        items,
        slotledger_key: posting.key.as_str(),
        slotledger_issue: issue,
    }
}
