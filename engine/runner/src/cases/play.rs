//! A gate played through a case: looks as a deployment takes them, answered by the script.

use std::collections::{BTreeMap, BTreeSet};

use rollout::{EpochS, Verdict};
use serde::Serialize;

use super::compare::{Comparison, escaped, listed, name};
use super::content::{Content, shown};
use super::pattern::{fits, weight};
use super::situation::SituationPart;
use super::{Answered, Case, CaseLook, questions, words};
use crate::gate_port::{GateFault, GateHost};
use crate::look::{ROUNDS, too_many_rounds};
use crate::question::{Answer, Question, Situation, TurnOutcome};
use crate::repeat::repeats;

/// Something that is not as the case expects it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// A JSON pointer into the case.
    pub pointer: String,
    /// What differs.
    pub what: String,
    /// What the case says.
    pub expected: String,
    /// What came.
    pub got: String,
}

/// Something wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// A JSON pointer into the configuration.
    pub pointer: String,
    /// A sentence.
    pub message: String,
}

/// What a gate made of a case.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Played {
    /// Where it differs; nowhere if the case passed.
    pub differences: Vec<Difference>,
    /// What is wrong with the configuration.
    pub issues: Vec<Issue>,
    /// The looks, as far as they came.
    pub looks: Vec<PlayedLook>,
    /// What `learn` returned, where it was called.
    pub learnt: Option<Vec<u8>>,
}

/// What came of a look.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayedLook {
    /// When it was, in seconds from the deployment's start.
    pub at: u32,
    /// Second 0.
    pub zero: EpochS,
    /// The questions of each round.
    pub rounds: Vec<Vec<Question>>,
    /// How it ended; none where a question has no answer.
    pub end: Option<Result<Verdict, GateFault>>,
    /// What the gate noted.
    pub notes: String,
}

/// Plays `gate` of `host` through a case. `refused` is what the gate's schema has against the
/// configuration: then the gate is not asked for more, as in a deployment.
pub async fn play(host: &dyn GateHost, gate: &str, case: &Case, refused: Vec<Issue>) -> Played {
    let mut player = Player {
        host,
        gate,
        case,
        configuration: serde_json::Value::from(case.configuration.clone()).to_string(),
        state: content(case.state.as_ref()),
        last: None,
        used: BTreeSet::new(),
        played: Played::default(),
    };
    player.check(refused).await;
    if player.played.issues.is_empty() {
        player.looks().await;
    }
    player.played
}

fn content(given: Option<&Content>) -> Vec<u8> {
    given.and_then(|it| it.bytes().ok()).unwrap_or_default()
}

struct Player<'a> {
    host: &'a dyn GateHost,
    gate: &'a str,
    case: &'a Case,
    configuration: String,
    state: Vec<u8>,
    /// The last look's situation, first questions and verdict, when all its answers were final.
    last: Option<(Situation, Vec<Question>, Verdict)>,
    /// Ids of the case's own answers that were asked for.
    used: BTreeSet<&'a str>,
    played: Played,
}

impl<'a> Player<'a> {
    fn differ(&mut self, pointer: impl Into<String>, what: &str, expected: &str, got: String) {
        self.played.differences.push(Difference {
            pointer: pointer.into(),
            what: what.to_owned(),
            expected: expected.to_owned(),
            got,
        });
    }

    async fn check(&mut self, refused: Vec<Issue>) {
        let issues = if refused.is_empty() {
            self.host.check(self.gate, &self.configuration).await.map(|issues| {
                let issue = |(pointer, message)| Issue { pointer, message };
                issues.into_iter().map(issue).collect()
            })
        } else {
            Ok(refused)
        };
        match issues {
            Ok(issues) => {
                let expected = self.case.check.as_deref();
                Comparison::new("", &mut self.played.differences).issues(expected, &issues);
                self.played.issues = issues;
            }
            Err(fault) => {
                self.differ("/configuration", "`check`", "a list of issues", told(&fault));
            }
        }
    }

    async fn looks(&mut self) {
        let mut told = self.case.situation.clone();
        let mut last = None;
        for (place, look) in self.case.looks.iter().enumerate() {
            told = look.situation.after(&told);
            let situation = self.situation(&told, place, look);
            let played = self.look(place, look, situation.clone()).await;
            let ended = played.end.is_some();
            self.played.looks.push(played);
            if !ended {
                return;
            }
            last = Some(situation);
        }
        if let (Some(expected), Some(situation)) = (&self.case.learn, last) {
            self.learn(expected, &situation).await;
        }
        let answers = &self.case.answers;
        for id in answers.keys().filter(|id| !id.contains('*') && !self.used.contains(id.as_str()))
        {
            self.played.differences.push(unasked("", id, "none in any look".to_owned()));
        }
    }

    fn situation(&self, told: &SituationPart, place: usize, look: &CaseLook) -> Situation {
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        let situation = told.situation(look.at);
        Situation {
            evaluation: place,
            seed: situation.seed.wrapping_add(place),
            configuration: self.configuration.clone(),
            memory: content(self.case.memory.as_ref()),
            ..situation
        }
    }

    async fn look(&mut self, place: usize, look: &'a CaseLook, situation: Situation) -> PlayedLook {
        let at = format!("/looks/{place}");
        let zero = situation.started_at;
        let mut played =
            PlayedLook { at: look.at, zero, rounds: Vec::new(), end: None, notes: String::new() };
        let before = self.differences();
        let end = self.rounds(&at, look, situation, &mut played).await;
        if let (Some(rounds), Ok(_)) = (&look.rounds, &end)
            && played.rounds.len() < rounds.len()
            && self.differences() == before
        {
            let got = played.rounds.len().to_string();
            let expected = rounds.len().to_string();
            self.differ(format!("{at}/rounds"), "rounds of questions", &expected, got);
        }
        match end {
            Err(Stopped) => return played,
            Ok(end) => self.compare_end(&at, look, &end, &mut played),
        }
        played
    }

    fn differences(&self) -> usize {
        self.played.differences.len()
    }

    fn compare_end(
        &mut self,
        at: &str,
        look: &CaseLook,
        end: &Result<Verdict, GateFault>,
        played: &mut PlayedLook,
    ) {
        match (end, &look.verdict, &look.error) {
            (Ok(verdict), _, Some(_)) => {
                let got = format!("{}: {}", name(&verdict.decision), verdict.sentence);
                self.differ(format!("{at}/error"), "the end of the look", "an error", got);
            }
            (Ok(verdict), Some(expected), None) => {
                Comparison::new(format!("{at}/verdict"), &mut self.played.differences)
                    .verdict(expected, verdict);
            }
            (Err(fault), _, Some(expected)) => {
                Comparison::new(format!("{at}/error"), &mut self.played.differences)
                    .error(expected, fault);
            }
            (Err(fault), verdict, None) => {
                let field = if verdict.is_some() { "/verdict" } else { "" };
                let what = "the end of the look";
                self.differ(format!("{at}{field}"), what, "a verdict", told(fault));
            }
            (Ok(_), None, None) => {}
        }
        Comparison::new(at, &mut self.played.differences).text(
            "notes",
            "the notes",
            look.notes.as_ref(),
            &played.notes,
        );
        played.end = Some(end.clone());
    }

    /// The rounds of a look until its end, the state going from call to call as in a deployment.
    async fn rounds(
        &mut self,
        at: &str,
        look: &'a CaseLook,
        mut situation: Situation,
        played: &mut PlayedLook,
    ) -> Result<Result<Verdict, GateFault>, Stopped> {
        let mut state = self.state.clone();
        let last = self.last.take();
        let mut asked = match self.host.ask(self.gate, &situation, &state).await {
            Ok(asked) => asked,
            Err(fault) => return Ok(Err(fault)),
        };
        if let Some(last) = last
            && repeats((&last.0, &last.1), &situation, &asked)
        {
            self.asked_before(at, look, &asked, situation.started_at);
            played.rounds.push(asked);
            let verdict = last.2.clone();
            self.last = Some(last);
            return Ok(Ok(verdict));
        }
        let mut is_final = true;
        for round in 1..=ROUNDS {
            let place = played.rounds.len();
            played.rounds.push(asked);
            let answers = self.answers(at, look, place, &played.rounds[place], &situation)?;
            is_final &= answers.iter().all(Answer::is_final);
            situation.round = round;
            let turn = match self.host.judge(self.gate, &situation, &answers, &state).await {
                Ok(turn) => turn,
                Err(fault) => return Ok(Err(fault)),
            };
            state = turn.state;
            if !turn.notes.is_empty() {
                let gap = if played.notes.is_empty() { "" } else { "\n" };
                played.notes = [&played.notes, gap, &turn.notes].concat();
            }
            match turn.outcome {
                TurnOutcome::More(more) => asked = more,
                TurnOutcome::Verdict(verdict) => {
                    self.state = state;
                    situation.round = 0;
                    let first = played.rounds[0].clone();
                    self.last = is_final.then(|| (situation, first, verdict.clone()));
                    return Ok(Ok(verdict));
                }
            }
        }
        Ok(Err(too_many_rounds()))
    }

    /// The questions of a look that repeats the one before: nobody answers them.
    fn asked_before(&mut self, at: &str, look: &'a CaseLook, asked: &[Question], zero: EpochS) {
        let Some(round) = look.rounds.as_ref().and_then(|rounds| rounds.first()) else { return };
        let at = format!("{at}/rounds/0");
        if let Some(expected) = &round.asks {
            questions::compare(&at, expected, asked, zero, &mut self.played.differences);
        }
        for id in round.answers.keys() {
            let got = "the questions of the look before, which were answered: its verdict stands";
            self.played.differences.push(unasked(&at, id, got.to_owned()));
        }
    }

    /// The answers to a round's questions, once they are as expected.
    fn answers(
        &mut self,
        at: &str,
        look: &'a CaseLook,
        place: usize,
        asked: &[Question],
        situation: &Situation,
    ) -> Result<Vec<Answer>, Stopped> {
        let zero = situation.started_at;
        let round = match &look.rounds {
            None => None,
            Some(rounds) if place < rounds.len() => Some(&rounds[place]),
            Some(rounds) => {
                let words: Vec<_> =
                    asked.iter().map(|it| words::question_words(it, zero)).collect();
                let words = listed(&words.iter().map(String::as_str).collect::<Vec<_>>());
                let expected = format!("a verdict after round {}", rounds.len());
                let what = "the end of the look";
                self.differ(format!("{at}/rounds"), what, &expected, format!("asks {words}"));
                return Err(Stopped);
            }
        };
        let at = format!("{at}/rounds/{place}");
        let own = round.map(|it| &it.answers);
        let before = self.differences();
        if let Some(expected) = round.and_then(|it| it.asks.as_ref()) {
            questions::compare(&at, expected, asked, zero, &mut self.played.differences);
        }
        // Nobody wrote answers to questions that were not expected.
        let answered = |asked: &Question| self.scripted(&at, own, asked).is_some();
        if self.differences() > before && !asked.iter().all(answered) {
            return Err(Stopped);
        }
        let before = self.differences();
        let mut answers = Vec::with_capacity(asked.len());
        for question in asked {
            answers.extend(self.answer(&at, own, question, situation));
        }
        for id in own.iter().flat_map(|it| it.keys()).filter(|id| !id.contains('*')) {
            if !asked.iter().any(|question| question.id() == id) {
                let ids: Vec<&str> = asked.iter().map(Question::id).collect();
                self.played.differences.push(unasked(&at, id, format!("asked: {}", listed(&ids))));
            }
        }
        if self.differences() > before && answers.len() < asked.len() {
            return Err(Stopped);
        }
        Ok(answers)
    }

    /// The answer that the round has for a question, else the case: with where it stands, and its id.
    fn scripted<'b>(
        &self,
        at: &'b str,
        own: Option<&'a BTreeMap<String, Answered>>,
        question: &Question,
    ) -> Option<(&'b str, (&'a str, &'a Answered))> {
        let of_round = own.and_then(|own| meant(own, question.id())).map(|it| (at, it));
        of_round.or_else(|| meant(&self.case.answers, question.id()).map(|it| ("", it)))
    }

    fn answer(
        &mut self,
        at: &str,
        own: Option<&'a BTreeMap<String, Answered>>,
        question: &Question,
        situation: &Situation,
    ) -> Option<Answer> {
        let zero = situation.started_at;
        let Some((of, (id, answered))) = self.scripted(at, own, question) else {
            let place =
                if own.is_some() { at } else { at.rsplit_once("/rounds").map_or(at, |it| it.0) };
            let expected = format!("an answer to `{}` in the case", question.id());
            let got = words::question_words(question, zero);
            self.differ(place, "a question without an answer", &expected, got);
            return None;
        };
        if of.is_empty() {
            self.used.insert(id);
        }
        let answer = answered.to(question, zero, situation.now);
        answer
            .map_err(|why| {
                let pointer = format!("{of}/answers/{}", escaped(id));
                let asked = words::question_words(question, zero);
                self.differ(pointer, "an answer that does not fit", &asked, why);
            })
            .ok()
    }

    async fn learn(&mut self, expected: &Content, situation: &Situation) {
        match self.host.learn(self.gate, situation, &self.state).await {
            Ok(bytes) => {
                if !expected.is(&bytes) {
                    let wanted = expected.bytes().map(|bytes| shown(&bytes)).unwrap_or_default();
                    self.differ("/learn", "what is learnt", &wanted, shown(&bytes));
                }
                self.played.learnt = Some(bytes);
            }
            Err(fault) => self.differ("/learn", "what is learnt", "a memory", told(&fault)),
        }
    }
}

/// The rest of a look means nothing: a difference was noted.
struct Stopped;

/// The answer that is meant for an id.
fn meant<'a>(answers: &'a BTreeMap<String, Answered>, id: &str) -> Option<(&'a str, &'a Answered)> {
    let fitting = answers.iter().filter(|(pattern, _)| fits(pattern, id));
    fitting.max_by_key(|(pattern, _)| weight(pattern)).map(|(id, answer)| (id.as_str(), answer))
}

fn unasked(at: &str, id: &str, got: String) -> Difference {
    Difference {
        pointer: format!("{at}/answers/{}", escaped(id)),
        what: "an answer to what is not asked".to_owned(),
        expected: format!("a question `{id}`"),
        got,
    }
}

fn told(fault: &GateFault) -> String {
    format!("error ({}): {}", fault.code, fault.sentence)
}

#[cfg(test)]
mod tests {
    use rollout::{Decision, EpochS, Side};
    use serde_json::{Value, json};

    use super::{Difference, play};
    use crate::double::{ScriptedGates, metric, says};
    use crate::question::Answer;

    /// Asks the same at every look, and rolls back what is above 1.
    const STATELESS: ScriptedGates = ScriptedGates {
        ask: |_, _| Some(Ok(vec![metric("r", Side::Green, EpochS(1_767_225_600))])),
        judge: |_, _, answers| {
            let bad = |it: &Answer| matches!(it, Answer::Series(it) if it.points[0].value > 1.0);
            says(if answers.iter().any(bad) { Decision::Rollback } else { Decision::Promote })
        },
    };

    async fn differences(last_look: Value) -> Vec<Difference> {
        let verdict = json!({ "decision": "promote" });
        let case = serde_json::from_value(json!({
            "answers": { "r": 600 },
            "looks": [
                { "at": 300, "rounds": [{ "answers": { "r": 0.5 } }], "verdict": verdict },
                { "at": 315, "rounds": [{ "asks": [{ "id": "r" }] }], "verdict": verdict },
                last_look,
            ],
        }));
        play(&STATELESS, "it", &case.unwrap(), Vec::new()).await.differences
    }

    #[tokio::test]
    async fn what_was_answered_at_the_look_before_is_not_asked_again_at_the_same_weight() {
        let judged = |moved: Value| json!({ "at": 330, "situation": moved, "verdict": { "decision": "rollback" } });
        for moved in [
            json!({ "weight": 25 }),
            json!({ "step": 2 }),
            json!({ "weight_verified_at": 290 }),
            json!({ "phase": "bake" }),
        ] {
            assert_eq!(differences(judged(moved)).await, []);
        }
        let stands = differences(judged(json!({ "region": "eu-west-1" }))).await;
        assert_eq!(stands[0].pointer, "/looks/2/verdict/decision");
        let answered = json!({ "at": 330, "rounds": [{ "answers": { "r": 9 } }] });
        assert_eq!(differences(answered).await[0].pointer, "/looks/2/rounds/0/answers/r");
    }
}
