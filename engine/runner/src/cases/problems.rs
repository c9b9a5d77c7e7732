//! What a schema cannot say about a case: contradictions, and what no case can mean.

use regex_lite::Regex;

use super::compare::escaped;
use super::situation::SituationPart;
use super::{Answered, Case, CaseLook, Content, ExpectedQuestion, Scripted, Text};

/// JSON pointer and sentence of each problem.
type Problems = Vec<(String, String)>;

impl Case {
    /// What a schema cannot say: contradictions, and things no case can mean. JSON pointer and
    /// sentence of each.
    #[must_use]
    pub fn problems(&self) -> Problems {
        let mut said = Problems::new();
        let contents =
            [("/memory", &self.memory), ("/state", &self.state), ("/learn", &self.learn)];
        for (at, content) in contents {
            if let Some(Err(why)) = content.as_ref().map(Content::bytes) {
                said.push((at.to_owned(), why));
            }
        }
        for (place, issue) in self.check.iter().flatten().enumerate() {
            text(&mut said, &format!("/check/{place}/message"), issue.message.as_ref());
        }
        if self.check.as_ref().is_some_and(|it| !it.is_empty()) && !self.looks.is_empty() {
            let why = "a configuration that is refused is not looked with: leave out `looks`";
            said.push(("/looks".to_owned(), why.to_owned()));
        }
        if self.check.is_none() && self.looks.is_empty() {
            let why = "it expects nothing: give `looks`, or `check` for the configuration alone";
            said.push((String::new(), why.to_owned()));
        }
        if self.learn.is_some() && self.looks.is_empty() {
            let why = "a gate learns after its last look: give `looks`";
            said.push(("/learn".to_owned(), why.to_owned()));
        }
        situation(&mut said, "/situation", &self.situation, &self.situation);
        answers(&mut said, "/answers", &self.answers);
        self.looks_problems(&mut said);
        said
    }

    fn looks_problems(&self, said: &mut Problems) {
        let mut told = self.situation.clone();
        let mut before = 0;
        for (place, look) in self.looks.iter().enumerate() {
            let at = format!("/looks/{place}");
            if look.at < before {
                let why = format!("it is before the look at {before}: looks stand in their order");
                said.push((format!("{at}/at"), why));
            }
            before = look.at;
            if look.situation.started_at.is_some() {
                let why = "second 0 is the same in all looks: say it in the case's `situation`";
                said.push((format!("{at}/situation/started_at"), why.to_owned()));
            }
            told = look.situation.after(&told);
            situation(said, &format!("{at}/situation"), &look.situation, &told);
            look.problems(said, &at);
        }
    }
}

impl CaseLook {
    fn problems(&self, said: &mut Problems, at: &str) {
        if self.verdict.is_some() && self.error.is_some() {
            let why = "a look ends with a verdict or with an error: expect one of them";
            said.push((format!("{at}/error"), why.to_owned()));
        }
        let sentence = self.verdict.as_ref().and_then(|it| it.sentence.as_ref());
        text(said, &format!("{at}/verdict/sentence"), sentence);
        let sentence = self.error.as_ref().and_then(|it| it.sentence.as_ref());
        text(said, &format!("{at}/error/sentence"), sentence);
        text(said, &format!("{at}/notes"), self.notes.as_ref());
        for (place, round) in self.rounds.iter().flatten().enumerate() {
            let at = format!("{at}/rounds/{place}");
            answers(said, &format!("{at}/answers"), &round.answers);
            for (place, question) in round.asks.iter().flatten().enumerate() {
                expected(said, &format!("{at}/asks/{place}"), question);
            }
        }
    }
}

/// `stated` is what a place says, `whole` what is so then.
fn situation(said: &mut Problems, at: &str, stated: &SituationPart, whole: &SituationPart) {
    let first = whole.first_release == Some(true);
    if first && stated.baseline != Default::default() {
        let why = "a first release has no baseline: leave it out";
        said.push((format!("{at}/baseline"), why.to_owned()));
    }
    let steps = whole.steps.unwrap_or(if first { 1 } else { 5 });
    if let Some(step) = stated.step.filter(|step| *step >= steps) {
        let why = format!("step {step} of {steps}: steps count from 0");
        said.push((format!("{at}/step"), why));
    }
}

fn text(said: &mut Problems, at: &str, text: Option<&Text>) {
    let Some(text) = text else { return };
    if let Some(Err(error)) = text.matches.as_deref().map(Regex::new) {
        said.push((format!("{at}/matches"), format!("no regular expression: {error}")));
    }
    if text.contains.is_none() && text.matches.is_none() {
        said.push((at.to_owned(), "give `contains`, `matches` or both".to_owned()));
    }
}

fn expected(said: &mut Problems, at: &str, question: &ExpectedQuestion) {
    let kinds =
        [question.metric.is_some(), question.expression.is_some(), question.request.is_some()];
    if kinds.iter().filter(|given| **given).count() > 1 {
        let why = "a question is one of `metric`, `expression` and `request`";
        said.push((at.to_owned(), why.to_owned()));
    }
}

fn answers<'a>(
    said: &mut Problems,
    at: &str,
    answers: impl IntoIterator<Item = (&'a String, &'a Answered)>,
) {
    for (id, answer) in answers {
        if let Answered::Scripted(it) = answer {
            scripted(said, &format!("{at}/{}", escaped(id)), it);
        }
    }
}

fn scripted(said: &mut Problems, at: &str, it: &Scripted) {
    let kinds =
        [it.values.is_some(), it.response.is_some(), it.denied.is_some(), it.failed.is_some()];
    if kinds.iter().filter(|given| **given).count() != 1 {
        let why = "an answer is one of `values`, `response`, `denied` and `failed`";
        said.push((at.to_owned(), why.to_owned()));
    }
    let of_a_series = [("from", it.from.is_some()), ("every", it.every.is_some())];
    for (field, _) in of_a_series.iter().filter(|(_, given)| *given && it.values.is_none()) {
        said.push((format!("{at}/{field}"), format!("`{field}` belongs to `values`")));
    }
    if it.partial && it.values.is_none() {
        said.push((format!("{at}/partial"), "`partial` belongs to `values`".to_owned()));
    }
    if it.retryable.is_some() && it.failed.is_none() {
        said.push((format!("{at}/retryable"), "`retryable` belongs to `failed`".to_owned()));
    }
    if it.response.as_ref().is_some_and(|it| it.body.is_some() && it.json.is_some()) {
        let why = "a body is given as `body` or as `json`";
        said.push((format!("{at}/response/json"), why.to_owned()));
    }
}
