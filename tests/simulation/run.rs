//! One run: a seed, two hosts over one store, so many steps, and every promise checked after each.

use std::collections::VecDeque;
use std::fmt::Write;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use slotledger::app::{ConflictsQuery, Error, OpeningsQuery, Providers, Strict};
use slotledger::clock::Clock;

use super::check::{self, Search, Verdict};
use super::clock::Settable;
use super::facts::{Facts, Reader};
use super::ground::Template;
use super::hosts::{Answer, Host};
use super::house::House;
use super::steps::{Dice, Step};

/// Steps of a run.
const STEPS: u32 = 64;
/// The steps that a failure shows.
const SHOWN: usize = 6;
/// How far the clocks of two hosts are apart at most: no more than their administrators are told to let them be.
const APART_MS: i64 = 999;
/// A command is woken about so many times before it is done.
const WAKES: u32 = 40;

/// A run that has begun.
pub(super) struct Run {
    random: StdRng,
    clock: Arc<Settable>,
    hosts: [Host; 2],
    reader: Reader,
    house: House,
    facts: Facts,
    last: VecDeque<String>,
    events: Vec<String>,
}

impl Run {
    /// Carries out the whole run, or panics with its seed and the step. Gives the events that came of it.
    pub(super) async fn whole(template: &Template, seed: u64) -> Vec<String> {
        let mut run = Self::begin(template, seed).await;
        for step in 1..=STEPS {
            if let Err(words) = run.step().await {
                panic!("seed {seed}, step {step}: {words}\nThe last steps were:\n{}", run.shown());
            }
        }
        run.events
    }

    async fn begin(template: &Template, seed: u64) -> Self {
        let ground = Arc::new(template.ground().await);
        let (clock, house) = (ground.clock.clone(), ground.house.clone());
        let random = StdRng::seed_from_u64(seed);
        let start = |ahead| Host::start(ground.clone(), template.rules.clone(), ahead);
        let ahead = StdRng::seed_from_u64(!seed).random_range(-APART_MS..=APART_MS);
        let hosts = [start(TimeDelta::zero()).await, start(TimeDelta::milliseconds(ahead)).await];
        let mut reader = Reader::new(ground.open().await, house.clone());
        let facts = reader.read(clock.now()).await;
        let last = VecDeque::new();
        Self { random, clock, hosts, reader, house, facts, last, events: Vec::new() }
    }

    fn shown(&self) -> String {
        self.last.iter().fold(String::new(), |mut shown, step| {
            let _ = writeln!(shown, "- {step}");
            shown
        })
    }

    fn note(&mut self, step: String) {
        if self.last.len() == SHOWN {
            self.last.pop_front();
        }
        self.last.push_back(format!("{}: {step}", self.clock.now()));
    }

    async fn step(&mut self) -> Verdict {
        let answers = match self.random.random_range(0..100) {
            0..12 => self.pass(),
            12..32 => self.together().await?,
            32..40 => self.cut_off().await?,
            40..53 => self.book_an_opening().await?,
            _ => self.alone().await?,
        };
        let before = std::mem::replace(&mut self.facts, self.reader.read(self.clock.now()).await);
        let trails = self.facts.changed.iter().flat_map(|(appointment, trail)| {
            trail.iter().filter(|event| event.revision == appointment.revision)
        });
        self.events.extend(trails.map(|event| event.name.clone()));
        self.events.extend(check::happened(&before, &self.facts).map(str::to_owned));
        check::all(&self.facts)?;
        answers.iter().try_for_each(|answer| self.check_answer(answer))?;
        self.check_openings().await
    }

    fn dice(&mut self) -> Dice<'_> {
        Dice { random: &mut self.random, house: &self.house, facts: &self.facts }
    }

    /// Time passes: minutes mostly, sometimes hours; now and then a clock is set back a little.
    fn pass(&mut self) -> Vec<Answer> {
        let seconds = match self.random.random_range(0..10) {
            0 => -self.random.random_range(1..100),
            1..8 => self.random.random_range(1..12 * 60),
            _ => self.random.random_range(1..6 * 60 * 60),
        };
        let time =
            TimeDelta::seconds(seconds) + TimeDelta::microseconds(self.random.random_range(0..1_000_000));
        self.clock.pass(time);
        self.note(format!("{time} pass"));
        Vec::new()
    }

    async fn alone(&mut self) -> Result<Vec<Answer>, String> {
        let (step, host) = (self.dice().step(), self.random.random_range(0..2));
        let answer = self.hosts[host].ask(&step).await;
        self.note(format!("host {host} alone: {step:?}: {}", told(&answer)));
        judge(&step, &answer, false)?;
        if step.upsets() {
            self.check_conflicts(host).await?;
        }
        Ok(vec![answer])
    }

    async fn together(&mut self) -> Result<Vec<Answer>, String> {
        let (one, other) = self.dice().rivals();
        let [first, second] = &self.hosts;
        let answers = tokio::join!(first.ask(&one), second.ask(&other));
        self.note(format!("host 0: {one:?}: {}; host 1: {other:?}: {}", told(&answers.0), told(&answers.1)));
        judge(&one, &answers.0, true)?;
        judge(&other, &answers.1, true)?;
        Ok(vec![answers.0, answers.1])
    }

    /// A host dies over a command, or its client goes away.
    async fn cut_off(&mut self) -> Result<Vec<Answer>, String> {
        let (step, host) = (self.dice().step(), self.random.random_range(0..2));
        let (wakes, dies) = (self.random.random_range(1..WAKES), self.random.random_bool(0.5));
        let answer = self.hosts[host].ask_in_part(&step, wakes).await;
        let told = answer.as_ref().map_or_else(|| "cut off".to_owned(), told);
        self.note(format!("host {host}, woken {wakes} times, dies: {dies}: {step:?}: {told}"));
        if dies {
            self.hosts[host].restart().await;
        }
        self.hosts[host].settle().await;
        answer.iter().try_for_each(|answer| judge(&step, answer, false))?;
        Ok(answer.into_iter().collect())
    }

    /// What a search offers can be had.
    async fn book_an_opening(&mut self) -> Result<Vec<Answer>, String> {
        let Step::Hold { mut booking, .. } = self.dice().any_hold() else { return Ok(Vec::new()) };
        let (from, to) = (booking.start, booking.start + TimeDelta::hours(self.random.random_range(1..30)));
        let query = OpeningsQuery { guests: booking.guests, ..query(booking.service, (from, to), 15, 40) };
        let host = &self.hosts[self.random.random_range(0..2)];
        let found = host.app.openings(query).await.map_err(|error| format!("a search failed: {error:?}"))?;
        if found.openings.is_empty() {
            return if found.reasons.is_empty() {
                Err("nothing found, and no reason".to_owned())
            } else {
                Ok(Vec::new())
            };
        }
        let opening = &found.openings[self.random.random_range(0..found.openings.len())];
        (booking.start, booking.end) = (opening.start, Some(opening.end));
        (booking.provider, booking.units) = (Some(opening.provider), Vec::new());
        let step = Step::Hold { booking, actor: slotledger::model::Actor::Customer, key: None };
        let answer = host.ask(&step).await;
        self.note(format!("an opening is booked: {step:?}: {}", told(&answer)));
        if answer.is_err() { Err("what was offered cannot be had".to_owned()) } else { Ok(vec![answer]) }
    }

    /// What a host has said is so, or has been so before what came later.
    fn check_answer(&self, answer: &Answer) -> Verdict {
        for said in answer.iter().flatten() {
            let stored =
                self.facts.find(said.id).ok_or_else(|| format!("said to be booked, and lost: {said:?}"))?;
            if stored.revision <= said.revision && stored != said {
                return Err(format!("{said:?} was said, and stored is {stored:?}"));
            }
        }
        Ok(())
    }

    /// Whatever can no longer take place is listed.
    async fn check_conflicts(&mut self, host: usize) -> Verdict {
        let facts = self.reader.peek(self.hosts[host].now()).await;
        let query =
            ConflictsQuery { company: Some(self.house.company), limit: Some(200), ..Default::default() };
        let found = self.hosts[host].app.conflicts(&query).await;
        let found = found.map_err(|error| format!("conflicts cannot be listed: {error:?}"))?.found;
        let missing = check::upset(&facts)
            .into_iter()
            .find(|one| found.iter().all(|conflict| conflict.appointment.id != one.id));
        missing.map_or(Ok(()), |one| Err(format!("it cannot take place, and is not listed: {one:?}")))
    }

    /// A search finds what is free, and nothing else.
    async fn check_openings(&mut self) -> Verdict {
        let step = [5, 15, 30][self.random.random_range(0..3)];
        let from = self.clock.now() + TimeDelta::minutes(self.random.random_range(-300..4000));
        let minutes = self.random.random_range(1..i64::from(step) * 40);
        let span = (from, from + TimeDelta::minutes(minutes));
        let limit = if self.random.random_bool(0.2) { self.random.random_range(1..20) } else { 500 };
        let host = &self.hosts[self.random.random_range(0..2)];
        let found = host.app.openings(query(self.house.visit, span, step, limit)).await;
        let found = found.map_err(|error| format!("a search failed: {error:?}"))?;
        let service = self.facts.services.iter().find(|service| service.id == self.house.visit.0);
        let (step_length, now) = (TimeDelta::minutes(step.into()), host.now());
        let search = Search { from: span.0, to: span.1, step: step_length, now };
        let mut right = check::expected_openings(&self.facts, &service.expect("the service").data, &search);
        let more = right.len() > limit as usize;
        right.truncate(limit as usize);
        let starts: Vec<_> = found.openings.iter().map(|opening| (opening.start, opening.provider)).collect();
        if starts == right && found.more == more {
            return Ok(());
        }
        let missing: Vec<_> = right.iter().filter(|opening| !starts.contains(opening)).take(3).collect();
        let wrong: Vec<_> = starts.iter().filter(|opening| !right.contains(opening)).take(3).collect();
        Err(format!(
            "a search every {step} minutes in {span:?}, at most {limit}, misses {missing:?}, makes up {wrong:?}, and \
             says {} of more, where {more} is right",
            found.more
        ))
    }
}

fn query(
    service: slotledger::model::ServiceId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    step_minutes: u32,
    limit: u32,
) -> OpeningsQuery {
    OpeningsQuery {
        service,
        from: Some(from),
        to: Some(to),
        branch: None,
        providers: Providers::default(),
        guests: None,
        step_minutes: Some(step_minutes),
        limit: Some(limit),
        ranking: None,
        near: None,
        customer: None,
        gender: None,
        language: None,
        skill: None,
        strict: Strict::default(),
        moving: None,
    }
}

/// A refusal is an answer; a failure is none. Without a rival nobody can be faster.
fn judge(step: &Step, answer: &Answer, rivals: bool) -> Verdict {
    let Err(error) = answer else { return Ok(()) };
    match error {
        Error::Refused(refusal) if !refusal.findings.is_empty() => Ok(()),
        Error::Stale { .. } => Ok(()),
        Error::Busy | Error::Taken(_) if rivals => Ok(()),
        Error::Invalid(_) if step.may_be_unfit() => Ok(()),
        Error::Refused(_)
        | Error::Taken(_)
        | Error::Busy
        | Error::Missing { .. }
        | Error::Invalid(_)
        | Error::Unfit { .. }
        | Error::KeyReused
        | Error::LogInRefused
        | Error::Provider(_)
        | Error::NoAccount(_)
        | Error::TooOften { .. }
        | Error::LinkOver
        | Error::LinkMovedOn
        | Error::NoPortal
        | Error::Unfinished
        | Error::Signed
        | Error::Inside(_)
        | Error::NoConnection(_)
        | Error::Rules(_)
        | Error::Contradiction(_)
        | Error::Store(_)
        | Error::Differs(_)
        | Error::NotRepairable(_)
        | Error::Extension(_)
        | Error::Stopped(_)
        | Error::Unmanaged(_)
        | Error::Books(_) => Err(format!("no way to answer: {error:?}")),
    }
}

fn told(answer: &Answer) -> String {
    match answer {
        Ok(said) if said.is_empty() => "done".to_owned(),
        Ok(said) => {
            let each = said.iter().map(|one| format!("{} {}", one.id, one.status.as_str()));
            each.collect::<Vec<_>>().join(", ")
        }
        Err(error) => error.to_string(),
    }
}
