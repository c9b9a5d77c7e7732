//! What JSON Schema's types and pointers are called in front of people.

use jsonschema::error::TypeKind;

/// The types a value may have. Where text is allowed beside numbers or booleans, it is text.
pub(super) fn type_names(kind: &TypeKind) -> Vec<&'static str> {
    let json: Vec<String> = match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect(),
    };
    let names: Vec<&str> = json.iter().map(|name| named(name.trim_matches('"'))).collect();
    match names.contains(&"text") {
        true => vec!["text"],
        false => names,
    }
}

fn named(json_type: &str) -> &'static str {
    match json_type {
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a mapping",
        _ => "nothing",
    }
}

/// `/canary/gates/0/every` as people say it: `canary.gates[0].every`.
pub(super) fn dotted(pointer: &str) -> String {
    let mut words = String::new();
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()) {
            words.push_str(&format!("[{token}]"));
        } else {
            words.push_str(if words.is_empty() { "" } else { "." });
            words.push_str(&token);
        }
    }
    match words.as_str() {
        "" => "the file".to_owned(),
        _ => format!("`{words}`"),
    }
}
