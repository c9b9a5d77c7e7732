//! What a world can be asked by tests and tools.

use rollout::{EpochS, Split, Weights};

use super::{Label, Notice, RegistryItem, World};

impl World {
    /// Its clock.
    #[must_use]
    pub fn now(&self) -> EpochS {
        self.now
    }

    /// Every name whose records it ever held.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.names.iter().map(|it| it.name.as_str()).collect()
    }

    /// Everything that was ever written to a name, and when: label and weight; none of them where
    /// the records were deleted.
    #[must_use]
    pub fn writes(&self, name: &str) -> Vec<(EpochS, Vec<(Label, u8)>)> {
        let writes = self.name(name).into_iter().flat_map(|it| &it.writes);
        writes.map(|write| (write.at, write.weights.clone())).collect()
    }

    /// What was written to a name as splits of the latest run's sides. What is no split (deleted
    /// records, somebody else's sums) is left out: `writes` has it.
    #[must_use]
    pub fn splits(&self, name: &str) -> Vec<(EpochS, Split)> {
        let Some(run) = &self.run else { return Vec::new() };
        let of = |weights: &[(Label, u8)], label: &str| {
            weights.iter().find(|(it, _)| it == label).map(|(_, weight)| *weight)
        };
        let split = |weights: &[(Label, u8)]| {
            let blue = of(weights, &run.blue)?;
            Split::try_from(Weights { blue, green: of(weights, &run.green)? }).ok()
        };
        let writes = self.name(name).into_iter().flat_map(|it| &it.writes);
        writes.filter_map(|write| Some((write.at, split(&write.weights)?))).collect()
    }

    /// The stacks that stand, are on their way or could not be deleted, by name, sorted.
    #[must_use]
    pub fn stacks(&self) -> Vec<String> {
        let lives = self.services.iter().flat_map(|service| {
            service.init.iter().chain(service.releases.iter().map(|release| &release.stack))
        });
        let mut stacks: Vec<String> = lives.filter_map(|life| life.remains(self.now)).collect();
        stacks.sort();
        stacks
    }

    /// The names that have records, with their weights.
    #[must_use]
    pub fn records(&self) -> Vec<(&str, &[(Label, u8)])> {
        let standing = |it| Some((it, self.name(it)?.records(self.now)?.weights.as_slice()));
        self.names().into_iter().filter_map(standing).collect()
    }

    /// What the registry says of a service, by its key.
    #[must_use]
    pub fn registry(&self, service_key: &str) -> Option<&RegistryItem> {
        self.services.iter().find(|it| it.key == service_key)?.registry.as_ref()
    }

    /// The keys of the services whose scale-in is suspended.
    #[must_use]
    pub fn suspended(&self) -> Vec<&str> {
        let suspended = self.services.iter().filter(|it| it.suspended_by.is_some());
        suspended.map(|it| it.key.as_str()).collect()
    }

    /// The notices that were sent.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// When the canary of the latest run saw its first traffic.
    #[must_use]
    pub fn first_traffic_at(&self) -> Option<EpochS> {
        self.run.as_ref()?.first_traffic_at
    }
}
