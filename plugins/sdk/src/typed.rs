//! Gates with typed configuration, state and memory: JSON is read and written around them.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Answer, Description, Gate, Issue, Outcome, Question, Situation, Turn, Verdict};

/// A gate whose configuration, state and memory are types of its own. It is a [`Gate`] by that;
/// implement `Gate` itself to see the bytes.
///
/// A configuration that cannot be read holds. A state or a memory that cannot be read (those of
/// another version of the gate, say) is taken for none, which loses evidence and decides nothing.
pub trait TypedGate: Sized {
    /// What its schema describes. Give the fields the schema's defaults.
    type Configuration: DeserializeOwned;
    /// What it keeps from look to look, empty at first: 64 KiB of JSON at most.
    type State: Serialize + DeserializeOwned + Default;
    /// What it keeps from deployment to deployment: 16 KiB of JSON at most. `()` for nothing.
    type Memory: Serialize + DeserializeOwned + Default;

    /// What the gate is; the same at every call.
    fn describe() -> Description;

    /// What is wrong with a configuration beyond what its schema says.
    fn check(_configuration: &Self::Configuration) -> Vec<Issue> {
        Vec::new()
    }

    /// The first questions of a look; none is allowed.
    fn ask(look: &Look<Self>) -> Vec<Question>;

    /// Judges the answers to a round: a verdict, or more questions.
    fn judge(look: &mut Look<Self>, answers: &[Answer]) -> Outcome;

    /// What to remember from a promoted release; called where its wishes say so.
    fn learn(look: Look<Self>) -> Self::Memory {
        look.memory
    }
}

/// What a typed gate is told, and what it keeps.
pub struct Look<G: TypedGate> {
    /// The deployment as it stands.
    pub situation: Situation,
    /// The gate's configuration.
    pub configuration: G::Configuration,
    /// What it learnt from earlier deployments of the service.
    pub memory: G::Memory,
    /// Its state; what `judge` leaves here is there in the next look.
    pub state: G::State,
    /// Notes for people who look into the gate's reasoning, written by `judge`.
    pub notes: String,
}

impl<G: TypedGate> Look<G> {
    fn read(situation: Situation, state: &[u8]) -> Result<Self, serde_json::Error> {
        Ok(Look {
            configuration: serde_json::from_str(&situation.configuration)?,
            memory: serde_json::from_slice(&situation.memory).unwrap_or_default(),
            state: serde_json::from_slice(state).unwrap_or_default(),
            notes: String::new(),
            situation,
        })
    }
}

impl<G: TypedGate> Gate for G {
    fn describe() -> Description {
        <G as TypedGate>::describe()
    }

    fn check(configuration: String) -> Vec<Issue> {
        match serde_json::from_str(&configuration) {
            Ok(configuration) => <G as TypedGate>::check(&configuration),
            Err(error) => vec![Issue { pointer: String::new(), message: error.to_string() }],
        }
    }

    fn ask(situation: Situation, state: Vec<u8>) -> Vec<Question> {
        let look = Look::<G>::read(situation, &state);
        look.map(|look| <G as TypedGate>::ask(&look)).unwrap_or_default()
    }

    fn judge(situation: Situation, answers: Vec<Answer>, state: Vec<u8>) -> Turn {
        let hold = |code, why: &str, error: &serde_json::Error| {
            Outcome::from(Verdict::hold(code, format!("{why}: {error}")))
        };
        let mut look = match Look::<G>::read(situation, &state) {
            Ok(look) => look,
            Err(error) => {
                let outcome = hold("configuration", "the configuration cannot be read", &error);
                return Turn { outcome, state, notes: String::new() };
            }
        };
        let outcome = <G as TypedGate>::judge(&mut look, &answers);
        match serde_json::to_vec(&look.state) {
            Ok(state) => Turn { outcome, state, notes: look.notes },
            Err(error) => {
                let outcome = hold("state", "the state cannot be kept", &error);
                Turn { outcome, state, notes: look.notes }
            }
        }
    }

    fn learn(situation: Situation, state: Vec<u8>) -> Vec<u8> {
        let before = situation.memory.clone();
        let learnt = Look::<G>::read(situation, &state)
            .and_then(|look| serde_json::to_vec(&<G as TypedGate>::learn(look)));
        learnt.unwrap_or(before)
    }
}

/// What [`export!`](crate::export) exports: the gate, and with the feature `panic-words` its panics.
#[cfg(not(all(feature = "panic-words", target_family = "wasm")))]
pub type Exported<G> = G;
