//! Every write of a deployment, undone by every fault in turn: whatever happens to a call, or to
//! the driver that made it, the end is one that the promises allow. What is judged is what the
//! emulator holds, never what our journal says.

mod drive;
mod judge;
mod matrix;
mod standing;
mod story;
mod strike;

use matrix::{assert_survived, play_all};
use story::Story;

#[test]
fn s10_s12_a_first_release_survives_every_fault_of_every_call() {
    assert_survived(&play_all(Story::First));
}

#[test]
fn s06_s10_s12_a_release_beside_another_survives_every_fault_of_every_call() {
    assert_survived(&play_all(Story::Second));
}

#[test]
fn s07_s10_s12_a_first_release_that_falls_ill_is_taken_back_whatever_call_fails() {
    assert_survived(&play_all(Story::FirstSick));
}

#[test]
fn s07_s10_s12_a_release_that_falls_ill_gives_way_to_the_former_whatever_call_fails() {
    assert_survived(&play_all(Story::SecondSick));
}

#[test]
fn s10_s12_an_undeployment_survives_every_fault_of_every_call() {
    assert_survived(&play_all(Story::Undeploy));
}

#[test]
fn s10_s12_s17_anothers_use_of_a_listener_survives_every_fault_of_an_undeployment() {
    assert_survived(&play_all(Story::Shared));
}
