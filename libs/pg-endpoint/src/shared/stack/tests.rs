use super::*;

const A: ClientId = 1;
const B: ClientId = 2;

/// A client's statement that writes, at a level.
fn write(stack: &mut Stack, client: ClientId, level: usize) -> Option<String> {
    let entered = stack.enter(client, level, false);
    stack.note(Effect::Sure);
    entered
}

/// A client's statement that turned out to write nothing.
fn read(stack: &mut Stack, client: ClientId, level: usize) {
    stack.enter(client, level, false);
    stack.note(Effect::Maybe);
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands for what the stack returns"
)]
fn sql(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn one_client_needs_one_savepoint_for_a_transaction() {
    let mut stack = Stack::default();
    assert_eq!(write(&mut stack, A, 0), sql("SAVEPOINT testbed_1;"));
    assert_eq!(write(&mut stack, A, 0), None);
    assert_eq!(stack.commit(A), sql("RELEASE testbed_1;"));
    assert_eq!(stack.commit(A), None);
}

#[test]
fn a_rollback_undoes_from_the_first_work_on() {
    let mut stack = Stack::default();
    write(&mut stack, A, 0);
    write(&mut stack, A, 1);
    assert_eq!(
        stack.undo(A, 0),
        Ok(sql("ROLLBACK TO testbed_1;RELEASE testbed_1;"))
    );
    assert_eq!(write(&mut stack, A, 0), sql("SAVEPOINT testbed_3;"));
}

#[test]
fn what_another_committed_meanwhile_is_not_undone() {
    let mut stack = Stack::default();
    write(&mut stack, A, 0);
    write(&mut stack, B, 0);
    assert_eq!(stack.commit(B), sql("RELEASE testbed_2;"));
    assert_eq!(stack.undo(A, 0), Err(Conflict));
    // But A's next statement can be undone alone, and A can commit.
    assert_eq!(write(&mut stack, A, 0), sql("SAVEPOINT testbed_3;"));
    assert_eq!(stack.commit(A), sql("RELEASE testbed_1;"));
}

#[test]
fn who_has_only_read_can_always_roll_back() {
    let mut stack = Stack::default();
    read(&mut stack, A, 0);
    stack.settle(0);
    write(&mut stack, B, 0);
    stack.commit(B);
    assert_eq!(stack.undo(A, 0), Ok(sql("RELEASE testbed_1;")));
}

#[test]
fn work_begun_after_another_s_is_undone_alone() {
    let mut stack = Stack::default();
    read(&mut stack, A, 0);
    stack.settle(0);
    write(&mut stack, B, 0);
    write(&mut stack, A, 0);
    assert_eq!(stack.undo(B, 0), Err(Conflict));
    assert_eq!(
        stack.undo(A, 0),
        Ok(sql("ROLLBACK TO testbed_3;RELEASE testbed_3;"))
    );
    assert_eq!(
        stack.undo(B, 0),
        Ok(sql(
            "ROLLBACK TO testbed_2;RELEASE testbed_2;RELEASE testbed_1;"
        ))
    );
}

#[test]
fn readers_on_top_do_not_stop_a_rollback() {
    let mut stack = Stack::default();
    write(&mut stack, A, 0);
    read(&mut stack, B, 0);
    stack.settle(1);
    assert_eq!(
        stack.undo(A, 0),
        Ok(sql("ROLLBACK TO testbed_1;RELEASE testbed_1;"))
    );
    // B's place went with it, and is made anew when needed.
    assert_eq!(write(&mut stack, B, 0), sql("SAVEPOINT testbed_3;"));
}

#[test]
fn a_commit_under_another_s_work_waits_for_it() {
    let mut stack = Stack::default();
    write(&mut stack, A, 0);
    write(&mut stack, B, 0);
    assert_eq!(stack.commit(A), None);
    assert_eq!(
        stack.undo(B, 0),
        Ok(sql(
            "ROLLBACK TO testbed_2;RELEASE testbed_2;RELEASE testbed_1;"
        ))
    );
}

#[test]
fn savepoints_are_undone_alone_and_joined() {
    let mut stack = Stack::default();
    write(&mut stack, A, 0);
    write(&mut stack, A, 1);
    assert_eq!(
        stack.undo(A, 1),
        Ok(sql("ROLLBACK TO testbed_2;RELEASE testbed_2;"))
    );
    write(&mut stack, A, 1);
    write(&mut stack, A, 2);
    assert_eq!(stack.join(A, 1), sql("RELEASE testbed_3;"));
    assert_eq!(write(&mut stack, A, 0), None);
}

#[test]
fn doubt_matters_only_among_several() {
    let mut stack = Stack::default();
    read(&mut stack, A, 0);
    assert!(!stack.in_doubt(A));
    assert!(stack.in_doubt(B));
    assert!(stack.others_have_effects(B));
}

#[test]
fn doubts_end_from_the_top_down_to_the_last_that_wrote() {
    let mut stack = Stack::default();
    for level in 0..3 {
        read(&mut stack, A, level);
    }
    stack.settle(1);
    assert_eq!(stack.undo(A, 1), Ok(None));
    assert_eq!(
        stack.undo(A, 0),
        Ok(sql("ROLLBACK TO testbed_1;RELEASE testbed_1;"))
    );
}
