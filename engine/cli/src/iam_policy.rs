//! `iam-policy`: what runs of a file must be allowed to do, printed without asking AWS.

use manifest::Parameters;
use stack::policy::{ANY, MOST_CHARACTERS, Policy, policy};

use crate::args::FileArgs;
use crate::failure::Failure;
use crate::file;
use crate::terminal::{complain, say};

/// An address of nobody's: no permission depends on this machine's own.
const NO_ADDRESS: &str = "192.0.2.1";

pub(crate) fn iam_policy(args: &FileArgs, ledger: &str) -> Result<u8, Failure> {
    let table = table(ledger)?;
    file::validate(args)?;
    let (parsed, _) = file::parse(args)?;
    let parameters = Parameters {
        environment: args.environment.clone(),
        region: region(args).unwrap_or_else(|| ANY.to_owned()),
        account_id: ANY.to_owned(),
        external_ip: Some(NO_ADDRESS.to_owned()),
    };
    let resolved = parsed.resolve(&parameters)?;
    let policy = policy(&resolved, &parameters, table).map_err(|refusals| {
        let refusals: Vec<_> = refusals.into_iter().map(|it| (it.at, it.what)).collect();
        Failure::from(parsed.refused("refused", &refusals))
    })?;
    warn_of_length(&policy);
    say(&format!("{}\n", policy.text()))?;
    Ok(0)
}

/// The ledger's table; none where it is a file.
fn table(ledger: &str) -> Result<Option<&str>, Failure> {
    match ledger.split_once(':') {
        Some(("dynamodb", table)) if !table.is_empty() => Ok(Some(table)),
        Some(("sqlite", path)) if !path.is_empty() => Ok(None),
        _ => Err(Failure::usage(format!("`{ledger}` is no ledger: dynamodb:TABLE or sqlite:PATH"))),
    }
}

/// As the flags or the environment name it.
fn region(args: &FileArgs) -> Option<String> {
    let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter();
    let of_variables = variables.filter_map(|name| std::env::var(name).ok());
    args.region.clone().into_iter().chain(of_variables).find(|region| !region.is_empty())
}

fn warn_of_length(policy: &Policy) {
    let characters = policy.characters();
    if characters > MOST_CHARACTERS {
        complain(&format!(
            "the policy has {characters} characters, and a managed policy holds {MOST_CHARACTERS} \
             (white space not counted): make it an inline policy of a role, which holds 10240, or \
             two policies of its statements"
        ));
    }
}
