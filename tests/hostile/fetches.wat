;; Asks for a page, following redirects, and says promote in the words of what kept it from that; a
;; page that it gets is a hold. The test says which page: its address stands for {url}.
(data (i32.const 8192) (i32 2) (i32 8384 4) (i32 8388 3) (i32 8448 {length}) (i32 0 0) (i32 0 0) (i32 5000) (i32 1))
(data (i32.const 8320) (i32 8192 1))
(data (i32.const 8384) "pageGETmet")
(data (i32.const 8448) "{url}")
(func (export "ask") (param i32) (result i32)
  (i32.const 8320))
(func (export "judge") (param i32) (result i32)
  (local $first i32)
  (local.set $first (i32.load offset=260 (local.get 0)))
  (if (i32.ge_u (i32.load8_u (local.get $first)) (i32.const 2))
    (then
      (i32.store8 (i32.const 2052) (i32.const 0))
      (i32.store (i32.const 2056) (i32.const 8391))
      (i32.store (i32.const 2060) (i32.const 3))
      (i32.store (i32.const 2064) (i32.load offset=16 (local.get $first)))
      (i32.store (i32.const 2068) (i32.load offset=20 (local.get $first)))))
  (call $verdict))
