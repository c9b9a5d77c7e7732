package gate

import "testing"

// Tests of the rule alone: `"$(./find-go)" test ./gate`, no WASM needed. The whole gate: ./test.

const quiet = 1 << 31

// The code of the ruling after a minute for each of these (in ms; quiet is one without requests).
func codeAfter(fresh uint32, p99s ...whole) string {
	var s state
	for at, p99Ms := range p99s {
		m := minute{begin: uint32(at) * minuteS}
		if p99Ms != quiet {
			m.requests, m.p99Ms = 100, &p99Ms
		}
		s.take(defaults, m, fresh)
	}
	if convicted := s.convicted(defaults); convicted != nil {
		return convicted.code
	}
	return s.decide(defaults, 10, fresh).code
}

func TestCodes(t *testing.T) {
	for _, it := range []struct {
		what  string
		fresh uint32
		p99s  []whole
		code  string
	}{
		{"two minutes in a row over the budget are strikes", 0, []whole{501, 900}, "strike"},
		{"three roll back", 0, []whole{501, 900, 700}, "over-budget"},
		{"a calm minute wipes strikes out", 0, []whole{900, 900, 400, 900}, "strike"},
		{"one near the budget does not", 0, []whole{900, 900, 480, 900}, "over-budget"},
		{"two calm minutes do not suffice", 0, []whole{300, 300}, "calming"},
		{"three promote", 0, []whole{300, 300, 300}, "within-budget"},
		{"those of an earlier weight do not", 180, []whole{300, 300, 300}, "not-yet"},
		{"those of this weight do", 180, []whole{300, 300, 300, 300, 300, 300}, "within-budget"},
		{"two quiet minutes pass", 0, []whole{300, 300, 300, quiet, quiet}, "within-budget"},
		{"three are no data", 0, []whole{300, 300, 300, quiet, quiet, quiet}, "few-requests"},
	} {
		if code := codeAfter(it.fresh, it.p99s...); code != it.code {
			t.Errorf("%s: is %s, should be %s", it.what, code, it.code)
		}
	}
}

func TestOnlyClosedMinutesPastTheirLagAreAskedFor(t *testing.T) {
	const trafficAt = 1_000_030 // the next whole minute begins at 1_000_080
	if begin, end := newMinutes(state{}, defaults, trafficAt, 1_000_259); end > begin {
		t.Errorf("%d to %d is asked for before its lag is over", begin, end)
	}
	begin, end := newMinutes(state{}, defaults, trafficAt, 1_000_260)
	if begin != 1_000_080 || end != 1_000_140 {
		t.Errorf("%d to %d is asked for", begin, end)
	}
	if begin, end := newMinutes(state{ReadTo: 1_000_140}, defaults, trafficAt, 1_000_260); end > begin {
		t.Errorf("%d to %d is asked for twice", begin, end)
	}
}
