//! Grants on example URLs: who is meant, and who is not reached.

use super::*;

fn reach(origins: &[&str]) -> Reach {
    let grant = |origin: &&str| HttpGrant {
        origin: (*origin).to_owned(),
        headers_from_secret: BTreeMap::new(),
    };
    Reach {
        gate: "smoke".to_owned(),
        grants: origins.iter().map(grant).collect(),
        green: Some("green-1.elb.example.net".to_owned()),
        blue: None,
        first_name: "cart.example.com".to_owned(),
    }
}

fn ask(reach: Reach, url: &str) -> Result<ProbeRequest, String> {
    let question = RequestQuestion {
        id: "q".to_owned(),
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        timeout_ms: 1,
        follow_redirects: true,
    };
    ProbeRequest::granted(reach, question)
}

/// Where a redirect leads: whom it means and what is connected to, or why it does not.
fn led(origins: &[&str], url: &str, location: &str) -> Result<(String, String), String> {
    let request = ask(reach(origins), url)?;
    let to = request.redirected(request.target(), location)?;
    Ok((to.spelled.to_string(), to.address.to_string()))
}

#[test]
fn green_is_connected_to_by_its_balancer_and_asked_by_the_services_first_name() {
    for url in
        ["https://green/health?a=1", "https://{green}/health?a=1", "https://GREEN/health?a=1"]
    {
        let request = ask(reach(&["https://green"]), url).unwrap();
        let target = request.target();
        assert_eq!(target.address, Host::Domain("green-1.elb.example.net".to_owned()));
        assert_eq!(target.presented.as_str(), "https://cart.example.com/health?a=1");
        assert_eq!(target.port(), 443);
    }
}

#[test]
fn s13_another_scheme_host_or_port_is_not_granted_and_the_sentence_would_grant_it() {
    let granted = ["https://green", "http://api.example.com:8080"];
    for (url, origin) in [
        ("http://green/", "http://green"),
        ("https://green:8443/", "https://green:8443"),
        ("https://{fqdn}/", "https://cart.example.com"),
        ("http://api.example.com/", "http://api.example.com"),
        ("http://api.example.com.evil.example:8080/", "http://api.example.com.evil.example:8080"),
        ("http://green-1.elb.example.net/", "http://green-1.elb.example.net"),
    ] {
        let why = ask(reach(&granted), url).unwrap_err();
        assert!(why.contains(&format!("add `http: [\"{origin}\"]`")), "{url}: {why}");
    }
}

#[test]
fn what_is_no_url_of_http_or_names_a_user_is_refused() {
    for url in ["no url", "file:///etc/passwd", "ftp://green/", "https://me:pw@green/", "https://"]
    {
        assert!(ask(reach(&["https://green"]), url).is_err(), "{url}");
    }
    let why = ask(reach(&["https://blue"]), "https://blue/").unwrap_err();
    assert_eq!(why, "there is no blue on a first release");
}

#[test]
fn a_redirect_to_the_name_green_was_asked_under_stays_at_green() {
    let stays = Ok(("https://green/b".to_owned(), "green-1.elb.example.net".to_owned()));
    let origins = ["http://green", "https://green", "https://cart.example.com"];
    for (url, location) in [
        ("https://green/a", "/b"),
        ("https://green/a", "b"),
        ("https://green/a", "https://cart.example.com/b"),
        ("http://green/a", "https://cart.example.com/b"),
        ("http://green/a", "https://cart.example.com:443/b"),
    ] {
        assert_eq!(led(&origins, url, location), stays, "{url} to {location}");
    }
    let ungranted = led(&["http://green"], "http://green/a", "https://cart.example.com/b");
    assert!(ungranted.unwrap_err().contains("`http: [\"https://green\"]`"));
}

#[test]
fn s13_a_redirect_to_an_ungranted_origin_to_http_or_to_a_symbol_is_refused() {
    let origins = ["https://green", "http://green", "https://api.example.com"];
    for (location, why) in [
        ("http://169.254.169.254/latest", "leaves https for http"),
        ("https://2852039166/", "https://169.254.169.254 are not granted"),
        ("//evil.example/", "https://evil.example are not granted"),
        ("http://cart.example.com/", "leaves https for http"),
        ("https://green/", "names of the gate's"),
        ("https://api.example.com@evil.example/", "https://evil.example are not granted"),
        ("https://me@api.example.com/", "no user or password"),
        ("file:///etc/passwd", "null are not granted"),
        ("https://[", "invalid IPv6 address"),
    ] {
        let refused = led(&origins, "https://green/", location).unwrap_err();
        assert!(refused.contains(why), "{location}: {refused}");
    }
    let granted = led(&origins, "https://green/", "https://api.example.com/x").unwrap();
    assert_eq!(granted.1, "api.example.com");
}

#[test]
fn secret_headers_are_those_of_the_targets_own_origin() {
    let mut reach = reach(&["https://green", "https://api.example.com"]);
    reach.grants[1].headers_from_secret = [("X-Key".to_owned(), "shop/key".to_owned())].into();
    let green = ask(reach.clone(), "https://green/").unwrap();
    assert!(green.target().headers_from_secret.is_empty());
    let api = ask(reach, "https://api.example.com/").unwrap();
    assert_eq!(api.target().headers_from_secret["X-Key"], "shop/key");
}
