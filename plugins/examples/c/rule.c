// The rule of the gate: see rule.h.

#include "rule.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    // So many minutes a look asks for at most; what remains is for the next.
    MOST_MINUTES = 240,
    // So many minutes in a row with too few requests are no data.
    QUIET_MINUTES = 3,
};

// The whole number of a field of a flat JSON object, which the host has held to the schema already.
static uint32_t whole(const uint8_t *json, size_t bytes, const char *name, uint32_t missing)
{
    char text[2048] = { 0 };
    if (bytes >= sizeof text) {
        return missing;
    }
    memcpy(text, json, bytes);
    char field[64];
    snprintf(field, sizeof field, "\"%s\"", name);
    const char *at = strstr(text, field);
    at = at ? strchr(at + strlen(field), ':') : NULL;
    return at ? (uint32_t)strtod(at + 1, NULL) : missing;
}

struct config read_config(const uint8_t *json, size_t bytes)
{
    uint32_t budget_ms = whole(json, bytes, "budget_ms", 500);
    return (struct config){
        .budget_ms = budget_ms,
        .calm_ms = whole(json, bytes, "calm_ms", budget_ms * 9 / 10),
        .strikes = whole(json, bytes, "strikes", 3),
        .calm_minutes = whole(json, bytes, "calm_minutes", 3),
        .min_requests = whole(json, bytes, "min_requests", 20),
        .lag_s = whole(json, bytes, "lag_s", 120),
    };
}

struct state read_state(const uint8_t *json, size_t bytes)
{
    return (struct state){
        .read_to = whole(json, bytes, "read_to", 0),
        .step = whole(json, bytes, "step", 0),
        .strikes = whole(json, bytes, "strikes", 0),
        .calm = whole(json, bytes, "calm", 0),
        .quiet = whole(json, bytes, "quiet", 0),
        .p99_ms = whole(json, bytes, "p99_ms", 0),
    };
}

size_t write_state(const struct state *state, char json[STATE_BYTES])
{
    int bytes = snprintf(json, STATE_BYTES,
                         "{\"read_to\":%" PRIu32 ",\"step\":%" PRIu32 ",\"strikes\":%" PRIu32
                         ",\"calm\":%" PRIu32 ",\"quiet\":%" PRIu32 ",\"p99_ms\":%" PRIu32 "}",
                         state->read_to, state->step, state->strikes, state->calm, state->quiet,
                         state->p99_ms);
    return (size_t)bytes;
}

// The beginning of the first minute that begins at `time` or later.
static uint32_t next_minute(uint32_t time)
{
    return (time + MINUTE - 1) / MINUTE * MINUTE;
}

uint32_t fresh_from(uint32_t verified_at, uint32_t ttl_s)
{
    return next_minute(verified_at + ttl_s);
}

bool new_minutes(const struct state *state, const struct config *config, uint32_t traffic_at,
                 uint32_t now, uint32_t *begin, uint32_t *end)
{
    uint32_t first = next_minute(traffic_at);
    *begin = state->read_to > first ? state->read_to : first;
    *end = now > config->lag_s ? (now - config->lag_s) / MINUTE * MINUTE : 0;
    if (*end <= *begin) {
        return false;
    }
    if (*end - *begin > MOST_MINUTES * MINUTE) {
        *end = *begin + MOST_MINUTES * MINUTE;
    }
    return true;
}

void take(struct state *state, const struct config *config, struct minute minute, uint32_t fresh)
{
    state->read_to = minute.begin + MINUTE;
    if (minute.requests < config->min_requests || !minute.has_p99) {
        state->quiet += 1;
        return;
    }
    state->quiet = 0;
    state->p99_ms = (uint32_t)(minute.p99_s * 1000 + 0.5);
    if (state->p99_ms > config->budget_ms) {
        state->strikes += 1;
        state->calm = 0;
    } else if (state->p99_ms <= config->calm_ms) {
        state->strikes = 0;
        if (minute.begin >= fresh) {
            state->calm += 1;
        }
    }
}

static void tell_strikes(const struct state *state, const struct config *config, char *sentence)
{
    snprintf(sentence, SENTENCE_BYTES,
             "p99 %" PRIu32 " ms; strikes over %" PRIu32 " ms: %" PRIu32 " of %" PRIu32, state->p99_ms,
             config->budget_ms, state->strikes, config->strikes);
}

bool convicted(const struct state *state, const struct config *config, struct ruling *ruling)
{
    if (state->strikes < config->strikes) {
        return false;
    }
    ruling->decision = ROLLBACK;
    ruling->code = "over-budget";
    tell_strikes(state, config, ruling->sentence);
    return true;
}

void decide(const struct state *state, const struct config *config, uint32_t weight, uint32_t fresh,
            struct ruling *ruling)
{
    char *sentence = ruling->sentence;
    if (state->quiet >= QUIET_MINUTES) {
        ruling->decision = NO_DATA;
        ruling->code = "few-requests";
        snprintf(sentence, SENTENCE_BYTES,
                 "fewer than %" PRIu32 " requests a minute for %" PRIu32 " minutes",
                 config->min_requests, state->quiet);
    } else if (state->read_to < fresh + MINUTE) {
        ruling->decision = HOLD;
        ruling->code = "not-yet";
        snprintf(sentence, SENTENCE_BYTES,
                 "no whole minute at weight %" PRIu32 " is measured yet", weight);
    } else if (state->strikes > 0) {
        ruling->decision = HOLD;
        ruling->code = "strike";
        tell_strikes(state, config, sentence);
    } else if (state->calm < config->calm_minutes) {
        ruling->decision = HOLD;
        ruling->code = "calming";
        snprintf(sentence, SENTENCE_BYTES,
                 "p99 %" PRIu32 " ms: %" PRIu32 " of %" PRIu32 " calm minutes at weight %" PRIu32,
                 state->p99_ms, state->calm, config->calm_minutes, weight);
    } else {
        ruling->decision = PROMOTE;
        ruling->code = "within-budget";
        snprintf(sentence, SENTENCE_BYTES,
                 "p99 %" PRIu32 " ms is within %" PRIu32 " ms: %" PRIu32 " calm minutes at weight %" PRIu32,
                 state->p99_ms, config->budget_ms, state->calm, weight);
    }
}
