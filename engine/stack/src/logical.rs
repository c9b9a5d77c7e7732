//! The container ports that the balancer leads to, and the logical ids made of them.
//!
//! Logical ids are letters and digits; `web-api` and `web_api` are both `WebApi`, and port 80 of
//! `web1` looks like port 180 of `web`, so ids that are taken get a number.

use manifest::file::{Container, ContainerRef, DeploymentFile, PortMapping, TargetGroup};

/// An id has at most 255 letters; this leaves room for what stands before and after.
const LONGEST: usize = 180;

/// A container port with its target group.
pub(crate) struct Group<'a> {
    /// For example `Webapi8080`, the end of the logical ids of what belongs to it.
    pub(crate) id: String,
    pub(crate) container: &'a Container,
    pub(crate) mapping: &'a PortMapping,
    pub(crate) target_group: &'a TargetGroup,
    /// The target group's place in the file.
    pub(crate) at: usize,
}

impl Group<'_> {
    pub(crate) fn target_group_id(&self) -> String {
        format!("TargetGroup{}", self.id)
    }

    /// Names of containers are taken in any case here, as the predecessor did.
    pub(crate) fn is(&self, port: &ContainerRef) -> bool {
        self.mapping.container_port == port.port
            && self.container.name.eq_ignore_ascii_case(&port.name)
    }
}

/// All container ports with a target group, in the order of the containers.
pub(crate) fn groups(file: &DeploymentFile) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for container in &file.service.containers {
        for mapping in &container.port_mappings {
            let wanted = file.target_groups.iter().enumerate().find(|(_, group)| {
                group.container.port == mapping.container_port
                    && group.container.name.eq_ignore_ascii_case(&container.name)
            });
            let Some((at, target_group)) = wanted else { continue };
            if groups.iter().any(|earlier| earlier.at == at) {
                continue;
            }
            let name = camel(&container.name) + &mapping.container_port.get().to_string();
            let id = untaken(&name, |id| groups.iter().any(|group| group.id == id));
            groups.push(Group { id, container, mapping, target_group, at });
        }
    }
    groups
}

/// A name in letters and digits: each part begins with a capital.
fn camel(name: &str) -> String {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let capital = |part: &str| {
        let (first, rest) = part.split_at(part.len().min(1));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    parts.map(capital).collect::<String>().chars().take(LONGEST).collect()
}

/// The name, or where it is taken the first with a number that is not.
pub(crate) fn untaken(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}N{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|id| !taken(id)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_dashes_become_letters_and_digits() {
        for (name, id) in [("web-api", "WebApi"), ("my_app", "MyApp"), ("webAPI", "Webapi")] {
            assert_eq!(camel(name), id);
        }
        assert_eq!(camel(&"x".repeat(255)).len(), LONGEST);
    }

    #[test]
    fn an_id_that_is_taken_gets_a_number() {
        let taken = ["Web180", "Web180N2"];
        assert_eq!(untaken("Web180", |id| taken.contains(&id)), "Web180N3");
    }
}
