//! A loaded gate: compiled, linked with the stand-ins, and known by what it says of itself.

use std::sync::Arc;

use rollout::GateDescription;
use runner::GateFault;
use runner::question::{Answer, Question, Situation, Turn};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, ResourceType};

use crate::bindings::{GateWorldPre, wit};
use crate::digest::{hex, sha256};
use crate::engine::Engine;
use crate::evaluation::{Called, Moment, State, Usage, call, keeps_types};
use crate::fault::Refused;
use crate::from_guest_questions::questions;
use crate::limits::{Budget, MEMORY_CEILING_MIB};
use crate::load_error::{LoadError, LoadFault};
use crate::shape::{Shape, shape};
use crate::stand_ins::ANSWERED;
use crate::{from_guest, to_guest};

/// A gate that can be asked. Cloning shares it.
#[derive(Clone)]
pub struct Loaded {
    pub(crate) engine: Engine,
    pub(crate) pre: Arc<GateWorldPre<State>>,
    facts: Arc<Facts>,
}

/// What is known of a component since it was loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub digest: String,
    /// Its bytes.
    pub size_bytes: usize,
    /// How long compiling it, or loading it from the cache, took.
    pub compile_ms: u64,
    /// Whether its machine code came from the cache.
    pub from_cache: bool,
    /// The names of its imports.
    pub imports: Vec<String>,
    /// The names of its exports.
    pub exports: Vec<String>,
    /// What it says of itself.
    pub description: GateDescription,
    /// What `describe` used up.
    pub describe_usage: Usage,
}

impl Engine {
    /// Loads a component: validates it, compiles it or finds it in the cache, links it, and asks
    /// it to describe itself. Blocks for as long as compiling takes. `plugin` is what errors call
    /// it: its path, or `builtin:NAME`.
    ///
    /// # Errors
    /// When the bytes are no gate of this contract; the error says why and what would be right.
    pub fn load(&self, plugin: &str, bytes: &[u8]) -> Result<Loaded, LoadError> {
        self.try_load(bytes).map_err(|fault| LoadError { plugin: plugin.to_owned(), fault })
    }

    fn try_load(&self, bytes: &[u8]) -> Result<Loaded, LoadFault> {
        let Shape { imports, exports } = shape(bytes)?;
        let digest = hex(&sha256(bytes));
        let compiled = self.compile(&digest, bytes)?;
        let pre = self
            .link(&compiled.component)
            .map_err(|error| LoadFault::BrokenContract { why: format!("{error:#}") })?;
        // What the file grants is not known here, and a large gate is not refused for saying who
        // it is.
        let memory_bytes = (MEMORY_CEILING_MIB as usize) << 20;
        let budget = Budget { memory_bytes, ..Budget::default().for_describe() };
        keeps_types(&pre, &budget)
            .map_err(|error| LoadFault::BrokenContract { why: format!("{error:#}") })?;
        let (description, describe_usage) = describe(&pre, &budget).map_err(LoadFault::Describe)?;
        let facts = Facts {
            digest,
            size_bytes: bytes.len(),
            compile_ms: compiled.compile_ms,
            from_cache: compiled.from_cache,
            imports,
            exports,
            description,
            describe_usage,
        };
        Ok(Loaded { engine: self.clone(), pre: Arc::new(pre), facts: Arc::new(facts) })
    }

    fn link(&self, component: &Component) -> wasmtime::Result<GateWorldPre<State>> {
        let mut linker = (*self.linker).clone();
        refuse_the_rest(&mut linker, component, &self.wasmtime)?;
        GateWorldPre::new(linker.instantiate_pre(component)?)
    }
}

/// Defines every import that the stand-ins do not answer so that calling it traps.
fn refuse_the_rest(
    linker: &mut Linker<State>,
    component: &Component,
    engine: &wasmtime::Engine,
) -> wasmtime::Result<()> {
    let component_type = component.component_type();
    let mut known: Vec<ResourceType> = Vec::new();
    for (name, import) in component_type.imports(engine) {
        let ComponentItem::ComponentInstance(instance) = import.ty else { continue };
        let answered = name.split('@').next().is_some_and(|name| ANSWERED.contains(&name));
        for (item, export) in instance.exports(engine) {
            match export.ty {
                // A resource met before is the same one under another name, and needs no more.
                ComponentItem::Resource(resource) if !known.contains(&resource) => {
                    known.push(resource);
                    if !answered {
                        let own = ResourceType::host::<Refused>();
                        linker.instance(name)?.resource(item, own, |_, _| Ok(()))?;
                    }
                }
                ComponentItem::ComponentFunc(_) if !answered => {
                    let what = format!("`{name}#{item}`");
                    linker.instance(name)?.func_new(item, move |_, _, _, _| {
                        Err(Refused { what: what.clone() }.into())
                    })?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn describe(
    pre: &GateWorldPre<State>,
    budget: &Budget,
) -> Result<(GateDescription, Usage), GateFault> {
    let Called { result, usage, .. } =
        call(pre, budget, Moment::default(), "describe", |gate, store| gate.call_describe(store))?;
    Ok((from_guest::description(result)?, usage))
}

/// A situation and answers in the words of the contract, ready to be taken to another thread.
pub(crate) struct Told {
    pub(crate) situation: wit::Situation,
    pub(crate) answers: Vec<wit::Answer>,
    pub(crate) state: Vec<u8>,
}

impl Told {
    pub(crate) fn new(situation: &Situation, answers: &[Answer], state: &[u8]) -> Self {
        Told {
            situation: to_guest::situation(situation),
            answers: to_guest::answers(answers),
            state: state.to_vec(),
        }
    }

    pub(crate) fn moment(&self) -> Moment {
        Moment { now_s: self.situation.now, seed: self.situation.seed }
    }
}

/// Every call is made on a fresh instance, on the calling thread.
impl Loaded {
    /// What is known of it since it was loaded.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What it says of itself.
    #[must_use]
    pub fn description(&self) -> &GateDescription {
        &self.facts.description
    }

    /// What is wrong with a configuration beyond its schema: JSON pointer and sentence.
    ///
    /// # Errors
    /// When the gate trapped, exceeded a limit or broke the contract.
    pub fn check(
        &self,
        budget: &Budget,
        configuration: &str,
    ) -> Result<Vec<(String, String)>, GateFault> {
        let budget = budget.for_describe();
        let called = call(&self.pre, &budget, Moment::default(), "check", |gate, store| {
            gate.call_check(store, configuration)
        })?;
        from_guest::issues(called.result)
    }

    /// The first questions of a look.
    ///
    /// # Errors
    /// As `check`.
    pub fn ask(
        &self,
        budget: &Budget,
        situation: &Situation,
        state: &[u8],
    ) -> Result<Vec<Question>, GateFault> {
        self.ask_told(budget, &Told::new(situation, &[], state))
    }

    pub(crate) fn ask_told(
        &self,
        budget: &Budget,
        told: &Told,
    ) -> Result<Vec<Question>, GateFault> {
        let called = call(&self.pre, budget, told.moment(), "ask", |gate, store| {
            gate.call_ask(store, &told.situation, &told.state)
        })?;
        questions(called.result)
    }

    /// The turn that follows a round's answers.
    ///
    /// # Errors
    /// As `check`.
    pub fn judge(
        &self,
        budget: &Budget,
        situation: &Situation,
        answers: &[Answer],
        state: &[u8],
    ) -> Result<Turn, GateFault> {
        self.judge_told(budget, &Told::new(situation, answers, state))
    }

    pub(crate) fn judge_told(&self, budget: &Budget, told: &Told) -> Result<Turn, GateFault> {
        let called = call(&self.pre, budget, told.moment(), "judge", |gate, store| {
            gate.call_judge(store, &told.situation, &told.answers, &told.state)
        })?;
        from_guest::turn(called.result, called.words.trim())
    }

    /// What to remember from a promoted release.
    ///
    /// # Errors
    /// As `check`.
    pub fn learn(
        &self,
        budget: &Budget,
        situation: &Situation,
        state: &[u8],
    ) -> Result<Vec<u8>, GateFault> {
        self.learn_told(budget, &Told::new(situation, &[], state))
    }

    pub(crate) fn learn_told(&self, budget: &Budget, told: &Told) -> Result<Vec<u8>, GateFault> {
        let called = call(&self.pre, budget, told.moment(), "learn", |gate, store| {
            gate.call_learn(store, &told.situation, &told.state)
        })?;
        from_guest::memory(called.result)
    }
}
