// The gate p99-budget: how the contract (wit/gate.wit) and the rule (rule.h) meet.
//
// Five functions, each called in a fresh instance: nothing survives in a variable, only in `state`.
// What a function returns is freed by the bindings once the host has read it, so everything in it is
// allocated here: texts by `copy`, the rest by `room`.

#include "bindings/gate_world.h"
#include "rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The bindings spell every name of the contract out.
#define GATE(name) exports_ecs_crd_gate_gate_##name
typedef GATE(situation_t) situation_t;
typedef GATE(list_answer_t) answers_t;
typedef GATE(answer_t) answer_t;
typedef gate_world_string_t text_t;
typedef gate_world_list_u8_t bytes_t;

static const char REQUESTS[] = "requests";
static const char P99[] = "p99";

// The host holds every deployment file to this before the gate is asked anything.
static const char SCHEMA[] = {
#embed "schema.json"
    , 0
};

static text_t copy(const char *text)
{
    text_t copied;
    gate_world_string_dup(&copied, text);
    return copied;
}

static void *room(size_t bytes)
{
    void *memory = calloc(1, bytes);
    if (memory == NULL) {
        abort();
    }
    return memory;
}

static bool is(text_t text, const char *name)
{
    return text.len == strlen(name) && memcmp(text.ptr, name, text.len) == 0;
}

void GATE(describe)(GATE(description_t) *description)
{
    *description = (GATE(description_t)){
        .name = copy("p99-budget"),
        .version = copy("0.1.0"),
        .summary = copy("Rolls back when the canary's p99 stays over a budget."),
        .configuration_schema = copy(SCHEMA),
        // Its own deployment's series need no grant; it sends no requests and learns nothing.
        .wishes = { .http = false, .memory = false },
    };
}

// What the schema cannot say.
void GATE(check)(text_t *configuration, GATE(list_issue_t) *issues)
{
    struct config config = read_config(configuration->ptr, configuration->len);
    *issues = (GATE(list_issue_t)){ 0 };
    if (config.calm_ms < config.budget_ms) {
        return;
    }
    char message[SENTENCE_BYTES];
    snprintf(message, sizeof message, "%u ms is not below budget_ms (%u ms)",
             (unsigned)config.calm_ms, (unsigned)config.budget_ms);
    issues->ptr = room(sizeof *issues->ptr);
    issues->len = 1;
    issues->ptr[0] = (GATE(issue_t)){ .pointer = copy("/calm_ms"), .message = copy(message) };
}

// Empty at first. Calm minutes belong to one step: a new weight begins without any.
static struct state kept_state(const bytes_t *bytes, const situation_t *situation)
{
    struct state kept = read_state(bytes->ptr, bytes->len);
    if (kept.step != situation->step) {
        kept.step = situation->step;
        kept.calm = 0;
    }
    return kept;
}

// In preflight nobody is sent to the canary yet, and there is nothing to ask about.
static bool minutes_to_read(const situation_t *situation, const struct state *kept,
                            const struct config *config, uint32_t *begin, uint32_t *end)
{
    return situation->canary_traffic_at.is_some
        && new_minutes(kept, config, situation->canary_traffic_at.val, situation->now, begin, end);
}

static GATE(question_t) question(const char *id, const char *statistic, uint32_t begin, uint32_t end)
{
    GATE(question_t) asked = { .tag = EXPORTS_ECS_CRD_GATE_GATE_QUESTION_METRIC };
    asked.val.metric = (GATE(metric_question_t)){
        .id = copy(id),
        .namespace_ = copy("AWS/ApplicationELB"),
        .name = copy("TargetResponseTime"),
        .subject.tag = EXPORTS_ECS_CRD_GATE_GATE_SUBJECT_OF,
        .subject.val.of.side = EXPORTS_ECS_CRD_GATE_GATE_SIDE_CANARY,
        .subject.val.of.part.tag = EXPORTS_ECS_CRD_GATE_GATE_PART_LOAD_BALANCER,
        .statistic = copy(statistic),
        .period_s = MINUTE,
        .begin = begin,
        .end = end,
    };
    return asked;
}

// Two series of the canary's balancer, for the minutes that are new since the last look.
void GATE(ask)(situation_t *situation, bytes_t *bytes, GATE(list_question_t) *questions)
{
    struct config config = read_config(situation->configuration.ptr, situation->configuration.len);
    struct state kept = kept_state(bytes, situation);
    *questions = (GATE(list_question_t)){ 0 };
    uint32_t begin, end;
    if (!minutes_to_read(situation, &kept, &config, &begin, &end)) {
        return;
    }
    questions->ptr = room(2 * sizeof *questions->ptr);
    questions->len = 2;
    questions->ptr[0] = question(REQUESTS, "SampleCount", begin, end);
    questions->ptr[1] = question(P99, "p99", begin, end);
}

// Why the answers cannot be judged, if so. Nothing was read then: the next look asks again.
static bool is_something_missing(const situation_t *situation, const answers_t *answers,
                                 struct ruling *ruling)
{
    if (!situation->canary_traffic_at.is_some) {
        ruling->decision = NO_DATA;
        ruling->code = "no-traffic";
        snprintf(ruling->sentence, SENTENCE_BYTES, "the canary gets no traffic yet");
        return true;
    }
    for (size_t i = 0; i < answers->len; i++) {
        const answer_t *answer = &answers->ptr[i];
        const char *what;
        text_t id, why;
        switch (answer->tag) {
        case EXPORTS_ECS_CRD_GATE_GATE_ANSWER_DENIED:
            id = answer->val.denied.id;
            why = answer->val.denied.why;
            what = "may not be asked for";
            break;
        case EXPORTS_ECS_CRD_GATE_GATE_ANSWER_FAILED:
            id = answer->val.failed.id;
            why = answer->val.failed.why;
            what = "cannot be read";
            break;
        default:
            if (answer->val.series.completeness != EXPORTS_ECS_CRD_GATE_GATE_COMPLETENESS_PARTIAL) {
                continue;
            }
            ruling->decision = HOLD;
            ruling->code = "partial-data";
            snprintf(ruling->sentence, SENTENCE_BYTES,
                     "the provider delivered a part of the metrics");
            return true;
        }
        ruling->decision = NO_DATA;
        ruling->code = "no-answer";
        snprintf(ruling->sentence, SENTENCE_BYTES, "%.*s %s: %.*s", (int)id.len,
                 (const char *)id.ptr, what, (int)why.len, (const char *)why.ptr);
        return true;
    }
    return false;
}

// The value of a series at a minute, if it has one.
static bool value_at(const answers_t *answers, const char *id, uint32_t begin, double *value)
{
    for (size_t i = 0; i < answers->len; i++) {
        const answer_t *answer = &answers->ptr[i];
        if (answer->tag != EXPORTS_ECS_CRD_GATE_GATE_ANSWER_SERIES || !is(answer->val.series.id, id)) {
            continue;
        }
        for (size_t at = 0; at < answer->val.series.points.len; at++) {
            if (answer->val.series.points.ptr[at].time == begin) {
                *value = answer->val.series.points.ptr[at].value;
                return true;
            }
        }
    }
    return false;
}

static void read_minutes(struct state *kept, const struct config *config,
                         const situation_t *situation, const answers_t *answers, uint32_t fresh)
{
    uint32_t begin, end;
    if (!minutes_to_read(situation, kept, config, &begin, &end)) {
        return;
    }
    for (; begin < end; begin += MINUTE) {
        struct minute minute = { .begin = begin };
        value_at(answers, REQUESTS, begin, &minute.requests);
        minute.has_p99 = value_at(answers, P99, begin, &minute.p99_s);
        take(kept, config, minute, fresh);
    }
}

// The row of the report.
static GATE(finding_t) row(const struct state *kept, const struct config *config)
{
    bool measured = kept->p99_ms > 0;
    uint8_t status = EXPORTS_ECS_CRD_GATE_GATE_FINDING_STATUS_OK;
    if (!measured) {
        status = EXPORTS_ECS_CRD_GATE_GATE_FINDING_STATUS_NO_DATA;
    } else if (kept->strikes >= config->strikes) {
        status = EXPORTS_ECS_CRD_GATE_GATE_FINDING_STATUS_BAD;
    } else if (kept->strikes > 0) {
        status = EXPORTS_ECS_CRD_GATE_GATE_FINDING_STATUS_WARNING;
    }
    return (GATE(finding_t)){
        .name = copy("p99"),
        .canary = { .is_some = measured, .val = kept->p99_ms },
        .limit = { .is_some = true, .val = config->budget_ms },
        .unit = copy("ms"),
        .status = status,
    };
}

static uint8_t decision(enum decision decision)
{
    static const uint8_t OF[] = {
        [PROMOTE] = EXPORTS_ECS_CRD_GATE_GATE_DECISION_PROMOTE,
        [HOLD] = EXPORTS_ECS_CRD_GATE_GATE_DECISION_HOLD,
        [ROLLBACK] = EXPORTS_ECS_CRD_GATE_GATE_DECISION_ROLLBACK,
        [NO_DATA] = EXPORTS_ECS_CRD_GATE_GATE_DECISION_NO_DATA,
    };
    return OF[decision];
}

void GATE(judge)(situation_t *situation, answers_t *answers, bytes_t *bytes, GATE(turn_t) *turn)
{
    struct config config = read_config(situation->configuration.ptr, situation->configuration.len);
    struct state kept = kept_state(bytes, situation);
    uint32_t fresh = fresh_from(situation->weight_verified_at, situation->ttl_s);
    struct ruling trouble, ruling;
    bool is_missing = is_something_missing(situation, answers, &trouble);
    if (!is_missing) {
        read_minutes(&kept, &config, situation, answers, fresh);
    }
    if (!convicted(&kept, &config, &ruling)) {
        if (is_missing) {
            ruling = trouble;
        } else {
            decide(&kept, &config, situation->weight, fresh, &ruling);
        }
    }
    char notes[SENTENCE_BYTES];
    snprintf(notes, sizeof notes, "strikes %u, calm %u, quiet %u", (unsigned)kept.strikes,
             (unsigned)kept.calm, (unsigned)kept.quiet);
    *turn = (GATE(turn_t)){ .notes = copy(notes) };
    turn->state.ptr = room(STATE_BYTES);
    turn->state.len = write_state(&kept, (char *)turn->state.ptr);
    turn->outcome.tag = EXPORTS_ECS_CRD_GATE_GATE_OUTCOME_VERDICT;
    GATE(verdict_t) *verdict = &turn->outcome.val.verdict;
    verdict->decision = decision(ruling.decision);
    verdict->code = copy(ruling.code);
    verdict->sentence = copy(ruling.sentence);
    verdict->findings.ptr = room(sizeof *verdict->findings.ptr);
    verdict->findings.len = 1;
    verdict->findings.ptr[0] = row(&kept, &config);
}

// Nothing is kept for the next deployment; `wishes.memory` says so.
void GATE(learn)(situation_t *situation, bytes_t *bytes, bytes_t *memory)
{
    (void)situation;
    (void)bytes;
    *memory = (bytes_t){ 0 };
}
