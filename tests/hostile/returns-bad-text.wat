;; A sentence that is not UTF-8.
(data (i32.const 8192) "so \ff\fe it is")
(func (export "judge") (param i32) (result i32)
  (i32.store (i32.const 2064) (i32.const 8192))
  (i32.store (i32.const 2068) (i32.const 11))
  (call $verdict))
