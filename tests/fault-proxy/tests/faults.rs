//! What a caller and the server see of each fault.

#![allow(clippy::expect_used, reason = "a broken fixture should stop its test")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use slotledger_fault_proxy::{Fault, Proxy};

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"id\": 1234}";

/// A server that counts calls and answers each alike.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            // To the last byte: what is left unread when the connection closes tears the answer down with it.
            let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
            while !(request.ends_with(b"\r\n\r\n") || request.ends_with(b"{}")) {
                let count = client.read(&mut chunk).expect("a request");
                request.extend_from_slice(&chunk[..count]);
            }
            seen.fetch_add(1, Ordering::SeqCst);
            let _ = client.write_all(ANSWER.as_bytes());
        }
    });
    (url, calls)
}

/// What the caller hears when this goes wrong, and how often the server was called.
fn heard(fault: Fault) -> (String, usize) {
    let (url, calls) = server();
    let proxy = Proxy::to(&url, move |_| fault).expect("a proxy");
    let mut line = TcpStream::connect(proxy.url().trim_start_matches("http://")).expect("a connection");
    line.write_all(b"POST /rpc HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}").expect("a request");
    let mut answer = String::new();
    let _ = line.read_to_string(&mut answer);
    assert_eq!(proxy.calls(), 1);
    assert_eq!(proxy.struck(), usize::from(fault != Fault::None));
    (answer, calls.load(Ordering::SeqCst))
}

#[test]
fn an_undisturbed_answer_arrives_whole() {
    assert_eq!(heard(Fault::None), (ANSWER.to_owned(), 1));
}

#[test]
fn a_cut_before_keeps_the_call_from_the_server() {
    assert_eq!(heard(Fault::CutBefore), (String::new(), 0));
}

#[test]
fn a_cut_after_keeps_the_answer_from_the_caller() {
    assert_eq!(heard(Fault::CutAfter), (String::new(), 1));
}

#[test]
fn half_an_answer_lacks_its_end() {
    let (answer, calls) = heard(Fault::Half);
    assert_eq!((answer.as_str(), calls), (&ANSWER[..ANSWER.len() - 8], 1));
}

#[test]
fn a_slow_answer_arrives_whole_in_the_end() {
    let pause = Duration::from_millis(30);
    for fault in [Fault::Delay(pause), Fault::Drip(pause)] {
        let begun = Instant::now();
        assert_eq!(heard(fault), (ANSWER.to_owned(), 1));
        assert!(begun.elapsed() >= pause);
    }
}

#[test]
fn another_answer_takes_the_place_of_the_servers() {
    let instead = |forwarded| Fault::Instead { forwarded, status: 500, headers: "", body: "<html>" };
    for (forwarded, calls) in [(true, 1), (false, 0)] {
        let (answer, called) = heard(instead(forwarded));
        assert!(answer.starts_with("HTTP/1.1 500 ") && answer.ends_with("\r\n\r\n<html>"), "{answer}");
        assert_eq!(called, calls);
    }
}

#[test]
fn the_plan_sees_every_call() {
    let (url, _) = server();
    let proxy = Proxy::to(&url, |call| {
        assert_eq!((call.method(), call.target(), call.body.as_slice()), ("GET", "/a?b=c", &b""[..]));
        if call.number == 2 { Fault::CutBefore } else { Fault::None }
    });
    let proxy = proxy.expect("a proxy");
    let answers = [0, 1, 2].map(|_| {
        let mut line = TcpStream::connect(proxy.url().trim_start_matches("http://")).expect("a connection");
        line.write_all(b"GET /a?b=c HTTP/1.1\r\n\r\n").expect("a request");
        let mut answer = String::new();
        let _ = line.read_to_string(&mut answer);
        answer.len()
    });
    assert_eq!(answers, [ANSWER.len(), 0, ANSWER.len()]);
}
