//! The machine against a model cloud: the safety promises as properties, the table, the numbers.

mod case;
mod cloud;
mod numbers;
mod oracle;
mod promises;
mod table;
mod words;
mod world;
