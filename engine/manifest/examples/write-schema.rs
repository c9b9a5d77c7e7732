//! Prints the published schema of the deployment file: `schemas/deployment.v1.json`.

fn main() {
    println!("{:#}", manifest::schema());
}
