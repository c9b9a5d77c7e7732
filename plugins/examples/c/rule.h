// The rule of the gate: minutes in, a decision out. It knows nothing of the contract.
//
// A minute over the budget is a strike, and so many strikes roll back. A minute well within
// the budget is a calm one: it wipes the strikes out, and so many calm minutes at the present weight
// promote. Between `calm_ms` and `budget_ms` neither is counted: that is the hysteresis, without
// which a p99 at the budget would make the gate change its mind every minute.
#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MINUTE = 60, SENTENCE_BYTES = 160, STATE_BYTES = 160 };

// What the deployment file says; the schema in schema.json has the same defaults.
struct config {
    uint32_t budget_ms;
    uint32_t calm_ms;
    uint32_t strikes;
    uint32_t calm_minutes;
    uint32_t min_requests;
    uint32_t lag_s;
};

// What is kept from look to look, as JSON.
struct state {
    uint32_t read_to; // the end of the last minute read, seconds since the epoch
    uint32_t step;    // the step that the calm minutes belong to
    uint32_t strikes;
    uint32_t calm;
    uint32_t quiet;
    uint32_t p99_ms; // of the newest minute with enough requests; 0 before there is one
};

// What CloudWatch knows of one minute.
struct minute {
    uint32_t begin;
    double requests;
    bool has_p99;
    double p99_s;
};

enum decision { PROMOTE, HOLD, ROLLBACK, NO_DATA };

struct ruling {
    enum decision decision;
    const char *code;
    char sentence[SENTENCE_BYTES];
};

// Reads JSON text, which need not end with a zero; what it leaves out has its default.
struct config read_config(const uint8_t *json, size_t bytes);
struct state read_state(const uint8_t *json, size_t bytes);

// Writes JSON text and returns its length.
size_t write_state(const struct state *state, char json[STATE_BYTES]);

// Where evidence of the present weight begins: no resolver serves the former one any more.
uint32_t fresh_from(uint32_t verified_at, uint32_t ttl_s);

// The minutes to ask for: whole, not read yet, and old enough that CloudWatch has them all. False
// when there are none.
bool new_minutes(const struct state *state, const struct config *config, uint32_t traffic_at,
                 uint32_t now, uint32_t *begin, uint32_t *end);

// Takes in one minute; calm ones count from `fresh` on.
void take(struct state *state, const struct config *config, struct minute minute, uint32_t fresh);

// Whether there are enough strikes for a roll back, and the ruling then.
bool convicted(const struct state *state, const struct config *config, struct ruling *ruling);

// What the minutes read so far amount to. Promote rests on minutes of the present weight alone
// (`fresh`), however good the earlier were.
void decide(const struct state *state, const struct config *config, uint32_t weight, uint32_t fresh,
            struct ruling *ruling);

#endif
