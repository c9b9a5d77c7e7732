;; A series of 136 years by the minute.
(func (export "ask") (param i32) (result i32)
  (i32.store (i32.const 3128) (i32.const 0))
  (i32.store (i32.const 3132) (i32.const 4294967280))
  (call $questions (i32.const 1)))
