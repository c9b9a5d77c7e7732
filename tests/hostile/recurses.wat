;; Calls itself until its stack ends.
(func $deeper (export "judge") (param i32) (result i32)
  (i32.add (call $deeper (local.get 0)) (i32.const 1)))
