;; Wishes for HTTP requests and for metrics of the company's own.
(data (i32.const 8192) (i32 8200 9))
(data (i32.const 8200) "Shop/Cash")
(func (export "describe") (result i32)
  (i32.store (i32.const 1056) (i32.const 8192))
  (i32.store (i32.const 1060) (i32.const 1))
  (i32.store8 (i32.const 1064) (i32.const 1))
  (i32.const 1024))
