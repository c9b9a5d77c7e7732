;; Two questions of one id.
(func (export "ask") (param i32) (result i32)
  (call $questions (i32.const 2)))
