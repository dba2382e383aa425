// Histories of the three loop workflows of fixtures/workflows, made in memory with every attribute that a real server
// writes, so that benches do not depend on recordings.
#pragma once

#include <string>

namespace temporal::api::history::v1 {
class History;
}

namespace temporalio::bench {

enum class Loop { timer, activity, signal };
// Core counts timers and activities from 1, each for itself; Go names both after the event that schedules them.
enum class Ids { core, go };

const char* loop_name(Loop loop);           // "timer loop"
const char* loop_type(Loop loop);           // "TimerLoop"
int iterations_for(Loop loop, int events);  // as many as fit

// A run of `iterations` iterations from its start to its completion.
void fill_loop_history(Loop loop, int iterations, Ids ids, temporal::api::history::v1::History& history);

// The same as proto JSON, indented as the CLI prints it.
std::string to_json(const temporal::api::history::v1::History& history);

}  // namespace temporalio::bench
