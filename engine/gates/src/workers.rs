//! The threads that evaluate.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::{io, thread};

use tokio::sync::oneshot;

use crate::limits::EVALUATIONS_AT_ONCE;

type Work = Box<dyn FnOnce() + Send>;

/// One thread for each processor, but two at least and [`EVALUATIONS_AT_ONCE`] at most. They take one
/// evaluation after the other: more of them, or turns handed on through the asking thread, each cost
/// a look of twenty gates a tenth. The largest guest that waits is next: it takes the longest, and
/// one that began last would run on alone, for a tenth of such a look.
pub(crate) struct Workers(Arc<Shared>);

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    woken: Condvar,
}

#[derive(Default)]
struct Queue {
    /// By the bytes of the guest's memory; of one size, the first to come is the first.
    waiting: BTreeMap<(Reverse<usize>, u64), Work>,
    turns: u64,
    closed: bool,
}

impl Workers {
    pub(crate) fn new() -> io::Result<Self> {
        let workers = Workers(Arc::default());
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 0..processors.clamp(2, EVALUATIONS_AT_ONCE) {
            let shared = Arc::clone(&workers.0);
            thread::Builder::new().name("gate-worker".to_owned()).spawn(move || shared.work())?;
        }
        Ok(workers)
    }

    /// Has a guest of about so much memory evaluated when its turn comes; never, if the receiver is
    /// dropped before. Nothing is sent when the evaluation panics.
    pub(crate) fn spawn<R: Send + 'static>(
        &self,
        memory_bytes: usize,
        evaluate: impl FnOnce() -> R + Send + 'static,
    ) -> oneshot::Receiver<R> {
        let (done, result) = oneshot::channel();
        let work = Box::new(move || {
            if !done.is_closed() {
                // Its caller may be gone since.
                let _ = done.send(evaluate());
            }
        });
        let mut queue = self.0.lock();
        let turn = queue.turns;
        queue.turns += 1;
        queue.waiting.insert((Reverse(memory_bytes), turn), work);
        drop(queue);
        self.0.woken.notify_one();
        result
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        // What is under way is not waited for: its watchdog ends it.
        self.0.lock().closed = true;
        self.0.woken.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while let Some(work) = self.next() {
            // A panic is told on standard error, and by the result that is never sent.
            let _ = catch_unwind(AssertUnwindSafe(work));
        }
    }

    /// What to do next; nothing when there will be no more.
    fn next(&self) -> Option<Work> {
        let mut queue = self.lock();
        loop {
            if let Some((_, work)) = queue.waiting.pop_first() {
                return Some(work);
            }
            if queue.closed {
                return None;
            }
            queue = self.woken.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without threads: what is queued is done here, in its order.
    fn done_in_order(workers: &Workers) {
        workers.0.lock().closed = true;
        workers.0.work();
    }

    #[test]
    fn the_largest_guest_is_next_and_of_one_size_the_first() {
        let workers = Workers(Arc::default());
        let (begins, begun) = std::sync::mpsc::channel();
        let sizes = [("small", 1), ("large", 9), ("small, later", 1), ("large, later", 9)];
        let results = sizes.map(|(name, size)| {
            let begins = begins.clone();
            workers.spawn(size, move || begins.send(name))
        });
        done_in_order(&workers);
        let begun: Vec<_> = begun.try_iter().collect();
        assert_eq!(begun, ["large", "large, later", "small", "small, later"]);
        assert!(results.into_iter().all(|mut result| result.try_recv().is_ok()));
    }

    #[test]
    fn what_nobody_waits_for_any_more_is_not_begun() {
        let workers = Workers(Arc::default());
        let begun = Arc::new(Mutex::new(false));
        let begins = Arc::clone(&begun);
        drop(workers.spawn(1, move || *begins.lock().expect("whole") = true));
        done_in_order(&workers);
        assert!(!*begun.lock().expect("whole"));
    }

    #[test]
    fn a_panic_ends_an_evaluation_and_no_worker() {
        let workers = Workers::new().expect("threads");
        for _ in 0..2 * EVALUATIONS_AT_ONCE {
            let evaluation = workers.spawn(1, || panic!("a fault of the host"));
            assert!(evaluation.blocking_recv().is_err());
        }
        assert_eq!(workers.spawn(1, || 7).blocking_recv(), Ok(7));
    }
}
