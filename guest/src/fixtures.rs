//! Ready-made inputs: one company, one service, three providers, one day. Tests and measurements start from them and
//! change the field they are about.
//!
//! The day is Monday 2026-11-23, the branch lives in UTC, the moment of decision is a week earlier. Shifts last from
//! nine to five with a break from one to two.

use crate::wit::{
    Actor, Appointment, BranchCalendar, Cancellation, Command, Company, Consumable, Correction, Customer,
    Decimal, Decision, Declination, DocumentKind, DocumentLink, EffectBody, Exception, Grid, LocalDay,
    Minutes, OpeningsQuery, Payment, Plan, PriceBasis, PriceRow, Provider, ProviderCalendar, Quote,
    QuoteLine, Ranking, Reassignment, Request, Rescheduling, Service, Snapshot, Span, Status, Timing,
    TransitionInput, Workload,
};

/// Midnight of the day.
pub const MIDNIGHT: i64 = 1_795_392_000;
/// The length of a slot.
pub const SLOT_MINUTES: Minutes = 5;
/// The appointment that commands are given for.
pub const APPOINTMENT: &str = "apt-1";
/// The appointment that a command may make.
pub const NEW_APPOINTMENT: &str = "apt-2";
/// The provider of the appointment.
pub const ANNA: &str = "anna";
/// Another provider, free all day.
pub const BEN: &str = "ben";
/// A provider who is away all day.
pub const CLEO: &str = "cleo";

const SLOTS: u32 = 24 * 60 / SLOT_MINUTES;

/// All statuses.
pub const STATUSES: [Status; 9] = [
    Status::Open,
    Status::Scheduled,
    Status::Confirmed,
    Status::EnRoute,
    Status::InProgress,
    Status::Paused,
    Status::Completed,
    Status::Cancelled,
    Status::NoShow,
];

/// The moment at which the day's clock shows this.
#[must_use]
pub const fn at(hour: i64, minute: i64) -> i64 {
    MIDNIGHT + hour * 3_600 + minute * 60
}

/// `units` × 10^-`scale`.
#[must_use]
pub const fn decimal(units: i64, scale: u8) -> Decimal {
    Decimal { units, scale }
}

/// A bitmap of the day with these spans of the clock set, given in minutes since midnight.
#[must_use]
pub fn bitmap(spans: &[(u32, u32)]) -> Vec<u64> {
    let mut bits = vec![0; SLOTS.div_ceil(u64::BITS) as usize];
    for (start, end) in spans {
        (start / SLOT_MINUTES..end.div_ceil(SLOT_MINUTES)).for_each(|slot| crate::bits::set(&mut bits, slot));
    }
    bits
}

/// A company that asks for fees and wants every document.
#[must_use]
pub fn company() -> Company {
    Company {
        id: "acme".to_owned(),
        active: true,
        currency: "EUR".to_owned(),
        currency_digits: 2,
        hold_minutes: 10,
        late_cancel_fee: Some(decimal(2_500, 2)),
        no_show_fee: Some(decimal(40, 0)),
        fee_item: "FEE".to_owned(),
        switched_off: Vec::new(),
        attributes: Vec::new(),
    }
}

/// An hour's service with ten minutes before and after it, for up to four guests.
#[must_use]
pub fn service() -> Service {
    Service {
        id: "cooling".to_owned(),
        name: "Cooling System Service".to_owned(),
        item: "COOL-60".to_owned(),
        active: true,
        duration: 60,
        buffer_before: 10,
        buffer_after: 10,
        lead_time: 120,
        horizon: 90 * 24 * 60,
        cancel_cutoff: 24 * 60,
        reschedule_cutoff: 12 * 60,
        reschedule_limit: Some(2),
        min_guests: 1,
        max_guests: 4,
        prices: vec![
            PriceRow {
                description: "Visit".to_owned(),
                basis: PriceBasis::PerBooking,
                from_guests: 1,
                to_guests: None,
                unit_price: decimal(8_990, 2),
            },
            PriceRow {
                description: "Per guest".to_owned(),
                basis: PriceBasis::PerGuest,
                from_guests: 2,
                to_guests: Some(4),
                unit_price: decimal(10_335, 3),
            },
        ],
        deposit_percent: decimal(30, 0),
        consumables: vec![Consumable {
            item: "COOLANT".to_owned(),
            quantity: decimal(15, 1),
            unit: "Litre".to_owned(),
            warehouse: "Van 1".to_owned(),
        }],
        commission_percent: decimal(125, 1),
        providers: vec![ANNA.to_owned(), BEN.to_owned(), CLEO.to_owned()],
        required_units: Vec::new(),
        seats: 1,
        attributes: Vec::new(),
    }
}

/// A provider on the usual shift, with these spans taken.
#[must_use]
pub fn provider(id: &str, name: &str, taken: &[(u32, u32)]) -> ProviderCalendar {
    ProviderCalendar {
        provider: Provider {
            id: id.to_owned(),
            name: name.to_owned(),
            active: true,
            commission_percent: None,
            qualities: Vec::new(),
            attributes: Vec::new(),
        },
        on_shift: bitmap(&[(9 * 60, 13 * 60), (14 * 60, 17 * 60)]),
        absent: bitmap(&[]),
        taken: bitmap(taken),
        sessions: Vec::new(),
        workload: Workload { recent_minutes: 0, last_booked: None },
    }
}

/// The day as staff sees it a week before. Anna has an appointment from three to half past.
#[must_use]
pub fn snapshot() -> Snapshot {
    Snapshot {
        now: at(9, 0) - 7 * 24 * 3_600,
        actor: Actor::Staff,
        company: company(),
        service: service(),
        customer: Some(Customer {
            id: "dora".to_owned(),
            name: "Dora".to_owned(),
            active: true,
            attributes: Vec::new(),
        }),
        grid: Grid { origin: MIDNIGHT, slot_minutes: SLOT_MINUTES, slots: SLOTS },
        branch: BranchCalendar {
            active: true,
            open: bitmap(&[(8 * 60, 18 * 60)]),
            days: vec![LocalDay {
                span: Span { start: MIDNIGHT, end: MIDNIGHT + 24 * 3_600 },
                latest_start: Some(at(16, 0)),
            }],
        },
        providers: vec![
            provider(ANNA, "Anna", &[(15 * 60, 15 * 60 + 30)]),
            provider(BEN, "Ben", &[]),
            ProviderCalendar { absent: bitmap(&[(0, 24 * 60)]), ..provider(CLEO, "Cleo", &[]) },
        ],
        units: Vec::new(),
        attributes: Vec::new(),
    }
}

/// A request for one guest that leaves the end to the service.
#[must_use]
pub fn request(provider: Option<&str>, start: i64) -> Request {
    Request {
        provider: provider.map(str::to_owned),
        start,
        end: None,
        guests: 1,
        currency: None,
        units: Vec::new(),
        preferences: Vec::new(),
    }
}

/// A search of the whole day for one guest, at every slot.
#[must_use]
pub fn whole_day() -> OpeningsQuery {
    OpeningsQuery {
        within: Span { start: at(0, 0), end: at(24, 0) },
        guests: 1,
        step: SLOT_MINUTES,
        limit: 1_000,
        preferences: Vec::new(),
        ranking: Ranking::Earliest,
        near: None,
        last_provider: None,
    }
}

/// The quote for one guest.
#[must_use]
pub fn quote() -> Quote {
    Quote {
        currency: "EUR".to_owned(),
        lines: vec![QuoteLine {
            description: "Visit".to_owned(),
            item: "COOL-60".to_owned(),
            quantity: decimal(1, 0),
            unit_price: decimal(8_990, 2),
            amount: decimal(8_990, 2),
        }],
        net: decimal(8_990, 2),
        deposit: decimal(2_697, 2),
    }
}

/// Anna's appointment at ten, in this status, with the documents that the way there has asked for.
#[must_use]
pub fn appointment(status: Status) -> Appointment {
    let hold_until = (status == Status::Open).then(|| snapshot().now + 600);
    Appointment {
        id: APPOINTMENT.to_owned(),
        revision: 4,
        status,
        provider: ANNA.to_owned(),
        visit: Span { start: at(10, 0), end: at(11, 0) },
        reserved: Span { start: at(9, 50), end: at(11, 10) },
        units: Vec::new(),
        guests: 1,
        quote: quote(),
        paid: decimal(0, 2),
        hold_until,
        timing: timing(status),
        reschedules: 0,
        documents: documents(status),
        successor: None,
        attributes: Vec::new(),
    }
}

fn timing(status: Status) -> Timing {
    let never = Timing { started: None, paused: None, paused_seconds: 0, finished: None };
    let started = Timing { started: Some(at(10, 0)), ..never };
    match status {
        Status::Open | Status::Scheduled | Status::Confirmed | Status::EnRoute => never,
        Status::Cancelled | Status::NoShow => never,
        Status::InProgress => started,
        Status::Paused => Timing { paused: Some(at(10, 20)), ..started },
        Status::Completed => Timing { finished: Some(at(11, 0)), ..started },
    }
}

fn documents(status: Status) -> Vec<DocumentLink> {
    let order = link(2, "sales_order", DocumentKind::SalesOrder);
    let invoice = link(4, "sales_invoice", DocumentKind::SalesInvoice);
    let materials = service().consumables;
    let issue = DocumentLink { materials, ..link(4, "stock_issue", DocumentKind::StockIssue) };
    let amount = Some(decimal(1_124, 2));
    let commission = DocumentLink { amount, ..link(4, "commission", DocumentKind::Commission) };
    let withdrawn = DocumentLink { reversed: true, ..order.clone() };
    match status {
        Status::Open | Status::Scheduled => Vec::new(),
        Status::Confirmed | Status::EnRoute | Status::InProgress | Status::Paused => vec![order],
        Status::Completed => vec![order, invoice, issue, commission],
        Status::Cancelled => vec![withdrawn],
        Status::NoShow => vec![withdrawn, link(4, "fee_invoice", DocumentKind::SalesInvoice)],
    }
}

fn link(revision: u32, step: &str, kind: DocumentKind) -> DocumentLink {
    let key = format!("{APPOINTMENT}/{revision}/{step}");
    DocumentLink { key, kind, reversed: false, amount: None, materials: Vec::new() }
}

/// One command of each kind, each as it would be given for the appointment.
#[must_use]
pub fn commands() -> Vec<(&'static str, Command)> {
    let reason = || "Changed plans".to_owned();
    let exception = || Some(Exception { reason: "Regular customer".to_owned() });
    let decline = |replacement: Option<&str>| {
        Command::Decline(Declination { reason: reason(), replacement: replacement.map(str::to_owned) })
    };
    let correct = |to| Command::Correct(Correction { to, reason: "Pressed by mistake".to_owned() });
    vec![
        ("hold", Command::Hold(request(Some(ANNA), at(11, 30)))),
        ("hold with anybody", Command::Hold(request(None, at(11, 30)))),
        ("schedule", Command::Schedule),
        ("confirm", Command::Confirm),
        ("pay", pay(2_697)),
        ("expire", Command::Expire),
        ("decline", decline(None)),
        ("decline for another", decline(Some(BEN))),
        ("depart", Command::Depart),
        ("start", Command::Start),
        ("pause", Command::Pause),
        ("resume", Command::Resume),
        ("complete", Command::Complete(None)),
        ("complete without materials", Command::Complete(Some(Vec::new()))),
        ("follow up", Command::FollowUp(request(Some(BEN), at(15, 0)))),
        ("cancel", Command::Cancel(Cancellation { reason: reason(), exception: None })),
        ("cancel by exception", Command::Cancel(Cancellation { reason: reason(), exception: exception() })),
        ("mark no show", Command::MarkNoShow),
        ("reschedule", reschedule(request(Some(ANNA), at(10, 30)), None)),
        ("reschedule by exception", reschedule(request(None, at(10, 30)), exception())),
        ("reassign", reassign(Some(BEN), &[])),
        ("correct to confirmed", correct(Status::Confirmed)),
        ("correct to completed", correct(Status::Completed)),
        ("correct to cancelled", correct(Status::Cancelled)),
        ("correct to no show", correct(Status::NoShow)),
    ]
}

/// A move to another time.
#[must_use]
pub fn reschedule(request: Request, exception: Option<Exception>) -> Command {
    Command::Reschedule(Rescheduling { request, reason: "Changed plans".to_owned(), exception })
}

/// A change of provider, of units, or of both.
#[must_use]
pub fn reassign(provider: Option<&str>, units: &[&str]) -> Command {
    let units = units.iter().map(|unit| (*unit).to_owned()).collect();
    Command::Reassign(Reassignment { provider: provider.map(str::to_owned), units })
}

/// A payment in euros and cents.
#[must_use]
pub fn pay(cents: i64) -> Command {
    Command::Pay(Payment {
        amount: decimal(cents, 2),
        currency: "EUR".to_owned(),
        reference: "card-1".to_owned(),
    })
}

/// A command for an appointment in this status; none is a hold's.
#[must_use]
pub fn input(status: Option<Status>, command: Command) -> TransitionInput {
    TransitionInput {
        snapshot: snapshot(),
        appointment: status.map(appointment),
        new_id: NEW_APPOINTMENT.to_owned(),
        command,
    }
}

/// A hold of Anna's time at ten.
#[must_use]
pub fn hold() -> TransitionInput {
    input(None, Command::Hold(request(Some(ANNA), at(10, 0))))
}

/// Every command in every status, by every actor, a week before and on the day: granted and refused.
#[must_use]
pub fn cases() -> Vec<(String, TransitionInput)> {
    let mut cases = vec![("hold".to_owned(), hold())];
    for status in STATUSES.map(Some).into_iter().chain([None]) {
        for (name, command) in commands() {
            for actor in [Actor::Customer, Actor::Provider, Actor::Staff, Actor::System] {
                for (when, now) in [("early", snapshot().now), ("late", at(10, 15))] {
                    let mut input = input(status, command.clone());
                    input.snapshot.actor = actor;
                    input.snapshot.now = now;
                    cases.push((format!("{name}, {status:?}, {actor:?}, {when}"), input));
                }
            }
        }
    }
    cases
}

/// The appointment as it is stored after the decision.
#[must_use]
pub fn stored(input: &TransitionInput, decision: &Decision) -> Appointment {
    let before = input.appointment.clone().unwrap_or_else(|| Appointment {
        id: input.new_id.clone(),
        documents: Vec::new(),
        ..appointment(Status::Open)
    });
    let Plan { provider, visit, reserved, units, guests, quote, session: _ } =
        decision.plan.clone().unwrap_or_else(|| Plan {
            provider: before.provider.clone(),
            visit: before.visit,
            reserved: before.reserved,
            units: before.units.clone(),
            session: None,
            guests: before.guests,
            quote: before.quote.clone(),
        });
    let mut documents = before.documents.clone();
    decision.effects.iter().for_each(|effect| record(&mut documents, &effect.key, &effect.body));
    Appointment {
        revision: decision.revision,
        status: decision.next,
        provider,
        visit,
        reserved,
        units,
        guests,
        quote,
        paid: decision.paid,
        hold_until: decision.hold_until,
        timing: decision.timing,
        documents,
        successor: decision.successor.as_ref().map(|_| input.new_id.clone()).or(before.successor),
        ..before
    }
}

/// Adds the link of a document, and marks the one that it undoes.
fn record(documents: &mut Vec<DocumentLink>, key: &str, body: &EffectBody) {
    let mut reverse = |undone: &str| {
        documents.iter_mut().filter(|link| link.key == undone).for_each(|link| link.reversed = true);
    };
    let (kind, amount, materials) = match body {
        EffectBody::SalesOrder(_) => (DocumentKind::SalesOrder, None, Vec::new()),
        EffectBody::OrderCancellation(draft) => {
            reverse(&draft.reverses);
            (DocumentKind::OrderCancellation, None, Vec::new())
        }
        EffectBody::SalesInvoice(_) => (DocumentKind::SalesInvoice, None, Vec::new()),
        EffectBody::StockIssue(draft) => (DocumentKind::StockIssue, None, draft.lines.clone()),
        EffectBody::Commission(draft) => (DocumentKind::Commission, Some(draft.amount), Vec::new()),
        EffectBody::CreditNote(draft) => {
            reverse(&draft.reverses);
            (DocumentKind::CreditNote, None, Vec::new())
        }
        EffectBody::StockReturn(draft) => {
            draft.issue.iter().for_each(|issue| reverse(issue));
            (DocumentKind::StockReturn, None, draft.lines.clone())
        }
        EffectBody::CommissionReversal(draft) => {
            reverse(&draft.reverses);
            (DocumentKind::CommissionReversal, None, Vec::new())
        }
    };
    documents.push(DocumentLink { key: key.to_owned(), kind, reversed: false, amount, materials });
}
