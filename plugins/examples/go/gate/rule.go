package gate

import (
	"fmt"
	"strconv"
)

// The rule of the gate: minutes in, a decision out. It knows nothing of the contract.
//
// A minute over the budget is a strike, and so many strikes roll back. A minute well within
// the budget is a calm one: it wipes the strikes out, and so many calm minutes at the present weight
// promote. Between `calm_ms` and `budget_ms` neither is counted: that is the hysteresis, without
// which a p99 at the budget would make the gate change its mind every minute.

const (
	minuteS = 60
	// So many minutes a look asks for at most; what remains is for the next.
	mostMinutes = 240
	// So many minutes in a row with too few requests are no data.
	quietMinutes = 3
)

// A whole number, however JSON spells it: 500.0 is one too.
type whole uint32

func (w *whole) UnmarshalJSON(text []byte) error {
	number, err := strconv.ParseFloat(string(text), 64)
	*w = whole(number)
	return err
}

// What the deployment file says; the schema in schema.json has the same defaults.
type config struct {
	BudgetMs    whole  `json:"budget_ms"`
	CalmMs      *whole `json:"calm_ms"`
	Strikes     whole  `json:"strikes"`
	CalmMinutes whole  `json:"calm_minutes"`
	MinRequests whole  `json:"min_requests"`
	LagS        whole  `json:"lag_s"`
}

var defaults = config{BudgetMs: 500, Strikes: 3, CalmMinutes: 3, MinRequests: 20, LagS: 120}

// At most so much is calm: nine tenths of the budget where the file says nothing.
func (c config) calmLimitMs() whole {
	if c.CalmMs != nil {
		return *c.CalmMs
	}
	return c.BudgetMs * 9 / 10
}

// What is kept from look to look, as JSON.
type state struct {
	ReadTo  uint32 `json:"read_to"` // the end of the last minute read, seconds since the epoch
	Step    uint32 `json:"step"`    // the step that the calm minutes belong to
	Strikes whole  `json:"strikes"`
	Calm    whole  `json:"calm"`
	Quiet   whole  `json:"quiet"`
	P99Ms   whole  `json:"p99_ms"` // of the newest minute with enough requests; 0 before there is one
}

// What CloudWatch knows of one minute; no p99 is nil.
type minute struct {
	begin    uint32
	requests float64
	p99Ms    *whole
}

type decision int

const (
	promote decision = iota
	hold
	rollback
	noData
)

type ruling struct {
	decision decision
	code     string
	sentence string
}

// The beginning of the first minute that begins at `time` or later.
func nextMinute(time uint32) uint32 {
	return (time + minuteS - 1) / minuteS * minuteS
}

// Where evidence of the present weight begins: no resolver serves the former one any more.
func freshFrom(verifiedAt, ttlS uint32) uint32 {
	return nextMinute(verifiedAt + ttlS)
}

// The minutes to ask for: whole, not read yet, and old enough that CloudWatch has them all. There are
// none where the end is not above the beginning.
func newMinutes(s state, c config, trafficAt, now uint32) (begin, end uint32) {
	begin = max(s.ReadTo, nextMinute(trafficAt))
	if lag := uint32(c.LagS); now > lag {
		end = min((now-lag)/minuteS*minuteS, begin+mostMinutes*minuteS)
	}
	return begin, end
}

// Takes in one minute; calm ones count from `fresh` on.
func (s *state) take(c config, m minute, fresh uint32) {
	s.ReadTo = m.begin + minuteS
	if m.requests < float64(c.MinRequests) || m.p99Ms == nil {
		s.Quiet++
		return
	}
	s.Quiet = 0
	s.P99Ms = *m.p99Ms
	switch {
	case s.P99Ms > c.BudgetMs:
		s.Strikes++
		s.Calm = 0
	case s.P99Ms <= c.calmLimitMs():
		s.Strikes = 0
		if m.begin >= fresh {
			s.Calm++
		}
	}
}

// The roll back, once there are enough strikes.
func (s state) convicted(c config) *ruling {
	if s.Strikes < c.Strikes {
		return nil
	}
	return &ruling{rollback, "over-budget", s.strikesTold(c)}
}

func (s state) strikesTold(c config) string {
	return fmt.Sprintf("p99 %v ms; strikes over %v ms: %v of %v", s.P99Ms, c.BudgetMs, s.Strikes, c.Strikes)
}

// What the minutes read so far amount to. Promote rests on minutes of the present weight alone
// (`fresh`), however good the earlier were.
func (s state) decide(c config, weight, fresh uint32) *ruling {
	switch {
	case s.Quiet >= quietMinutes:
		return &ruling{noData, "few-requests", fmt.Sprintf(
			"fewer than %v requests a minute for %v minutes", c.MinRequests, s.Quiet)}
	case s.ReadTo < fresh+minuteS:
		return &ruling{hold, "not-yet", fmt.Sprintf(
			"no whole minute at weight %v is measured yet", weight)}
	case s.Strikes > 0:
		return &ruling{hold, "strike", s.strikesTold(c)}
	case s.Calm < c.CalmMinutes:
		return &ruling{hold, "calming", fmt.Sprintf(
			"p99 %v ms: %v of %v calm minutes at weight %v", s.P99Ms, s.Calm, c.CalmMinutes, weight)}
	default:
		return &ruling{promote, "within-budget", fmt.Sprintf(
			"p99 %v ms is within %v ms: %v calm minutes at weight %v", s.P99Ms, c.BudgetMs, s.Calm, weight)}
	}
}
