;; Another round, without a question in it.
(func (export "judge") (param i32) (result i32)
  (i64.store (i32.const 8192) (i64.const 0))
  (i64.store (i32.const 8200) (i64.const 0))
  (i64.store (i32.const 8232) (i64.const 0))
  (i64.store (i32.const 8240) (i64.const 0))
  (i32.const 8192))
