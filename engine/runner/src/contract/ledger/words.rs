//! A person's words.

use rollout::Word;

use super::samples::entry;
use crate::{Kept, Ledger, LedgerError, SpokenWord, WordFate};

/// A word needs no lease, is heard until it is settled, and its fate can be asked for.
///
/// # Errors
/// What the ledger answered instead.
pub async fn words_are_heard_in_order_until_settled<L: Ledger>(
    open: impl Fn() -> Kept<L>,
) -> Kept<()> {
    let (driver, person) = (open()?, open()?);
    let lease = driver.acquire("cart", "ann").await?;
    driver.begin(&lease, "d-1", "cart", &entry(0)).await?;
    driver.begin(&lease, "d-2", "cart", &entry(0)).await?;
    assert_eq!(driver.hear("d-1").await?, []);
    let pause = person.say("d-1", Word::Pause, "bob@desk").await?;
    let abort = person.say("d-1", Word::Abort, "eve@desk").await?;
    person.say("d-2", Word::Promote, "bob@desk").await?;
    let first = SpokenWord { number: pause, word: Word::Pause, by: "bob@desk".to_owned() };
    let second = SpokenWord { number: abort, word: Word::Abort, by: "eve@desk".to_owned() };
    assert_eq!(driver.hear("d-1").await?, [first, second.clone()]);

    driver.settle("d-1", pause, &WordFate::Taken).await?;
    assert_eq!(driver.hear("d-1").await?, [second]);
    let refused = WordFate::Refused("it is over".to_owned());
    driver.settle("d-1", abort, &refused).await?;
    assert_eq!(driver.hear("d-1").await?, []);
    assert_eq!(person.fate("d-1", pause).await?, WordFate::Taken);
    assert_eq!(person.fate("d-1", abort).await?, refused);

    let later = person.say("d-1", Word::Resume, "bob@desk").await?;
    assert!(later > abort && abort > pause, "a number is never used again");
    assert_eq!(person.fate("d-1", later).await?, WordFate::Waiting);
    Ok(())
}

/// Nothing becomes of a word that was never said.
///
/// # Errors
/// What the ledger answered instead.
pub async fn unknown_words_are_unknown<L: Ledger>(open: impl Fn() -> Kept<L>) -> Kept<()> {
    let ledger = open()?;
    let lease = ledger.acquire("cart", "ann").await?;
    ledger.begin(&lease, "d-1", "cart", &entry(0)).await?;
    let answers = [
        ledger.fate("d-1", 7).await.map(drop),
        ledger.fate("d-9", 0).await.map(drop),
        ledger.settle("d-1", 7, &WordFate::Taken).await,
        ledger.settle("d-9", 0, &WordFate::Taken).await,
    ];
    for answer in answers {
        assert!(matches!(answer, Err(LedgerError::Unknown(_))), "{answer:?}");
    }
    Ok(())
}
