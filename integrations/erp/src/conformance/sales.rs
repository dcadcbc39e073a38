//! Sales over any amounts, for tests that compare what the books reckon with what we do.
//!
//! Invariant: a seed always makes the same sales, and what one comes to is reckoned here by the rule that the whole product
//! has: each line rounded to the currency, half away from zero, then added up.
//!
//! Deliberately absent: asking any books. They are too slow for so many in a run of the suite.

use rust_decimal::{Decimal, RoundingStrategy};

use super::Setup;
use super::judgement::{net, rounded};
use crate::{Body, Document, Finish, Invoice, Key, Line, Posting};

/// The most lines of a sale.
const MAX_LINES: u64 = 5;
/// The most pieces of a line.
const MAX_PIECES: u64 = 12;
/// The most digits of a price, in the smallest coin.
const PRICE_DIGITS: u64 = 7;
/// One line in so many is below its list price, and one sale in so many has a coupon.
const ONE_IN: u64 = 4;

/// An invoice without an order, and what it comes to.
#[derive(Debug, Clone)]
pub struct Sale {
    /// The invoice, to be posted.
    pub posting: Posting,
    /// Its net amount.
    pub net: Decimal,
    /// How many of its lines come to half of a coin exactly. Books that round these the other way are off by that many
    /// coins at most.
    pub halves: u32,
    /// What the lines come to before they are rounded.
    exact: Decimal,
    coupon: bool,
    coin: Decimal,
}

/// How some books round otherwise than we do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rounding {
    /// Half a coin goes to the even neighbour, not away from zero.
    pub halves_even: bool,
    /// The tax is that of the lines before they are rounded, not of the net amount; and that of what is taken off is
    /// rounded by itself.
    pub tax_of_exact: bool,
}

fn sale(setup: &Setup, chance: &mut Chance, number: usize) -> Option<Sale> {
    let count = 1 + chance.below(MAX_LINES);
    let mut lines: Vec<Line> = (0..count).map(|_| line(setup, chance)).collect();
    let halves = lines.iter().filter(|line| is_half(line, setup.currency_digits)).count();
    let before = net(&lines, setup.currency_digits);
    if chance.one_in(ONE_IN) {
        let off = before * Decimal::from(chance.below(100)) / Decimal::ONE_HUNDRED;
        let off = off.trunc_with_scale(setup.currency_digits);
        let coupon = || Line::new(setup.coupon_item.clone(), "A coupon", Decimal::ONE, -off);
        lines.extend((!off.is_zero()).then(coupon));
    }
    let coupon = lines.iter().any(|line| line.unit_price < Decimal::ZERO);
    let exact = lines.iter().map(|line| line.quantity * line.unit_price).sum();
    let net = net(&lines, setup.currency_digits);
    let invoice = Invoice {
        order: None,
        customer: setup.customer.clone(),
        currency: setup.currency.clone(),
        lines,
        finish: Finish::Posted,
        earners: Vec::new(),
        advances: Vec::new(),
    };
    let posting = Posting {
        key: Key::parse(&format!("{}/sale-{number}/invoice", setup.run))?,
        subject: format!("{} sale {number}", setup.run),
        date: setup.date,
        body: Body::SalesInvoice(invoice),
    };
    let coin = Decimal::new(1, setup.currency_digits);
    Some(Sale { posting, net, halves: u32::try_from(halves).ok()?, exact, coupon, coin })
}

fn line(setup: &Setup, chance: &mut Chance) -> Line {
    let pieces = Decimal::from(1 + chance.below(MAX_PIECES));
    let quantity = match setup.fraction {
        Some(fraction) if chance.one_in(2) => fraction * pieces,
        Some(_) | None => pieces,
    };
    let digits = u32::try_from(1 + chance.below(PRICE_DIGITS)).unwrap_or(1);
    let coins = 1 + chance.below(10_u64.pow(digits));
    let price = Decimal::from(coins) * Decimal::new(1, setup.currency_digits);
    let item = setup.service_item.clone();
    let list_price = chance.one_in(ONE_IN).then(|| price + price);
    Line { list_price, ..Line::new(item, "As agreed", quantity, price) }
}

fn is_half(line: &Line, digits: u32) -> bool {
    let exact = line.quantity * line.unit_price;
    exact.round_dp_with_strategy(digits, RoundingStrategy::MidpointTowardZero) != rounded(exact, digits)
}

impl Sale {
    /// So many sales of the set-up's service, the same for the same seed.
    pub fn seeded(setup: &Setup, seed: u64, count: usize) -> impl Iterator<Item = Self> {
        let mut chance = Chance(seed);
        (0..count).filter_map(move |number| sale(setup, &mut chance, number))
    }

    /// The same, left as a draft: books that post slowly reckon a draft no differently.
    #[must_use]
    pub fn draft(mut self) -> Self {
        if let Body::SalesInvoice(invoice) = &mut self.posting.body {
            invoice.finish = Finish::Draft;
        }
        self
    }

    /// What is wrong with the document that the books made of it, where every line is taxed with so many percent of its
    /// net.
    #[must_use]
    pub fn wrong(&self, document: &Document, tax_percent: Decimal, rounding: Rounding) -> Option<String> {
        let halves = if rounding.halves_even { self.halves } else { 0 };
        let (taxed, roundings) = match rounding.tax_of_exact {
            true => (self.exact, if self.coupon { Decimal::TWO } else { Decimal::ONE }),
            false => (document.net, Decimal::ONE),
        };
        let tax = taxed * tax_percent / Decimal::ONE_HUNDRED;
        let right = (document.net - self.net).abs() <= self.coin * Decimal::from(halves)
            // Half a coin of tax may go either way.
            && (document.tax - tax).abs() * Decimal::TWO <= self.coin * roundings
            && document.total == document.net + document.tax;
        (!right)
            .then(|| format!("{} should come to {} and {tax} tax: {document:?}", self.posting.key, self.net))
    }
}

/// Numbers that look like chance: Steele, Lea and Flood's SplitMix.
struct Chance(u64);

impl Chance {
    const fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    const fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }

    const fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }
}
