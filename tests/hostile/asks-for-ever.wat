;; Answers every answer with the same question.
(func (export "judge") (param i32) (result i32)
  (i32.store (i32.const 8192) (i32.const 0))
  (i32.store (i32.const 8196) (i32.load (call $questions (i32.const 1))))
  (i32.store (i32.const 8200) (i32.const 1))
  (i64.store (i32.const 8232) (i64.const 0))
  (i64.store (i32.const 8240) (i64.const 0))
  (i32.const 8192))
