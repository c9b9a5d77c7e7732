;; Copies the state it is handed to where its answers are made of: whatever a guest could return. The
;; pointer to the state and its length follow what is known of the situation and the answers.
(func $take (param $from i32) (param $length i32)
  (memory.copy (i32.const 2048) (local.get $from)
    (select (local.get $length) (i32.const 4096) (i32.lt_u (local.get $length) (i32.const 4096)))))
(func (export "ask") (param $told i32) (result i32)
  (call $take (i32.load offset=260 (local.get $told)) (i32.load offset=264 (local.get $told)))
  (i32.const 2048))
(func (export "judge") (param $told i32) (result i32)
  (call $take (i32.load offset=268 (local.get $told)) (i32.load offset=272 (local.get $told)))
  (i32.const 2048))
