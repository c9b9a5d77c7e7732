//! Images in this account's registry.

use std::collections::BTreeSet;

use aws_sdk_ecr::types::ImageIdentifier;
use runner::Called;

use crate::clients::Clients;
use crate::error::{call_error, code};

/// Refusals that mean that there is no such image.
const NONE: [&str; 3] =
    ["RepositoryNotFoundException", "ImageNotFoundException", "InvalidParameterException"];

/// Those of the images that exist.
pub(crate) async fn find(clients: &Clients, wanted: &BTreeSet<String>) -> Called<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for image in wanted {
        let (repository, id) = parts(image);
        let request = clients.ecr.describe_images().repository_name(repository).image_ids(id);
        match request.send().await {
            Err(error) if NONE.contains(&code(&error)) => {}
            answer => {
                answer.map_err(|error| call_error(&format!("DescribeImages of {image}"), error))?;
                found.insert(image.clone());
            }
        }
    }
    Ok(found)
}

/// `HOST/REPOSITORY:TAG` or `HOST/REPOSITORY@DIGEST`; no tag is `latest`.
fn parts(image: &str) -> (&str, ImageIdentifier) {
    let path = image.split_once('/').map_or(image, |(_, path)| path);
    let id = ImageIdentifier::builder();
    if let Some((repository, digest)) = path.split_once('@') {
        let repository = repository.split_once(':').map_or(repository, |(name, _)| name);
        return (repository, id.image_digest(digest).build());
    }
    let (repository, tag) = path.split_once(':').unwrap_or((path, "latest"));
    (repository, id.image_tag(tag).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_a_repository_and_a_tag_or_a_digest() {
        let host = "123456789012.dkr.ecr.eu-west-3.amazonaws.com";
        let tag = |path: &str| {
            let image = format!("{host}/{path}");
            let (repository, id) = parts(&image);
            (repository.to_owned(), id.image_tag().or(id.image_digest()).map(str::to_owned))
        };
        let pair = |repository: &str, id: &str| (repository.to_owned(), Some(id.to_owned()));
        assert_eq!(tag("team/webapi:1.2"), pair("team/webapi", "1.2"));
        assert_eq!(tag("webapi"), pair("webapi", "latest"));
        assert_eq!(tag("webapi@sha256:ab"), pair("webapi", "sha256:ab"));
        assert_eq!(tag("webapi:1@sha256:ab"), pair("webapi", "sha256:ab"));
    }
}
