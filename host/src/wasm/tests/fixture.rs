//! Small components, and a small snapshot to ask them about.

use std::path::Path;

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::wasm::Rules;
use crate::wasm::bindings::appointments::Actor;
use crate::wasm::bindings::catalog::{
    BranchCalendar, Company, DepositRefund, InvoiceFinish, Invoicing, OrderChange, PostingDate,
    PostingPolicy, Service,
};
use crate::wasm::bindings::decisions::{Request, Snapshot};
use crate::wasm::bindings::values::{Decimal, Grid};

/// A program for the rules world. `validate` runs `body`; everything else answers at once, with nothing.
pub(super) struct Program {
    pub(super) pages: u32,
    pub(super) wit_version: &'static str,
    pub(super) body: &'static str,
}

impl Program {
    pub(super) fn validating(body: &'static str) -> Self {
        Self { pages: 4, wit_version: "0.1.0", body }
    }

    /// What a correct program does: finds nothing wrong.
    pub(super) fn harmless() -> Self {
        Self::validating("(i32.const 768)")
    }

    pub(super) fn component(&self) -> Vec<u8> {
        let mut module = wat::parse_str(self.text()).expect("the program is well formed");
        let mut resolve = Resolve::default();
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
        resolve.push_path(wit.join("types")).expect("wit/types");
        let (package, _) = resolve.push_path(wit.join("rules")).expect("wit/rules");
        let world = resolve.select_world(&[package], Some("rules")).expect("the rules world");
        embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
            .expect("the world fits");
        let mut encoder = ComponentEncoder::default();
        encoder.module(&module).expect("the module fits the world");
        encoder.encode().expect("it makes a component")
    }

    pub(super) fn rules(&self) -> Rules {
        Rules::from_bytes("a test program", &self.component(), None).expect("it is taken")
    }

    /// At 64 lies the description, at 512 an answer `err([])`, at 768 an empty list; memory is handed out from 1024.
    fn text(&self) -> String {
        let Self { pages, wit_version, body } = self;
        format!(
            r#"(module
                (memory (export "memory") {pages})
                (global $top (mut i32) (i32.const 1024))
                (data (i32.const 64)
                    "\00\01\00\00\01\00\00\00" "\01\01\00\00\05\00\00\00"
                    "\01\01\00\00\05\00\00\00" "\00\01\00\00\01\00\00\00")
                (data (i32.const 256) "t{wit_version}")
                (data (i32.const 512) "\01")
                (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (local $at i32)
                    (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
                    (global.set $top (i32.add (local.get $at) (local.get 3)))
                    (local.get $at))
                (func (export "describe") (result i32) (i32.const 64))
                (func (export "find-openings") (param i32) (result i32) (i32.const 512))
                (func (export "transition") (param i32) (result i32) (i32.const 512))
                (func (export "price") (param i32) (result i32) (i32.const 512))
                (func (export "total") (param i32) (result i32) (i32.const 512))
                (func (export "divide") (param i32 i32) (result i32) (i32.const 768))
                (func (export "share") (param i32) (result i32) (i32.const 512))
                (func (export "recheck") (param i32) (result i32) (i32.const 512))
                (func $validate (export "validate") (param i32) (result i32) {body}))"#
        )
    }
}

pub(super) fn request() -> Request {
    Request {
        provider: None,
        start: 0,
        guests: 1,
        end: None,
        currency: None,
        units: Vec::new(),
        preferences: Vec::new(),
        coupon: None,
    }
}

pub(super) fn snapshot() -> Snapshot {
    Snapshot {
        now: 0,
        actor: Actor::Customer,
        company: company(),
        service: service(),
        customer: None,
        grid: Grid { origin: 0, slot_minutes: 5, slots: 288 },
        branch: BranchCalendar { active: true, open: vec![u64::MAX; 5], days: Vec::new() },
        providers: Vec::new(),
        units: Vec::new(),
        case: None,
        booking: None,
        attributes: Vec::new(),
    }
}

fn company() -> Company {
    Company {
        id: "company".to_owned(),
        active: true,
        currency: "EUR".to_owned(),
        currency_digits: 2,
        hold_minutes: 10,
        late_cancel_fee: None,
        no_show_fee: None,
        fee_item: "FEE".to_owned(),
        switched_off: Vec::new(),
        posting: PostingPolicy {
            on_reschedule: OrderChange::Amend,
            deposit_refund: DepositRefund::OutsideCutoff,
            invoicing: Invoicing::Booking,
            invoices: InvoiceFinish::Posted,
            posting_date: PostingDate::DayOfEvent,
        },
        books_open_from: None,
        next_week: 0,
        next_month: 0,
        coupons: Vec::new(),
        attributes: Vec::new(),
    }
}

fn service() -> Service {
    Service {
        id: "service".to_owned(),
        name: "Cooling system service".to_owned(),
        item: "SERVICE".to_owned(),
        active: true,
        duration: 60,
        buffer_before: 0,
        buffer_after: 0,
        lead_time: 0,
        horizon: 10_000,
        cancel_cutoff: 0,
        reschedule_cutoff: 0,
        reschedule_limit: None,
        min_guests: 1,
        max_guests: 1,
        prices: Vec::new(),
        deposit_percent: Decimal { units: 0, scale: 0 },
        consumables: Vec::new(),
        commission_percent: Decimal { units: 0, scale: 0 },
        providers: Vec::new(),
        required_units: Vec::new(),
        seats: 1,
        switched_off: Vec::new(),
        attributes: Vec::new(),
    }
}
