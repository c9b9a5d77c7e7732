//! A person's words to a driver on another machine, and credentials that end under it.

use jiff::Timestamp;

use super::account::{Account, FILE};
use crate::program::Ran;

/// One step, and a gate that goes on holding: nobody asks the canary anything.
fn held() -> String {
    FILE.replace("canary:", "canary:\n  gates: [{ plugin: builtin:error-rate, phases: [shift] }]")
        .replace("{ weight: 20, wait: 10 }, { weight: 60, wait: 10 }", "{ weight: 20, wait: 10 }")
}

#[test]
fn s09_pause_resume_and_promote_are_heard_from_another_machine() {
    let account = Account::about_to_deploy(&held());
    let mut running = account.start(&["deploy", "-f", "svc.yml"]);
    let id = running.id();
    running.says("blue 80 / green 20 verified");
    let elsewhere = account.elsewhere();
    let heard = format!("{id}: the driver has heard it");
    for word in ["pause", "resume", "promote"] {
        let said = elsewhere.ends(&[word, &id], 0);
        assert!(said.out.contains(&heard), "{word}: {}", said.out);
        running.says(&format!("{word}, said by"));
    }
    let ran = running.ends(0);
    assert_eq!(
        account.weights("webapi.example.com"),
        [(100, 0), (80, 20), (0, 100)],
        "{}",
        ran.out
    );
}

/// The program, whose credentials end so many seconds of the account's time from now.
fn deploy_with_credentials_for(account: &Account, seconds: i64) -> Ran {
    let now = account.get("clock")["now"].as_f64().expect("a time") as i64;
    let end = Timestamp::from_second(now + seconds).expect("an instant");
    let mut command = account.command(&["deploy", "-f", "svc.yml"]);
    let command = command.env("AWS_CREDENTIAL_EXPIRATION", end.to_string());
    Ran::from(&command.output().expect("the program starts"))
}

#[test]
fn credentials_that_end_soon_begin_nothing_and_those_that_end_meanwhile_leave_blue() {
    let account = Account::about_to_deploy(&held());
    let refused = deploy_with_credentials_for(&account, 500);
    assert_eq!(refused.exit_code, 3, "{}\n{}", refused.out, refused.err);
    assert!(refused.err.contains("renew them first"), "{}", refused.err);
    assert_eq!(account.writes(), Vec::<String>::new());

    let left = deploy_with_credentials_for(&account, 1500);
    assert_eq!(left.exit_code, 40, "{}\n{}", left.out, left.err);
    assert!(left.out.contains("the credentials end in"), "{}\n{}", left.out, left.err);
    let weights = account.weights("webapi.example.com");
    assert_eq!(weights, [(100, 0), (80, 20), (100, 0)], "{}", left.out);

    let resumed = account.ends(&["resume", "-f", "svc.yml"], 13);
    account.is_blues_alone(&resumed);
}
