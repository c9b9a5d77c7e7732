;; A finding whose value for the canary is not a number.
(data (i32.const 8192) (i32 7000 7) (i32 1 0) (f64 nan) (i32 0 0 0 0 0 0 0 0 0 0) (i32 0 0 0 0 0 0))
(func (export "judge") (param i32) (result i32)
  (i32.store (i32.const 2072) (i32.const 8192))
  (i32.store (i32.const 2076) (i32.const 1))
  (call $verdict))
