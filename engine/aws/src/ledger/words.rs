//! A person's words and what became of them.

use async_trait::async_trait;
use rollout::Word;
use runner::{Kept, LedgerError, SpokenWord, WordFate, Words, codec};

use super::DynamoLedger;
use super::items::{self, Item};
use super::journal::unknown as unknown_run;

/// Tries of a word to get a number of its own while others speak.
const TRIES: u32 = 20;

#[async_trait]
impl Words for DynamoLedger {
    async fn say(&self, deployment: &str, word: Word, by: &str) -> Kept<u32> {
        let mut number = self.words(deployment).await?.len();
        for _ in 0..TRIES {
            let at = u32::try_from(number).unwrap_or(u32::MAX);
            let mut item = items::word(deployment, at).item();
            item.insert("number".to_owned(), items::number(at.into()));
            item.insert("word".to_owned(), items::text(&codec::to_json("a word", &word)?));
            item.insert("said_by".to_owned(), items::text(by));
            let taken = LedgerError::Taken { deployment: deployment.to_owned(), seq: at };
            let parts = vec![
                self.0.exists(&items::run(deployment), unknown_run(deployment))?,
                self.0.put_new(item, taken)?,
            ];
            match self.0.write("leaving a word", parts).await {
                Err(LedgerError::Taken { .. }) => number += 1,
                said => return said.map(|()| at),
            }
        }
        Err(LedgerError::Unreachable {
            what: "leaving a word".to_owned(),
            why: "too many people speak at once".to_owned(),
        })
    }

    async fn hear(&self, deployment: &str) -> Kept<Vec<SpokenWord>> {
        let words = self.0.promptly(self.words(deployment)).await?;
        let waiting = words.iter().filter(|item| !item.contains_key("fate"));
        waiting.map(|item| spoken(deployment, item)).collect()
    }

    async fn settle(&self, deployment: &str, number: u32, fate: &WordFate) -> Kept<()> {
        let fate = items::text(&codec::to_json("a word's fate", fate)?);
        let unknown = LedgerError::Unknown(word_name(deployment, number));
        let key = items::word(deployment, number);
        let parts = vec![self.0.set(&key, "fate", fate, unknown)?];
        self.0.promptly(self.0.write("settling a word", parts)).await
    }

    async fn fate(&self, deployment: &str, number: u32) -> Kept<WordFate> {
        let name = word_name(deployment, number);
        let item = self.0.get("reading a word", &items::word(deployment, number)).await?;
        let item = item.ok_or_else(|| LedgerError::Unknown(name.clone()))?;
        match items::optional(&item, "fate", items::text_of)? {
            None => Ok(WordFate::Waiting),
            Some(fate) => codec::from_json(&name, fate),
        }
    }
}

impl DynamoLedger {
    async fn words(&self, deployment: &str) -> Kept<Vec<Item>> {
        let words = self.0.all("hearing words", &items::run_pk(deployment), "word#").await?;
        if words.is_empty() {
            self.check_known(deployment).await?;
        }
        Ok(words)
    }
}

fn spoken(deployment: &str, item: &Item) -> Kept<SpokenWord> {
    let number = items::number_of(item, "number")?;
    Ok(SpokenWord {
        number,
        word: codec::from_json(&word_name(deployment, number), items::text_of(item, "word")?)?,
        by: items::text_of(item, "said_by")?.to_owned(),
    })
}

fn word_name(deployment: &str, number: u32) -> String {
    format!("word {number} to {deployment}")
}
