;; What a fixture consists of beside its own words. Addresses: 1024 the description, 2048 the
;; turn of `$verdict` (2052 decision, 2056 code, 2064 sentence, 2072 findings, 2080 look again,
;; 2088 state, 2096 notes), 3072 a metric question, 4096 a list of questions made by
;; `$questions`, 7000 texts, 131072 and above what the host hands in.
(memory $memory (export "memory") 4)
(global $top (mut i32) (i32.const 131072))
(data (i32.const 7000) "hostile0.1.0A gate for a test.{}holdNothing to say.AWS/ApplicationELBRequestCountSum")
(data (i32.const 1024) (i32 7000 7) (i32 7007 5) (i32 7012 18) (i32 7030 2) (i32 0 0) (i8 0 1))
(data (i32.const 2048) (i32 1) (i32 1) (i32 7032 4) (i32 7036 15) (i32 0 0) (i32 0 0) (i32 0 0) (i32 0 0))
(data (i32.const 3072) (i32 0) (i32 7000 7) (i32 7051 18) (i32 7069 12) (i32 0) (i32 0 0 0) (i32 7081 3) (i32 60 0 60))
(func $realloc (export "cabi_realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
  (local $at i32)
  (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
  (global.set $top (i32.add (local.get $at) (local.get $new)))
  (local.get $at))
(func $verdict (result i32) (i32.const 2048))
(func $questions (param $count i32) (result i32)
  (local $at i32) (local $left i32)
  (local.set $at (i32.const 131072))
  (local.set $left (local.get $count))
  (loop $more
    (memory.copy (local.get $at) (i32.const 3072) (i32.const 64))
    (local.set $at (i32.add (local.get $at) (i32.const 64)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br_if $more (local.get $left)))
  (i32.store (i32.const 4096) (i32.const 131072))
  (i32.store (i32.const 4100) (local.get $count))
  (i32.const 4096))
