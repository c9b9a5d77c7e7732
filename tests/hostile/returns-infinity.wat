;; A finding whose sparkline goes through the roof.
(data (i32.const 8192) (i32 7000 7) (i32 0 0 0 0) (i32 0 0 0 0 0 0 0 0) (i32 0 0) (i32 0)
   (i32 8304 2) (i32 0))
(data (i32.const 8304) (f64 1 inf))
(func (export "judge") (param i32) (result i32)
  (i32.store (i32.const 2072) (i32.const 8192))
  (i32.store (i32.const 2076) (i32.const 1))
  (call $verdict))
