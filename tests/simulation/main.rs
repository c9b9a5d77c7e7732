//! Stories, crashes, seeds, schemas and house rules, on the light crates.
