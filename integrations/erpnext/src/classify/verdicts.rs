//! How each exception of Frappe and ERPNext is to be taken, and what helps against it.

use slotledger_erp::Reason;

/// How an exception is to be taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verdict {
    Refused(Reason, &'static str),
    Busy,
    Reauthenticate,
    Throttled,
    Unavailable,
    Duplicate,
    /// The database failed, perhaps while it was committing.
    Broken,
    Bug,
}

use Verdict::{Broken, Bug, Busy, Duplicate, Reauthenticate, Refused, Throttled, Unavailable};

const CONNECT: &str = "run `slotledger connect erpnext --apply` with the key of a System Manager";
const REOPEN: &str = "reopen that period in ERPNext for this kind of document, then retry";
const ITEM: &str = "enable the item in ERPNext, or map the service to another one";
const RECEIVABLE: &str = "give the customer in ERPNext a receivable account in the document's currency";
pub(super) const PERMIT: &str = "give the connector's user in ERPNext a role that may do this";
const BY_HAND: &str = "look at the document in ERPNext: something was changed there by hand";
pub(super) const MESSAGE: &str = "correct in ERPNext what its message says, then retry";

/// By the exception's type and a piece of its text, the first that fits.
pub(super) const VERDICTS: &[(&str, &str, Verdict)] = &[
    ("AuthenticationError", "", Reauthenticate),
    ("PermissionError", "Login to access", Reauthenticate),
    ("PermissionError", "", Refused(Reason::Permission, PERMIT)),
    ("TooManyRequestsError", "", Throttled),
    ("SessionStopped", "", Unavailable),
    ("QueryTimeoutError", "", Busy),
    ("QueryDeadlockError", "", Busy),
    ("DocumentLockedError", "", Busy),
    ("TimestampMismatchError", "", Busy),
    ("OperationalError", "(1205", Busy),
    ("OperationalError", "(1213", Busy),
    ("OperationalError", "(1292", Bug),
    ("OperationalError", "(1054", Bug),
    ("OperationalError", "", Broken),
    ("InterfaceError", "", Broken),
    ("UniqueValidationError", "", Duplicate),
    ("ClosedAccountingPeriod", "", Refused(Reason::ClosedPeriod, REOPEN)),
    (
        "StockFreezeError",
        "",
        Refused(Reason::ClosedPeriod, "move the freeze date in ERPNext's Stock Settings, then retry"),
    ),
    ("FiscalYearError", "", Refused(Reason::ClosedPeriod, "create a fiscal year for that date in ERPNext")),
    (
        "ValidationError",
        "entries before",
        Refused(Reason::ClosedPeriod, "move the freeze date in ERPNext's Accounts Settings, then retry"),
    ),
    (
        "ValidationError",
        "Books have been closed",
        Refused(Reason::ClosedPeriod, "cancel the Period Closing Voucher in ERPNext, or post on a later day"),
    ),
    (
        "ValidationError",
        "Fiscal Year",
        Refused(Reason::ClosedPeriod, "create a fiscal year for that date in ERPNext"),
    ),
    (
        "NegativeStockError",
        "",
        Refused(Reason::OutOfStock, "receive or count the stock in ERPNext, then retry"),
    ),
    ("PartyDisabled", "", Refused(Reason::DisabledParty, "enable the customer in ERPNext")),
    ("PartyFrozen", "", Refused(Reason::DisabledParty, "unfreeze the customer in ERPNext")),
    ("ValidationError", "Sales Person", Refused(Reason::DisabledParty, "enable the Sales Person in ERPNext")),
    ("ValidationError", "is disabled", Refused(Reason::DisabledItem, ITEM)),
    ("ValidationError", "end of life", Refused(Reason::DisabledItem, ITEM)),
    ("ValidationError", "not marked as sales item", Refused(Reason::DisabledItem, ITEM)),
    (
        "ValidationError",
        "is not a stock Item",
        Refused(
            Reason::UnknownItem,
            "create it in ERPNext as an item with \"Maintain Stock\", or correct its code here",
        ),
    ),
    (
        "ValidationError",
        "Group node warehouse",
        Refused(Reason::UnknownItem, "name a warehouse that is no group"),
    ),
    (
        "ValidationError",
        "Exchange Rate is mandatory",
        Refused(Reason::MissingRate, "record a Currency Exchange for that day or an earlier one in ERPNext"),
    ),
    ("InvalidAccountCurrency", "", Refused(Reason::MissingAccount, RECEIVABLE)),
    ("InvalidCurrency", "", Refused(Reason::MissingAccount, RECEIVABLE)),
    ("ValidationError", "Party Account", Refused(Reason::MissingAccount, RECEIVABLE)),
    ("ValidationError", "Account Currency must be", Refused(Reason::MissingAccount, RECEIVABLE)),
    (
        "ValidationError",
        "does not belong to company",
        Refused(Reason::MissingAccount, "correct the accounts of the tax template in ERPNext"),
    ),
    (
        "ValidationError",
        "frozen Account",
        Refused(
            Reason::MissingAccount,
            "unfreeze the account in ERPNext, or give the connector's user the modifier role",
        ),
    ),
    (
        "OverAllowanceError",
        "",
        Refused(Reason::Conflict, "see in ERPNext what else was invoiced from this order"),
    ),
    (
        "StockOverReturnError",
        "",
        Refused(Reason::Conflict, "see in ERPNext which credit notes the invoice has already"),
    ),
    ("LinkExistsError", "", Refused(Reason::Conflict, "cancel or credit in ERPNext what it is linked with")),
    (
        "ValidationError",
        "must be deleted before cancelling",
        Refused(Reason::Conflict, "delete that draft in ERPNext, or submit and credit it"),
    ),
    ("ValidationError", "Cannot edit cancelled", Refused(Reason::Conflict, BY_HAND)),
    ("ValidationError", "modified after you pulled", Busy),
    ("ValidationError", " is Closed", Refused(Reason::Conflict, "reopen the order in ERPNext")),
    ("ValidationError", " is On Hold", Refused(Reason::Conflict, "resume the order in ERPNext")),
    ("ValidationError", "is not submitted", Refused(Reason::Conflict, "submit the order in ERPNext")),
    ("ValidationError", "Closed order", Refused(Reason::Conflict, "reopen the order in ERPNext")),
    ("ValidationError", "has already been billed", Refused(Reason::Conflict, BY_HAND)),
    ("ValidationError", "billed amount is greater", Refused(Reason::Conflict, BY_HAND)),
    ("ValidationError", "Outstanding", Refused(Reason::Conflict, BY_HAND)),
    ("UpdateAfterSubmitError", "", Refused(Reason::Conflict, BY_HAND)),
    ("DocstatusTransitionError", "", Refused(Reason::Conflict, BY_HAND)),
    (
        "ValidationError",
        "Credit limit",
        Refused(Reason::Other, "raise the customer's credit limit in ERPNext, then retry"),
    ),
    (
        "UOMMustBeIntegerError",
        "",
        Refused(Reason::Other, "allow fractions in that unit of measure in ERPNext, or sell whole ones"),
    ),
    ("DataError", "slotledger_", Refused(Reason::Setup, CONNECT)),
    (
        "MandatoryError",
        "naming_series",
        Refused(Reason::MissingSequence, "set a naming series for this document type in ERPNext"),
    ),
    (
        "MandatoryError",
        "",
        Refused(Reason::Setup, "give the required field a default in ERPNext, or make it optional"),
    ),
    (
        "DuplicateEntryError",
        "",
        Refused(
            Reason::MissingSequence,
            "correct the counter of the naming series in ERPNext's Document Naming Settings",
        ),
    ),
    (
        "LinkValidationError",
        "Company:",
        Refused(Reason::WrongCompany, "correct the company's name in the settings"),
    ),
    (
        "LinkValidationError",
        "Warehouse",
        Refused(Reason::UnknownItem, "create the warehouse in ERPNext, or correct its name"),
    ),
    ("LinkValidationError", "Uom", Refused(Reason::UnknownItem, "use a unit of measure that ERPNext knows")),
    ("LinkValidationError", "UOM", Refused(Reason::UnknownItem, "use a unit of measure that ERPNext knows")),
    ("LinkValidationError", "Item", Refused(Reason::UnknownItem, ITEM)),
    ("LinkValidationError", "Currency", Refused(Reason::MissingRate, "enable the currency in ERPNext")),
    ("LinkValidationError", "Customer", Refused(Reason::UnknownParty, "create the customer in ERPNext")),
    ("LinkValidationError", "Sales Order", Refused(Reason::MissingDocument, BY_HAND)),
    ("LinkValidationError", "Reference", Refused(Reason::MissingDocument, BY_HAND)),
    ("LinkValidationError", "Return Against", Refused(Reason::MissingDocument, BY_HAND)),
    (
        "LinkValidationError",
        "",
        Refused(Reason::MissingAccount, "create in ERPNext what it names, or correct the settings"),
    ),
    ("DoesNotExistError", "Customer ", Refused(Reason::UnknownParty, "create the customer in ERPNext")),
    (
        "DoesNotExistError",
        "Item ",
        Refused(Reason::UnknownItem, "create the item in ERPNext, or map the service to another one"),
    ),
    (
        "DoesNotExistError",
        "DocType ",
        Refused(Reason::Setup, "install ERPNext on that site, or correct the address"),
    ),
    ("DoesNotExistError", "", Refused(Reason::MissingDocument, BY_HAND)),
    // An invoice for a customer nobody knows fails in this odd way.
    ("AttributeError", "payment_terms", Refused(Reason::UnknownParty, "create the customer in ERPNext")),
    ("InvalidEmailAddressError", "", Refused(Reason::UnknownParty, "correct the customer's e-mail address")),
];
