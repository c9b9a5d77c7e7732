// Tests of the rule alone, compiled for this machine: no WASM needed. The whole gate: ./test.

#include "rule.h"

#include <stdio.h>
#include <string.h>

enum { WEIGHT = 10, QUIET = -1 };

static const struct config CONFIG = {
    .budget_ms = 500, .calm_ms = 450, .strikes = 3, .calm_minutes = 3, .min_requests = 20, .lag_s = 120
};
static int failed;

// The code of the ruling after a minute for each of these (in ms; QUIET is one without requests).
static const char *code_after(const int *p99s, size_t count, uint32_t fresh)
{
    static struct ruling ruling;
    struct state state = { 0 };
    for (size_t at = 0; at < count; at++) {
        struct minute minute = { .begin = (uint32_t)at * MINUTE };
        if (p99s[at] != QUIET) {
            minute.requests = 100;
            minute.has_p99 = true;
            minute.p99_s = p99s[at] / 1000.0;
        }
        take(&state, &CONFIG, minute, fresh);
    }
    if (!convicted(&state, &CONFIG, &ruling)) {
        decide(&state, &CONFIG, WEIGHT, fresh, &ruling);
    }
    return ruling.code;
}

#define MINUTES(...) (const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int)

static void expect(const char *what, const char *is, const char *should_be)
{
    if (strcmp(is, should_be) != 0) {
        printf("FAILED: %s: is %s, should be %s\n", what, is, should_be);
        failed = 1;
    }
}

static void state_is_read_as_it_was_written(void)
{
    struct state state = { 1800000060, 1, 2, 0, 3, 612 };
    char json[STATE_BYTES];
    size_t bytes = write_state(&state, json);
    struct state again = read_state((const uint8_t *)json, bytes);
    expect("state", memcmp(&state, &again, sizeof state) == 0 ? "equal" : "different", "equal");
}

static void only_closed_minutes_past_their_lag_are_asked_for(void)
{
    struct state state = { 0 };
    uint32_t traffic_at = 1000030, begin, end; // the next whole minute begins at 1000080
    bool early = new_minutes(&state, &CONFIG, traffic_at, 1000259, &begin, &end);
    expect("a minute before its lag is over", early ? "asked" : "not asked", "not asked");
    bool due = new_minutes(&state, &CONFIG, traffic_at, 1000260, &begin, &end);
    bool right = due && begin == 1000080 && end == 1000140;
    expect("the minute that is due", right ? "asked" : "not asked", "asked");
    state.read_to = 1000140;
    bool twice = new_minutes(&state, &CONFIG, traffic_at, 1000260, &begin, &end);
    expect("a minute read already", twice ? "asked" : "not asked", "not asked");
}

int main(void)
{
    expect("two strikes", code_after(MINUTES(501, 900), 0), "strike");
    expect("three strikes", code_after(MINUTES(501, 900, 700), 0), "over-budget");
    expect("calm wipes out", code_after(MINUTES(900, 900, 400, 900), 0), "strike");
    expect("near the budget", code_after(MINUTES(900, 900, 480, 900), 0), "over-budget");
    expect("two calm", code_after(MINUTES(300, 300), 0), "calming");
    expect("three calm", code_after(MINUTES(300, 300, 300), 0), "within-budget");
    expect("of an earlier weight", code_after(MINUTES(300, 300, 300), 180), "not-yet");
    expect("of this weight", code_after(MINUTES(300, 300, 300, 300, 300, 300), 180), "within-budget");
    expect("two quiet", code_after(MINUTES(300, 300, 300, QUIET, QUIET), 0), "within-budget");
    expect("three quiet", code_after(MINUTES(300, 300, 300, QUIET, QUIET, QUIET), 0), "few-requests");
    state_is_read_as_it_was_written();
    only_closed_minutes_past_their_lag_are_asked_for();
    puts(failed ? "the rule is broken" : "the rule: ok");
    return failed;
}
