//! What other users of the zone do: the scenario's foreign writes, at their own instants.

use rollout::EpochS;

use super::run::Stood;
use super::{Label, World, Write};
use crate::scenario::ForeignWrite;

impl World {
    /// Does what others did up to now.
    pub(crate) fn drift(&mut self) {
        if self.scenario.dns.drift.is_empty() || self.run.is_none() {
            return;
        }
        for (index, foreign) in (0..).zip(self.scenario.dns.drift.clone()) {
            if let Some(at) = self.instant(foreign.at).filter(|at| *at <= self.now) {
                self.write_as_somebody_else(index, &foreign, at);
                self.take_back(index, &foreign, at);
            }
        }
    }

    fn write_as_somebody_else(&mut self, index: u32, foreign: &ForeignWrite, at: EpochS) {
        let Some(run) = self.run.as_ref().filter(|run| !run.drifts.contains_key(&index)) else {
            return;
        };
        let weights = vec![
            (run.blue.clone(), foreign.weights.blue),
            (run.green.clone(), foreign.weights.green),
        ];
        let owner = run.service.clone();
        let concerned = |name: &str| foreign.name.as_deref().is_none_or(|it| it == name);
        let names = self.names.iter().filter(|it| it.owner == owner && concerned(&it.name));
        let before: Stood = names
            .map(|it| (it.name.clone(), it.records(at).map(|write| write.weights.clone())))
            .collect();
        for name in before.keys() {
            self.write_foreign(name, at, &weights);
        }
        if let Some(run) = &mut self.run {
            run.drifts.insert(index, before);
        }
    }

    /// Takes it back where it still stands.
    fn take_back(&mut self, index: u32, foreign: &ForeignWrite, at: EpochS) {
        let Some(back_at) = foreign.back_after_s.map(|seconds| at.plus_s(seconds)) else { return };
        let Some(run) = self.run.as_mut().filter(|_| back_at <= self.now) else { return };
        let Some(before) = run.drifts.get_mut(&index).map(std::mem::take) else { return };
        let theirs = (run.blue.clone(), run.green.clone());
        for (name, weights) in before {
            let stands = [
                (theirs.0.clone(), foreign.weights.blue),
                (theirs.1.clone(), foreign.weights.green),
            ];
            let records = self.name(&name).and_then(|it| it.records(self.now));
            let untouched = records.is_some_and(|write| write.weights == stands);
            if let Some(weights) = weights.filter(|_| untouched) {
                self.write_foreign(&name, back_at, &weights);
            }
        }
    }

    fn write_foreign(&mut self, name: &str, at: EpochS, weights: &[(Label, u8)]) {
        let effect_at = at.plus_s(self.scenario.dns.insync_s);
        let change = self.next_change(name);
        let Some(known) = self.names.iter_mut().find(|it| it.name == name) else { return };
        let ttl_s = known.writes.last().map_or(60, |write| write.ttl_s);
        known.write(Write { at, effect_at, change, ttl_s, weights: weights.to_vec() });
    }
}
