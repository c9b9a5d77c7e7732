//! S16: a secret of the file is in nothing that shows the file's text.

use manifest::{CommandLine, Lowered, lower, parse};

use crate::{parameters, plugins, with_canary};

const SECRET: &str = "hünter2, really";

/// A file whose listener logs in with a secret, written in some style.
fn with_secret(written: &str) -> String {
    with_canary("  bake: 300").replace(
        "    target_group: { container: { port: 8080 } }",
        &format!(
            "    target_group: {{ container: {{ port: 8080 }} }}
    rules:
      - conditions: [{{ field: path-pattern, values: [\"/\"] }}]
        actions:
          - type: authenticate-oidc
            config:
              authorization_endpoint: https://idp.example.com/authorize
              token_endpoint: https://idp.example.com/token
              user_info_endpoint: https://idp.example.com/userinfo
              issuer: https://idp.example.com
              client_id: webapi
              client_secret: {written}
              scope: openid"
        ),
    )
}

fn lowered(text: &str) -> Lowered {
    let parsed = parse("svc.yml", text).unwrap();
    lower(&parsed, &parameters(), &plugins(), &CommandLine::default()).unwrap()
}

fn styles() -> [String; 4] {
    [
        SECRET.to_owned(),
        format!("\"{SECRET}\""),
        format!("'{SECRET}'"),
        format!("|-\n                {SECRET}"),
    ]
}

#[test]
fn s16_the_text_that_is_kept_has_no_secret_and_is_the_same_plan() {
    for written in styles() {
        let text = with_secret(&written);
        let parsed = parse("svc.yml", &text).unwrap();
        let kept = parsed.source().text();
        assert!(!kept.contains("nter2") && kept.len() == text.len(), "{kept}");
        assert_eq!(lowered(kept).plan.hash(), lowered(&text).plan.hash());
        assert_ne!(lowered(kept).file, lowered(&text).file, "the file itself has the secret");
    }
}

#[test]
fn s16_no_error_shows_a_secret_on_its_line() {
    for written in styles() {
        let text = with_secret(&written);
        let slip = parse("f", text.replace("scope", "scoop")).unwrap_err();
        let no_yaml = parse("f", text.replace("client_secret", "]client_secret")).unwrap_err();
        let two =
            parse("f", text.replace("client_id: webapi", "client_secret: hunter2")).unwrap_err();
        for said in [slip, no_yaml, two] {
            assert!(!said.render(false).contains("nter2"), "{said}");
        }
    }
    let number = parse("f", with_secret("424242")).unwrap_err();
    assert!(!number.render(false).contains("424242"), "{number}");
}
