//! A person's words and what became of them.

use async_trait::async_trait;
use rollout::Word;
use runner::{Kept, LedgerError, SpokenWord, WordFate, Words, codec};
use rusqlite::{OptionalExtension, params};

use crate::database::Fault;
use crate::sqlite::{SqliteLedger, check_known};

#[async_trait]
impl Words for SqliteLedger {
    async fn say(&self, deployment: &str, word: Word, by: &str) -> Kept<u32> {
        let word = codec::to_json("a word", &word)?;
        self.database.write("cannot leave a word", |transaction| {
            check_known(transaction, deployment)?;
            let mut statement = transaction.prepare_cached(
                "INSERT INTO word (deployment, number, word, said_by)
                 SELECT ?1, count(*), ?2, ?3 FROM word WHERE deployment = ?1 RETURNING number",
            )?;
            Ok(statement.query_row(params![deployment, word, by], |row| row.get(0))?)
        })
    }

    async fn hear(&self, deployment: &str) -> Kept<Vec<SpokenWord>> {
        let waiting = self.database.read("cannot hear words", |transaction| {
            check_known(transaction, deployment)?;
            let mut statement = transaction.prepare_cached(
                "SELECT number, word, said_by FROM word
                 WHERE deployment = ?1 AND fate IS NULL ORDER BY number",
            )?;
            let rows = statement
                .query_map([deployment], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<Result<Vec<(u32, String, String)>, _>>()?)
        })?;
        let decode = |(number, word, by): (u32, String, String)| {
            let word = codec::from_json(&word_name(deployment, number), &word)?;
            Ok(SpokenWord { number, word, by })
        };
        waiting.into_iter().map(decode).collect()
    }

    async fn settle(&self, deployment: &str, number: u32, fate: &WordFate) -> Kept<()> {
        let fate = match fate {
            WordFate::Waiting => None,
            settled => Some(codec::to_json("a word's fate", settled)?),
        };
        self.database.write("cannot settle a word", |transaction| {
            check_known(transaction, deployment)?;
            let settled = transaction.execute(
                "UPDATE word SET fate = ?3 WHERE deployment = ?1 AND number = ?2",
                params![deployment, number, fate],
            )?;
            if settled == 1 { Ok(()) } else { Err(unknown(deployment, number)) }
        })
    }

    async fn fate(&self, deployment: &str, number: u32) -> Kept<WordFate> {
        let fate: Option<String> = self.database.read("cannot read a word", |transaction| {
            check_known(transaction, deployment)?;
            transaction
                .prepare_cached("SELECT fate FROM word WHERE deployment = ?1 AND number = ?2")?
                .query_row(params![deployment, number], |row| row.get(0))
                .optional()?
                .ok_or_else(|| unknown(deployment, number))
        })?;
        match fate {
            None => Ok(WordFate::Waiting),
            Some(fate) => codec::from_json(&word_name(deployment, number), &fate),
        }
    }
}

fn word_name(deployment: &str, number: u32) -> String {
    format!("word {number} to {deployment}")
}

fn unknown(deployment: &str, number: u32) -> Fault {
    LedgerError::Unknown(word_name(deployment, number)).into()
}
