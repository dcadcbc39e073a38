//! The chart of accounts, and what stands on each.

use rust_decimal::Decimal;
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

/// One account's side of the trial balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// `1100`.
    pub account: String,
    /// `Accounts receivable`.
    pub name: String,
    /// All that was debited.
    pub debit: Decimal,
    /// All that was credited.
    pub credit: Decimal,
}

/// Every account, and the sums that must agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalance {
    /// By account code; accounts nothing was posted to included.
    pub accounts: Vec<Balance>,
    /// The sum of all debits.
    pub debit: Decimal,
    /// The sum of all credits; equal to the debits.
    pub credit: Decimal,
}

impl TrialBalance {
    /// Debit less credit of one account; nothing for an account that is not in the chart.
    #[must_use]
    pub fn balance(&self, account: &str) -> Option<Decimal> {
        let found = self.accounts.iter().find(|balance| balance.account == account)?;
        Some(found.debit - found.credit)
    }
}

const TRIAL_BALANCE: &str = "
    SELECT code, name, COALESCE(SUM(debit), 0), COALESCE(SUM(credit), 0)
    FROM accounts LEFT JOIN journal_lines ON account = code
    GROUP BY code ORDER BY code";

pub(crate) async fn trial_balance(
    connection: &mut SqliteConnection,
    currency: &Currency,
) -> Result<TrialBalance, Error> {
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(TRIAL_BALANCE).fetch_all(connection).await?;
    let side = |(account, name, debit, credit)| Balance {
        account,
        name,
        debit: currency.amount(debit),
        credit: currency.amount(credit),
    };
    let accounts: Vec<Balance> = rows.into_iter().map(side).collect();
    let debit = accounts.iter().map(|balance| balance.debit).sum();
    let credit = accounts.iter().map(|balance| balance.credit).sum();
    Ok(TrialBalance { accounts, debit, credit })
}
