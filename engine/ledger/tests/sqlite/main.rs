//! The ledger on SQLite: the contract of every ledger, and what only a file can go through.

#![cfg(test)]

mod contention;
mod contract;
mod equal;
mod files;
mod killed;
