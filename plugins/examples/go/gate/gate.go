// Package gate is the gate p99-budget: here the contract (wit/gate.wit, contract/) and the rule
// (rule.go) meet.
//
// Five functions, each called in a fresh instance: nothing survives in a variable, only in state.
package gate

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"example.com/p99-budget/contract"
	"example.com/p99-budget/internal/option"
)

// The host holds every deployment file to this before the gate is asked anything.
//
//go:embed schema.json
var schema string

// Describe says what the gate is.
func Describe() contract.Description {
	return contract.Description{
		Name:                "p99-budget",
		Version:             "0.1.0",
		Summary:             "Rolls back when the canary's p99 stays over a budget.",
		ConfigurationSchema: schema,
		// Its own deployment's series need no grant; it sends no requests and learns nothing.
		Wishes: contract.Wishes{},
	}
}

// Check says what the schema cannot.
func Check(configuration string) []contract.Issue {
	c := readConfig(configuration)
	if c.calmLimitMs() < c.BudgetMs {
		return nil
	}
	message := fmt.Sprintf("%v ms is not below budget_ms (%v ms)", c.calmLimitMs(), c.BudgetMs)
	return []contract.Issue{{Pointer: "/calm_ms", Message: message}}
}

// Ask wants two series of the canary's balancer, for the minutes that are new since the last look.
func Ask(situation contract.Situation, kept []byte) []contract.Question {
	begin, end := minutesToRead(situation, readState(kept, situation))
	if end <= begin {
		return nil
	}
	return []contract.Question{
		question("requests", "SampleCount", begin, end),
		question("p99", "p99", begin, end),
	}
}

// Judge takes the new minutes in and says what they amount to.
func Judge(situation contract.Situation, answers []contract.Answer, kept []byte) contract.Turn {
	c := readConfig(situation.Configuration)
	s := readState(kept, situation)
	fresh := freshFrom(situation.WeightVerifiedAt, situation.TtlS)
	missing := whatIsMissing(situation, answers)
	if missing == nil {
		requests, p99 := values(answers, "requests"), values(answers, "p99")
		begin, end := minutesToRead(situation, s)
		for ; begin < end; begin += minuteS {
			m := minute{begin: begin, requests: requests[begin]}
			if seconds, measured := p99[begin]; measured {
				ms := whole(seconds*1000 + 0.5)
				m.p99Ms = &ms
			}
			s.take(c, m, fresh)
		}
	}
	r := s.convicted(c)
	if r == nil {
		r = missing
	}
	if r == nil {
		r = s.decide(c, situation.Weight, fresh)
	}
	return turn(*r, s, c)
}

// Learn keeps nothing for the next deployment; Wishes.Memory says so.
func Learn(contract.Situation, []byte) []byte {
	return nil
}

func readConfig(text string) config {
	c := defaults
	must(json.Unmarshal([]byte(text), &c))
	return c
}

// Empty at first. Calm minutes belong to one step: a new weight begins without any.
func readState(kept []byte, situation contract.Situation) state {
	var s state
	if len(kept) > 0 {
		must(json.Unmarshal(kept, &s))
	}
	if s.Step != situation.Step {
		s.Step, s.Calm = situation.Step, 0
	}
	return s
}

// What the host hands over is JSON; should it not be, the gate traps and the rollout holds.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// In preflight nobody is sent to the canary yet, and there is nothing to ask about.
func minutesToRead(situation contract.Situation, s state) (begin, end uint32) {
	if situation.CanaryTrafficAt.IsNone() {
		return 0, 0
	}
	c := readConfig(situation.Configuration)
	return newMinutes(s, c, situation.CanaryTrafficAt.Some(), situation.Now)
}

func question(id, statistic string, begin, end uint32) contract.Question {
	canary := contract.OwnSeries{Side: contract.SideCanary, Part: contract.MakePartLoadBalancer()}
	return contract.MakeQuestionMetric(contract.MetricQuestion{
		Id:        id,
		Namespace: "AWS/ApplicationELB",
		Name:      "TargetResponseTime",
		Subject:   contract.MakeSubjectOf(canary),
		Statistic: statistic,
		PeriodS:   minuteS,
		Begin:     begin,
		End:       end,
	})
}

// Why the answers cannot be judged; nil when they can. Nothing was read then: the next look asks again.
func whatIsMissing(situation contract.Situation, answers []contract.Answer) *ruling {
	if situation.CanaryTrafficAt.IsNone() {
		return &ruling{noData, "no-traffic", "the canary gets no traffic yet"}
	}
	for _, answer := range answers {
		switch answer.Tag() {
		case contract.AnswerDenied:
			return noAnswer(answer.Denied().Id, "may not be asked for", answer.Denied().Why)
		case contract.AnswerFailed:
			return noAnswer(answer.Failed().Id, "cannot be read", answer.Failed().Why)
		case contract.AnswerSeries:
			if answer.Series().Completeness == contract.CompletenessPartial {
				return &ruling{hold, "partial-data", "the provider delivered a part of the metrics"}
			}
		}
	}
	return nil
}

func noAnswer(id, what, why string) *ruling {
	return &ruling{noData, "no-answer", fmt.Sprintf("%s %s: %s", id, what, why)}
}

// A series by the beginnings of its minutes; one without data is empty.
func values(answers []contract.Answer, id string) map[uint32]float64 {
	found := map[uint32]float64{}
	for _, answer := range answers {
		if answer.Tag() == contract.AnswerSeries && answer.Series().Id == id {
			for _, point := range answer.Series().Points {
				found[point.Time] = point.Value
			}
		}
	}
	return found
}

// The end of a look: the verdict, a row for the report, the state.
func turn(r ruling, s state, c config) contract.Turn {
	kept, err := json.Marshal(s)
	must(err)
	verdict := contract.Verdict{
		Decision:     decisions[r.decision],
		Code:         r.code,
		Sentence:     r.sentence,
		Findings:     []contract.Finding{row(s, c)},
		LookAgainInS: option.None[uint32](),
	}
	return contract.Turn{
		Outcome: contract.MakeOutcomeVerdict(verdict),
		State:   kept,
		Notes:   fmt.Sprintf("strikes %v, calm %v, quiet %v", s.Strikes, s.Calm, s.Quiet),
	}
}

var decisions = map[decision]contract.Decision{
	promote:  contract.DecisionPromote,
	hold:     contract.DecisionHold,
	rollback: contract.DecisionRollback,
	noData:   contract.DecisionNoData,
}

func row(s state, c config) contract.Finding {
	found := contract.Finding{
		Name:     "p99",
		Canary:   option.Some(float64(s.P99Ms)),
		Baseline: option.None[float64](),
		Limit:    option.Some(float64(c.BudgetMs)),
		Unit:     "ms",
		Status:   contract.FindingStatusOk,
	}
	switch {
	case s.P99Ms == 0:
		found.Canary, found.Status = option.None[float64](), contract.FindingStatusNoData
	case s.Strikes >= c.Strikes:
		found.Status = contract.FindingStatusBad
	case s.Strikes > 0:
		found.Status = contract.FindingStatusWarning
	}
	return found
}
