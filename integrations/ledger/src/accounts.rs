//! The chart of accounts, and what stands on each.

use chrono::NaiveDate;
use slotledger_erp::{AccountBalance, TrialBalance};
use sqlx::SqliteConnection;

use crate::Error;
use crate::amounts::Currency;

/// The accounts a service business needs for appointments; the migration gives them their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    Bank,
    Receivable,
    Stock,
    TaxPayable,
    CommissionPayable,
    CustomerAdvances,
    OpeningBalance,
    Revenue,
    MaterialCost,
    CommissionExpense,
}

impl Account {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Bank => "1000",
            Self::Receivable => "1100",
            Self::Stock => "1300",
            Self::TaxPayable => "2100",
            Self::CommissionPayable => "2200",
            Self::CustomerAdvances => "2300",
            Self::OpeningBalance => "3100",
            Self::Revenue => "4100",
            Self::MaterialCost => "5100",
            Self::CommissionExpense => "5200",
        }
    }
}

/// The last day there is, as the tables write it.
const LAST_DAY: &str = "9999-12-31";

const TRIAL_BALANCE: &str = "
    SELECT code, name, COALESCE(SUM(debit), 0), COALESCE(SUM(credit), 0)
    FROM accounts LEFT JOIN (SELECT l.* FROM journal_lines l JOIN documents ON id = document WHERE date <= ?)
        ON account = code
    GROUP BY code ORDER BY code";

pub(crate) async fn trial_balance(
    connection: &mut SqliteConnection,
    currency: &Currency,
    until: Option<NaiveDate>,
) -> Result<TrialBalance, Error> {
    let until = until.map_or_else(|| LAST_DAY.to_owned(), |until| until.to_string());
    let rows: Vec<(String, String, i64, i64)> =
        sqlx::query_as(TRIAL_BALANCE).bind(until).fetch_all(connection).await?;
    let side = |(account, name, debit, credit)| AccountBalance {
        account,
        name,
        debit: currency.amount(debit),
        credit: currency.amount(credit),
    };
    let accounts: Vec<AccountBalance> = rows.into_iter().map(side).collect();
    let debit = accounts.iter().map(|balance| balance.debit).sum();
    let credit = accounts.iter().map(|balance| balance.credit).sum();
    Ok(TrialBalance { accounts, debit, credit, currency: currency.code.clone() })
}
