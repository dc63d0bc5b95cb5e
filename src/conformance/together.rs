//! Several requests at once.

use std::sync::Barrier;

use super::answer::Answer;
use super::client::Call;

/// Sends all calls at the same moment; answers in their order.
pub fn together(calls: Vec<Call>) -> Vec<Answer> {
    let start = Barrier::new(calls.len());
    let start = &start;
    std::thread::scope(|scope| {
        let sent: Vec<_> = calls
            .into_iter()
            .map(|call| {
                scope.spawn(move || {
                    start.wait();
                    call.send()
                })
            })
            .collect();
        let gone = || Answer::none("…".to_owned(), String::new(), "the client broke down");
        sent.into_iter().map(|one| one.join().unwrap_or_else(|_| gone())).collect()
    })
}
