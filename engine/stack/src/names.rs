//! What stacks and resources are called.
//!
//! Stacks are named as ecs-crd-cli 1.2.0 named them, so that either tool finds what the other
//! made. What it drew from the clock and from chance derives from the deployment's id (S15).

use sha2::{Digest, Sha256};

/// The table that says which release of a service is live: ecs-crd-cli 1.2.0's.
pub const REGISTRY_TABLE: &str = "canary_release";
/// The region ecs-crd-cli 1.2.0 takes by default: a service that stands there is looked for.
pub const PREDECESSORS_REGION: &str = "eu-west-3";

/// IAM's limit for the name of a role.
const ROLE: usize = 64;
/// Elastic Load Balancing's limit for the name of a target group.
const TARGET_GROUP: usize = 32;
/// Digits at the end of a role's name.
const ROLE_DIGITS: usize = 7;
/// Digits at the beginning of a target group's name.
const GROUP_DIGITS: usize = 10;
/// Stack names were kept so short that a hash of 7 and its dash would still have fitted in 64.
const STACK: usize = 64 - 8;
/// The only environment of the predecessor that it had to cut.
const CUT_ENVIRONMENT: (&str, &str) = ("preprod", "prepr");

/// The name of the stack of a release: environment, service, label of its balancer.
#[must_use]
pub fn release_stack(environment: &str, service: &str, label: &str) -> String {
    let environment = match CUT_ENVIRONMENT {
        (long, short) if environment == long => short,
        _ => environment,
    };
    // The dash before the label was not counted.
    let room = STACK.saturating_sub(environment.len() + 1 + label.len());
    format!("{environment}-{}-{label}", cut(service, room))
}

/// The name of the stack with the service's log group and records.
#[must_use]
pub fn init_stack(environment: &str, service: &str) -> String {
    release_stack(environment, service, "0")
}

/// What the predecessor calls the stack of a release, if not the same: its labels of more than two
/// letters lose their first two, so that `blue-1` and `red-1` may collide. A stack of that name is
/// looked for as well, and never made.
#[must_use]
pub fn predecessors_release_stack(environment: &str, service: &str, label: &str) -> Option<String> {
    let cut = label.get(2..).filter(|cut| !cut.is_empty())?;
    Some(release_stack(environment, service, cut))
}

/// What a request to make a stack is known by when it is repeated.
#[must_use]
pub fn client_token(deployment_id: &str, stack: rollout::Stack) -> String {
    let stack = match stack {
        rollout::Stack::Init => "init",
        rollout::Stack::Green => "green",
        rollout::Stack::Blue => "blue",
    };
    format!("ecs-crd-{stack}-{}", hash(&[deployment_id, stack], 32))
}

/// The log group of a service, which the init stack makes: all its releases write there.
#[must_use]
pub fn log_group(cluster: &str, service: &str) -> String {
    format!("/aws/ecs/{cluster}/service/{service}")
}

/// The name of a role of a task. Roles of two deployments must differ: the ECS agent holds on to
/// the credentials of a role that was made anew under its old name (amazon-ecs-agent issue 2137).
pub(crate) fn role(
    environment: &str,
    service: &str,
    kind: &str,
    label: &str,
    deployment_id: &str,
) -> String {
    let environment = cut(environment, 5);
    let end = format!("-{kind}-{label}-{}", hash7(deployment_id));
    let room = ROLE.saturating_sub(environment.len() + 1 + end.len());
    format!("{environment}-{}{end}", cut(service, room))
}

/// What the names of all deployments' roles of that kind are like, `*` standing for what differs.
pub(crate) fn roles(environment: &str, service: &str, kind: &str, label: &str) -> String {
    let name = role(environment, service, kind, label, "");
    format!("{}*", cut(&name, name.chars().count() - ROLE_DIGITS))
}

/// What the names of all deployments' target groups of a container port are like.
pub(crate) fn target_groups(logical: &str) -> String {
    let name = target_group("", logical, "", 0);
    format!("*{}", name.chars().skip(GROUP_DIGITS).collect::<String>())
}

/// The name of a target group: of this deployment, this container and this port alone.
pub(crate) fn target_group(
    deployment_id: &str,
    logical: &str,
    container: &str,
    port: i64,
) -> String {
    let id10 = id10(deployment_id, container, port);
    let room = TARGET_GROUP - "--tg".len() - id10.len();
    format!("{id10}-{}-tg", cut(logical, room))
}

/// What tells the roles of two deployments apart.
#[must_use]
pub fn hash7(deployment_id: &str) -> String {
    hash(&[deployment_id, "role"], ROLE_DIGITS)
}

/// What tells all target groups apart, those of one deployment too.
#[must_use]
pub fn id10(deployment_id: &str, container: &str, port: i64) -> String {
    hash(&[deployment_id, container, &port.to_string()], GROUP_DIGITS)
}

/// The first hexadecimal digits of a SHA-256.
pub(crate) fn hash(parts: &[&str], digits: usize) -> String {
    let digest = Sha256::digest(parts.join("\n"));
    let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    cut(&hexadecimal, digits)
}

/// The first letters of a text.
fn cut(text: &str, letters: usize) -> String {
    text.chars().take(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "20260101-000000-4f2a";

    #[test]
    fn short_stack_names_are_the_predecessors() {
        assert_eq!(release_stack("stage", "webapi", "1"), "stage-webapi-1");
        assert_eq!(release_stack("preprod", "webapi", "2"), "prepr-webapi-2");
        assert_eq!(init_stack("stage", "webapi"), "stage-webapi-0");
        assert_eq!(predecessors_release_stack("stage", "webapi", "1"), None);
        assert_eq!(
            predecessors_release_stack("stage", "webapi", "blue").unwrap(),
            "stage-webapi-ue"
        );
    }

    /// The figures of its `_generate_name`: 64 - (len("stage-") + len("1") + 7 + 1) letters.
    #[test]
    fn a_long_service_is_cut_where_the_predecessor_cut_it() {
        let service = "s".repeat(64);
        assert_eq!(release_stack("stage", &service, "1"), format!("stage-{}-1", "s".repeat(49)));
    }

    #[test]
    fn environments_of_our_own_do_not_collide() {
        assert_ne!(init_stack("staging1", "webapi"), init_stack("staging2", "webapi"));
    }

    #[test]
    fn labels_that_the_predecessor_confuses_make_different_stacks() {
        let (red, sad) = ("red-1", "sad-1");
        let cut = |label| predecessors_release_stack("stage", "webapi", label);
        assert_eq!(cut(red), cut(sad));
        assert_ne!(release_stack("stage", "webapi", red), release_stack("stage", "webapi", sad));
    }

    /// Whatever the manifest lets through: environments of 16 letters, services of 64, labels of 32.
    #[test]
    fn names_keep_to_the_limits_of_aws() {
        let longest = ("e".repeat(16), "s".repeat(64), "l".repeat(32));
        let short = ("dev".to_owned(), "w".to_owned(), "1".to_owned());
        for (environment, service, label) in [longest, short] {
            let stack = release_stack(&environment, &service, &label);
            assert!(stack.len() <= 128 && is_a_name(&stack), "{stack}");
            let role = role(&environment, &service, "ecs-exec-task", &label, ID);
            assert!(role.len() <= ROLE && is_a_name(&role), "{role}");
            let group = target_group(ID, "Averylongcontainername8080", &service, 8080);
            assert!(group.len() <= TARGET_GROUP && is_a_name(&group), "{group}");
        }
        // CloudWatch Logs takes 512 letters; a cluster's name has at most 255.
        assert!(log_group(&"c".repeat(255), &"s".repeat(64)).len() <= 512);
        let token = client_token(ID, rollout::Stack::Green);
        assert!(token.len() <= 128 && is_a_name(&token), "{token}");
    }

    /// Letters, digits and dashes, with no dash at either end.
    fn is_a_name(name: &str) -> bool {
        name.starts_with(|letter: char| letter.is_ascii_alphanumeric())
            && name.ends_with(|letter: char| letter.is_ascii_alphanumeric())
            && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '-')
    }

    #[test]
    fn target_groups_of_one_deployment_never_share_a_name() {
        let long = "Averylongcontainername8080";
        let names = [8080, 8443].map(|port| target_group(ID, long, "averylongcontainername", port));
        assert_ne!(names[0], names[1]);
    }

    #[test]
    fn s15_names_derive_from_the_deployment_and_from_nothing_else() {
        assert_eq!(hash7(ID), hash7(ID));
        assert_ne!(hash7(ID), hash7("another"));
        assert_eq!(
            client_token(ID, rollout::Stack::Green),
            client_token(ID, rollout::Stack::Green)
        );
        assert_ne!(client_token(ID, rollout::Stack::Green), client_token(ID, rollout::Stack::Init));
    }
}
