//! Several at once: openers, drivers, readers and people.

use std::sync::Barrier;
use std::thread;

use ledger::SqliteLedger;
use rollout::Word;
use runner::contract::ledger::{entry, run};
use runner::{Archive, Journal, Kept, Leases, LedgerError, Words};

const THREADS: usize = 6;

/// Runs the work on several threads that begin together, and gives what each came to.
fn together<T: Send>(work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        let begin = |number| {
            let (start, work) = (&start, &work);
            scope.spawn(move || {
                start.wait();
                work(number)
            })
        };
        let threads: Vec<_> = (0..THREADS).map(begin).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn many_may_make_the_same_ledger_at_once() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/sim.db");
        for opened in together(|_| SqliteLedger::open(&path).map(drop)) {
            assert!(opened.is_ok(), "{opened:?}");
        }
    }
}

#[test]
fn s11_of_many_that_want_a_lease_at_once_one_gets_it_whoever_looks_on() {
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sim.db");
        let ledgers = together(|number| {
            let ledger = SqliteLedger::open(&path)?;
            let got = if number % 2 == 0 {
                run(async { ledger.acquire("cart", "one of many").await.map(drop) })
            } else {
                run(async { ledger.holder("cart").await.map(drop) })
            };
            Ok::<_, LedgerError>((number, got, ledger))
        });
        let answers = ledgers.iter().map(|answer| answer.as_ref().unwrap());
        let (drivers, readers): (Vec<_>, Vec<_>) =
            answers.partition(|(number, ..)| number % 2 == 0);
        assert!(readers.iter().all(|(_, looked, _)| looked.is_ok()));
        assert_eq!(drivers.iter().filter(|(_, got, _)| got.is_ok()).count(), 1);
        let refused = drivers.iter().filter(|(_, got, _)| got.is_err());
        assert!(
            refused.into_iter().all(|(_, got, _)| matches!(got, Err(LedgerError::Held { .. })))
        );
    }
}

#[test]
fn appends_of_several_services_and_words_to_them_all_arrive() -> Kept<()> {
    const EACH: u32 = 25;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.db");
    let write = |number| {
        let ledger = SqliteLedger::open(&path)?;
        let deployment = format!("d-{number}");
        run(async {
            let lease = ledger.acquire(&deployment, "a driver").await?;
            ledger.begin(&lease, &deployment, &deployment, &entry(0)).await?;
            for seq in 1..=EACH {
                ledger.append(&lease, &deployment, &entry(seq)).await?;
                ledger.say(&deployment, Word::Pause, "a person").await?;
                ledger.entries(&deployment, seq).await?;
            }
            Ok(())
        })
    };
    together(write).into_iter().collect::<Kept<()>>()?;
    let ledger = SqliteLedger::open(&path)?;
    run(async {
        for number in 0..THREADS {
            let deployment = format!("d-{number}");
            let all: Vec<_> = (0..=EACH).map(entry).collect();
            assert_eq!(ledger.entries(&deployment, 0).await?, all);
            assert_eq!(ledger.hear(&deployment).await?.len(), EACH as usize);
        }
        Ok(())
    })
}

#[test]
fn s11_a_lock_file_that_was_removed_fences_the_first_driver() -> Kept<()> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.db");
    let (ann, bob) = (SqliteLedger::open(&path)?, SqliteLedger::open(&path)?);
    run(async {
        let first = ann.acquire("cart", "ann").await?;
        ann.begin(&first, "d-1", "cart", &entry(0)).await?;
        std::fs::remove_dir_all(folder.path().join("sim.db.leases")).unwrap();
        let second = bob.acquire("cart", "bob").await?;
        let refused = ann.append(&first, "d-1", &entry(1)).await;
        assert!(matches!(refused, Err(LedgerError::Lost { .. })), "{refused:?}");
        bob.append(&second, "d-1", &entry(1)).await
    })
}
