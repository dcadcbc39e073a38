//! Threads on which extensions are asked that may take long.
//!
//! Invariant: companies take turns, and none has more than its share of the threads, so that one whose extensions are slow
//! keeps nobody else's waiting while there is anybody else. Not all of the engine's places are theirs: whoever is asked
//! elsewhere finds one free.
//!
//! The threads run when a processor is idle: what they burn is time that nobody else wanted, and whoever wakes up has the
//! processor at once. The lowest niceness would not do: it decides who has more of a processor, and not who has it first. A
//! call's deadline is counted in the processor time of its thread, so that waiting for a processor is not held against it.

use std::collections::{HashMap, VecDeque};
use std::num::NonZero;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use thread_priority::ThreadPriority;
use thread_priority::unix::{
    NormalThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
};
use tokio::sync::oneshot;

use crate::extension::limits;
use crate::model::CompanyId;

/// A thread with nothing to do for so long ends.
const IDLE: Duration = Duration::from_secs(10);

/// How the system schedules whoever leaves the processor to all others.
const IDLE_ONLY: ThreadSchedulePolicy = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);

type Job = Box<dyn FnOnce() + Send>;

/// The threads, none of which is there before it is needed.
pub(super) struct Threads(Arc<Shared>);

struct Shared {
    /// At most so many.
    most: usize,
    /// At most so many at work for one company.
    share: usize,
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    /// What waits, by company, in the order of their turns. No line is empty.
    lines: VecDeque<(CompanyId, VecDeque<Job>)>,
    /// How many threads are at work for a company.
    busy: HashMap<CompanyId, usize>,
    threads: usize,
    idle: usize,
}

impl Default for Threads {
    fn default() -> Self {
        let most = thread::available_parallelism().map_or(2, NonZero::get).clamp(2, limits::SLOW);
        Self(Arc::new(Shared::new(most, most / 2)))
    }
}

impl Threads {
    /// Runs something for a company. None if it did not come to its end.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        company: CompanyId,
        ask: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move || {
            // Whoever has gone away meanwhile wants no answer any more.
            if !tell.is_closed() {
                let _ = tell.send(ask());
            }
        });
        self.0.take(company, job);
        told.await.ok()
    }
}

impl Shared {
    fn new(most: usize, share: usize) -> Self {
        Self { most, share, state: Mutex::default(), work: Condvar::new() }
    }

    fn take(self: &Arc<Self>, company: CompanyId, job: Job) {
        let mut state = self.state();
        state.line_up(company, job);
        if state.idle == 0 && state.threads < self.most {
            let shared = Arc::clone(self);
            let begun = thread::Builder::new().name("extensions".to_owned()).spawn(move || shared.work());
            match begun {
                Ok(_) => state.threads += 1,
                // Those that are there do it; or else nobody does, and whoever asked is told.
                Err(_) if state.threads > 0 => {}
                Err(_) => state.lines.clear(),
            }
        }
        drop(state);
        self.work.notify_one();
    }

    fn work(self: Arc<Self>) {
        yield_to_others();
        let _leaving = Leaving(&self);
        while let Some((company, job)) = self.next() {
            let _done = Done(&self, company);
            job();
        }
    }

    /// The next job of the company whose turn it is; none after a while with nothing to do.
    fn next(&self) -> Option<(CompanyId, Job)> {
        let mut state = self.state();
        loop {
            if let Some(next) = state.next(self.share) {
                return Some(next);
            }
            state.idle += 1;
            let (woken, waited) = self.work.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            if waited.timed_out() && state.lines.is_empty() {
                return None;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn line_up(&mut self, company: CompanyId, job: Job) {
        match self.lines.iter_mut().find(|(other, _)| *other == company) {
            Some((_, line)) => line.push_back(job),
            None => self.lines.push_back((company, VecDeque::from([job]))),
        }
    }

    /// Takes a job of the first company in line that has not its share.
    fn next(&mut self, share: usize) -> Option<(CompanyId, Job)> {
        let has_room = |company: &CompanyId| self.busy.get(company).is_none_or(|busy| *busy < share);
        let at = self.lines.iter().position(|(company, _)| has_room(company))?;
        let (company, mut line) = self.lines.remove(at)?;
        let job = line.pop_front()?;
        if !line.is_empty() {
            self.lines.push_back((company, line));
        }
        *self.busy.entry(company).or_default() += 1;
        Some((company, job))
    }

    fn done(&mut self, company: CompanyId) {
        if let Some(busy) = self.busy.get_mut(&company) {
            *busy -= 1;
            if *busy == 0 {
                self.busy.remove(&company);
            }
        }
    }
}

/// Leaves the processor to all other threads. Where the system refuses, the thread goes on as it is.
fn yield_to_others() {
    if let Err(error) = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, IDLE_ONLY) {
        tracing::warn!(error.cause = %error, "slow extensions run with the priority of everything else");
    }
}

/// A company has its share back however its job ends.
struct Done<'a>(&'a Shared, CompanyId);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.state().done(self.1);
        // Somebody may have passed over what the company has in line.
        self.0.work.notify_one();
    }
}

/// A thread is counted out however it ends. If something broke it, another one goes on with what waits.
struct Leaving<'a>(&'a Arc<Shared>);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.threads -= 1;
        if state.idle == 0 && !state.lines.is_empty() {
            let shared = Arc::clone(self.0);
            match thread::Builder::new().name("extensions".to_owned()).spawn(move || shared.work()) {
                Ok(_) => state.threads += 1,
                Err(_) => state.lines.clear(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures::future::join_all;
    use thread_priority::unix::thread_schedule_policy;
    use uuid::Uuid;

    use super::*;

    fn company(n: u128) -> CompanyId {
        CompanyId(Uuid::from_u128(n))
    }

    #[tokio::test]
    async fn whatever_takes_long_runs_when_a_processor_is_idle_and_nothing_else_does() {
        let policy = || thread_schedule_policy().expect("every thread has one");
        let before = policy();
        assert_eq!(Threads::default().run(company(1), policy).await, Some(IDLE_ONLY));
        assert_eq!(policy(), before);
        assert_ne!(before, IDLE_ONLY);
    }

    #[test]
    fn companies_take_turns_and_none_has_more_than_its_share() {
        let mut state = State::default();
        let (tell, told) = mpsc::channel();
        for (n, name) in [(1, "a"), (1, "b"), (1, "c"), (2, "d"), (2, "e")] {
            let tell = tell.clone();
            state.line_up(company(n), Box::new(move || tell.send(name).expect("a listener")));
        }
        let run = |state: &mut State| {
            let (company, job) = state.next(1)?;
            job();
            Some(company)
        };
        assert_eq!(run(&mut state), Some(company(1)));
        assert_eq!(run(&mut state), Some(company(2)));
        assert_eq!(run(&mut state), None, "each has one at work");
        state.done(company(2));
        assert_eq!(run(&mut state), Some(company(2)), "whoever has its share is passed over");
        state.done(company(1));
        assert_eq!(run(&mut state), Some(company(1)));
        state.done(company(1));
        assert_eq!(run(&mut state), Some(company(1)));
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["a", "d", "e", "b", "c"]);
    }

    #[tokio::test]
    async fn everything_is_done_on_few_threads_and_one_that_panics_is_missed_by_nobody() {
        let threads = Threads(Arc::new(Shared::new(3, 1)));
        let broken = threads.run(company(3), || panic!("an engine that broke")).await;
        assert_eq!(broken, None::<()>);
        let all = (0..200).map(|n: u32| threads.run(company(u128::from(n % 7)), move || n));
        let done: Vec<_> = join_all(all).await.into_iter().flatten().collect();
        assert_eq!(done, (0..200).collect::<Vec<_>>());
        assert!(threads.0.state().threads <= 3);
    }

    #[tokio::test]
    async fn a_company_that_takes_long_leaves_a_thread_to_the_others() {
        let threads = Threads(Arc::new(Shared::new(2, 1)));
        let (release, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        let long = (0..10).map(|_| {
            let wait = wait.clone();
            threads.run(company(1), move || wait.lock().expect("nobody panicked").recv().is_ok())
        });
        let other = async {
            let done = threads.run(company(2), || 7).await;
            (0..10).for_each(|_| release.send(()).expect("they wait"));
            done
        };
        let (long, other) = tokio::join!(join_all(long), other);
        assert_eq!((other, long), (Some(7), vec![Some(true); 10]));
    }
}
