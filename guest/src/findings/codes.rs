//! The codes of every finding, with what their pages say.
//!
//! Invariant: a code never changes its meaning and is never given out again. Codes of the rules are SL0200 to SL0299.

/// Declares each code once: as a constant, and in the table of all.
macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal, $explanation:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*

        /// Every code the rules can answer with: the code, its title, and what it means.
        pub const CODES: &[(&str, &str, &str)] = &[$(($code, $title, $explanation)),*];
    };
}

codes! {
    COMPANY_INACTIVE = "SL0201", "The company takes no bookings",
        "The company is switched off. Nothing can be booked with it until an administrator makes it active again.";
    BRANCH_INACTIVE = "SL0202", "The branch takes no bookings",
        "The branch is switched off. Another branch may still take bookings.";
    SERVICE_INACTIVE = "SL0203", "The service cannot be booked",
        "The service is switched off. Appointments made earlier stand.";
    PROVIDER_INACTIVE = "SL0204", "The provider takes no bookings",
        "The provider is switched off. Another provider may offer the service.";
    CUSTOMER_INACTIVE = "SL0205", "The customer may not book",
        "The customer's record is switched off.";
    CUSTOMER_MISSING = "SL0206", "No customer is named",
        "An appointment is always made for somebody. A search for openings needs no customer; a hold does.";
    SERVICE_NOT_OFFERED = "SL0207", "The provider does not offer the service",
        "The service lists the providers that offer it, and this one is not among them.";
    PROVIDER_UNKNOWN = "SL0208", "The provider is not known at this branch",
        "No calendar was found for the provider: it does not exist, or it works at another branch.";
    NOBODY_OFFERS = "SL0209", "Nobody offers the service",
        "None of the branch's active providers offers the service.";
    OFF_GRID = "SL0210", "The start is off the grid",
        "Visits start where a slot starts. Slots have one length and are counted from midnight UTC.";
    OFF_SHIFT = "SL0211", "The provider is not on shift",
        "The whole visit and its buffers must lie inside the provider's shift. Breaks are no part of a shift.";
    AWAY = "SL0212", "The provider is away",
        "Leave or a holiday takes away a part of the time that the visit and its buffers need.";
    TAKEN = "SL0213", "The time is taken",
        "Another appointment or hold has a part of the time that the visit and its buffers need.";
    BRANCH_CLOSED = "SL0214", "The branch is closed",
        "The whole visit must lie inside the branch's opening hours. Buffers may reach beyond them.";
    TOO_SOON = "SL0215", "The start is too soon",
        "The service has a lead time: it must be booked so long ahead of its start.";
    TOO_FAR = "SL0216", "The start is too far ahead",
        "The service has a horizon: it can be booked only so far into the future.";
    TOO_LATE_IN_DAY = "SL0217", "The start is too late in the day",
        "The service has a latest start of the day, by the branch's clock.";
    OUTSIDE_CALENDAR = "SL0218", "The time lies outside the calendar",
        "The calendars that were looked at do not cover the whole visit with its buffers, or no start lies in the span searched.";
    END_REFUSED = "SL0219", "The end does not follow from the service",
        "A visit lasts as long as the service takes. The request names another end than start and duration give.";
    TOO_FEW_GUESTS = "SL0220", "Too few guests",
        "The service is not performed for so few.";
    TOO_MANY_GUESTS = "SL0221", "Too many guests",
        "The service is not performed for so many.";
    NO_PRICE = "SL0222", "There is no price for so many guests",
        "None of the rows of the service's price list covers the number of guests.";
    AMOUNT_TOO_LARGE = "SL0223", "The amount is too large",
        "An amount must fit into eighteen digits, those behind the point included.";
    PRICE_UNUSABLE = "SL0224", "The price is no price",
        "A price is zero or more and has at most eighteen digits behind the point.";
    PERCENT_UNUSABLE = "SL0225", "The percentage is no percentage",
        "A percentage lies between 0 and 100 and has at most six digits behind the point.";
    CURRENCY_UNUSABLE = "SL0226", "The currency is no currency",
        "A currency is named by the three capitals of ISO 4217 and has at most four digits behind the point.";
    QUANTITY_UNUSABLE = "SL0227", "The quantity is no quantity",
        "A quantity of material is more than zero and has at most eighteen digits behind the point.";
    CURRENCY_CHANGED = "SL0228", "The appointment has another currency than the company",
        "A company books in one currency. The appointment was priced in another one, before it was changed.";
    FEE_ITEM_MISSING = "SL0229", "The fee has no item",
        "A fee is invoiced as an item, and the company names none.";
    GRID_UNUSABLE = "SL0230", "The slot grid is unusable",
        "A slot is one minute to one day long, the grid starts at a multiple of it and covers at most 366 days of one-minute slots.";
    SERVICE_UNUSABLE = "SL0231", "The service's times or seats are unusable",
        "A service takes 1 to 1440 minutes, each of its buffers at most 1440, and a visit has at least one seat.";
    SEARCH_UNUSABLE = "SL0232", "The search is unusable",
        "A search needs a span that ends after it starts, and a limit of at least one.";
    STEP_UNUSABLE = "SL0233", "The step is unusable",
        "Starts are tried at a multiple of the slot length.";
    CURRENCY_REFUSED = "SL0234", "The company does not book in this currency",
        "A company books in one currency. The request names another one than the customer would be charged in.";
    APPOINTMENT_MISSING = "SL0235", "There is no appointment",
        "Every command but a hold is for an appointment that exists.";
    APPOINTMENT_UNEXPECTED = "SL0236", "A hold begins an appointment",
        "A hold makes a new appointment. It cannot be given for one that exists.";
    ID_UNUSABLE = "SL0237", "The identifier is unusable",
        "Identifiers become a part of document keys: 1 to 64 of the characters a-z, 0-9, hyphen, underscore and full stop.";
    REVISIONS_USED_UP = "SL0238", "The appointment cannot be changed any more",
        "The appointment has been changed as often as can be counted.";
    ALREADY = "SL0240", "The appointment is there already",
        "The command leads to the status that the appointment has. Nothing was changed.";
    NOT_IN_STATUS = "SL0241", "The command does not fit the status",
        "Each status allows certain commands only.";
    HOLD_RAN_OUT = "SL0242", "The hold has run out",
        "A hold keeps its slots for a short time. After that they may belong to somebody else.";
    HOLD_STILL_RUNS = "SL0243", "The hold has not run out",
        "A hold ends by itself only when its time is over. Before that it can be cancelled.";
    NOT_ALLOWED = "SL0244", "This command is for somebody else",
        "Some commands are for the provider or for staff only.";
    NOT_STARTED = "SL0245", "The visit has not started",
        "Nobody can be missed before the visit's start.";
    SAME_PROVIDER = "SL0246", "It is the same provider",
        "The appointment is with that provider already.";
    NOTHING_CHANGES = "SL0247", "Nothing would change",
        "The command names the provider and the units that the appointment has, or none at all.";
    DEPOSIT_RISEN = "SL0249", "More is due in advance",
        "The appointment would ask for a larger deposit than was paid for it, so that it would not stay confirmed. Staff can move it all the same: it is confirmed once the rest is paid.";
    CANCEL_CUTOFF = "SL0250", "It is too late to cancel",
        "The service can be cancelled until a certain time before its start. Staff can make an exception and say why.";
    RESCHEDULE_CUTOFF = "SL0251", "It is too late to reschedule",
        "The service can be rescheduled until a certain time before its start. Staff can make an exception and say why.";
    RESCHEDULE_LIMIT = "SL0252", "It was rescheduled too often",
        "The service can be rescheduled only so often. Staff can make an exception and say why.";
    REASON_MISSING = "SL0253", "A reason is missing",
        "Whatever is declined, cancelled, rescheduled, corrected or excepted is kept with a reason.";
    CORRECTION_UNFIT = "SL0254", "The correction leads nowhere",
        "A final status can be corrected only to one that the appointment could have had instead.";
    SUCCEEDED = "SL0255", "Another appointment has taken over",
        "The work belongs to the appointment that replaces or follows this one. Done here as well, it would be invoiced twice.";
    DEPOSIT_DUE = "SL0256", "The deposit is due",
        "A part of the price is asked for in advance. Until it is paid, the time is only held. Staff can go on without it.";
    NO_DEPOSIT = "SL0257", "There is no deposit to pay",
        "The service asks for nothing in advance.";
    PAYMENT_UNFIT = "SL0258", "The payment does not fit",
        "All payments together cover the deposit and are no more than the price; amounts have no more digits than the currency.";
    NOTHING_TO_TOTAL = "SL0259", "There is nothing to add up",
        "A total is made of the prices of one appointment or more.";
    UNIT_UNKNOWN = "SL0260", "The unit is not known at this branch",
        "The unit does not exist, or belongs to another branch.";
    UNIT_NOT_NEEDED = "SL0261", "The unit is not needed",
        "The service needs so many units of certain types. This one is of another type, or one too many.";
    UNIT_INACTIVE = "SL0262", "The unit takes no bookings",
        "The unit is switched off, or a unit that it is a part of is.";
    UNIT_TAKEN = "SL0263", "The unit is in use",
        "Other visits use the unit to its capacity in a part of the time. Who uses a room uses its chairs too, and the other way round.";
    UNIT_MISSING = "SL0264", "The branch has too few units of a type",
        "The service needs more units of the type than the branch has active ones, whatever the time.";
    UNITS_TAKEN = "SL0265", "All units of a type are in use",
        "Other visits use so many units of the type that too few are left for the visit and its buffers.";
    UNITS_NESTED = "SL0266", "A unit is a part of another one",
        "A visit uses units that are apart: not a room together with one of its chairs. No choice of free units is.";
    UNITS_TOO_FEW = "SL0267", "The appointment has too few units",
        "The service needs more units of the type than the appointment uses: the service was changed, or a unit was removed.";
    UNITS_ELSEWHERE = "SL0268", "The visit takes place in other units",
        "Customers share the visit, and whoever joins it uses the units that it has.";
    SEATS_TOO_FEW = "SL0270", "Too few seats are left",
        "Customers share the visit, and all of their guests together are no more than its seats.";
    WISH_UNMET = "SL0272", "A wish is not met",
        "A provider was wished for, or a quality that a provider has to have, and nothing else will do.";
    NOBODY_LEFT = "SL0273", "Nobody is left for one of the visits",
        "Visits that start together are with different providers, each of them free for a visit of its own.";
    CASE_INACTIVE = "SL0274", "The case takes no more appointments",
        "The case is switched off: what it was about is done.";
    CASE_OF_ANOTHER = "SL0275", "The case is another customer's",
        "An appointment of a case is for the customer whose case it is.";
    COUPON_UNKNOWN = "SL0280", "There is no such coupon",
        "The company gives out no coupon of this code.";
    COUPON_NOT_VALID = "SL0281", "The coupon is not accepted at this time",
        "A coupon is accepted from one moment on, or until one. What counts is when it is named, not when the visit is.";
    COUPON_NOT_FOR_SERVICE = "SL0282", "The coupon is for other services",
        "A coupon can be meant for certain services only.";
    LIST_PRICE_UNFIT = "SL0283", "The list price is below the price",
        "A list price is what is paid without the discount, and so no less than the price.";
    NOTHING_RIPE = "SL0284", "It does not wait to be invoiced",
        "Only what is done and invoiced with others of its customer waits, and Slotledger itself waits for the period's end.";
    INVOICED_APART = "SL0285", "It goes on another invoice",
        "Appointments stand on one invoice in one currency and on the same terms.";
}
