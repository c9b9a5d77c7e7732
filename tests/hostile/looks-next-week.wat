;; Wants to look again in a week.
(func (export "judge") (param i32) (result i32)
  (i32.store (i32.const 2080) (i32.const 1))
  (i32.store (i32.const 2084) (i32.const 604800))
  (call $verdict))
