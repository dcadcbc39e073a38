//! The line between the connector and the server, which fails at one chosen call.

use std::sync::{Arc, Mutex};

use slotledger_fault_proxy::{Call, Fault, Proxy};

/// Which calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    All,
    /// Those that may store something.
    Writes,
}

/// How calls that only read end.
const READS: [&str; 5] = ["search_read", "on_change", "get_preferences", "login", "version"];

/// A line on which one call fails.
pub(crate) struct Line {
    proxy: Proxy,
    struck: Arc<Mutex<Option<String>>>,
}

impl Line {
    /// The call that fails is counted from 1.
    pub(crate) fn to(upstream: &str, counted: Counted, nth: usize, fault: Fault) -> Self {
        let struck = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&struck);
        let mut calls = 0;
        let proxy = Proxy::to(upstream, move |call| {
            let method = method(call);
            if counted == Counted::Writes && READS.iter().any(|end| method.ends_with(end)) {
                return Fault::None;
            }
            calls += 1;
            if calls != nth {
                return Fault::None;
            }
            *seen.lock().unwrap() = Some(method);
            fault
        });
        Self { proxy: proxy.unwrap(), struck }
    }

    pub(crate) fn url(&self) -> String {
        self.proxy.url().to_owned()
    }

    /// The method that failed, if the call was reached.
    pub(crate) fn struck(&self) -> Option<String> {
        self.struck.lock().unwrap().clone()
    }
}

fn method(call: &Call) -> String {
    let body: serde_json::Value = serde_json::from_slice(&call.body).unwrap();
    body["method"].as_str().unwrap().to_owned()
}
