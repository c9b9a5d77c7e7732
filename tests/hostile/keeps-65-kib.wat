;; State of one byte more than the limit.
(func (export "judge") (param i32) (result i32)
  (i32.store (i32.const 2088) (i32.const 0))
  (i32.store (i32.const 2092) (i32.const 65537))
  (call $verdict))
