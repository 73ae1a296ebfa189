// The engine's JSON, type by type, into plain values; pure, and safe with anything: nothing here throws.
//
// A field that is missing or null is empty. DATA_LOSS (ENGINE_BAD_ANSWER) names the first field of a wrong type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>

#include "engine/base/error.h"
#include "engine/types.h"

namespace berth::engine {

// DATA_LOSS when `text` is no JSON. The value lives in `storage`.
Result<boost::json::value> ParseJson(std::string_view text, boost::json::storage_ptr storage = {});

Result<std::vector<ContainerSummary>> DecodeContainerList(const boost::json::value& json);
Result<ContainerDetails> DecodeContainerDetails(const boost::json::value& json);
Result<Created> DecodeCreated(const boost::json::value& json);
Result<WaitOutcome> DecodeWaitOutcome(const boost::json::value& json);
Result<std::vector<FileChange>> DecodeFileChanges(const boost::json::value& json);
Result<Event> DecodeEvent(const boost::json::value& json);
Result<Stats> DecodeStats(const boost::json::value& json);
Result<Image> DecodeImage(const boost::json::value& json);
Result<Network> DecodeNetwork(const boost::json::value& json);
Result<EngineVersion> DecodeVersion(const boost::json::value& json);
Result<EngineInfo> DecodeInfo(const boost::json::value& json);

// One line of a pull. A line that reports a failure is an error: see PullFailure.
Result<PullProgress> DecodePullLine(const boost::json::value& json);

// Of GET /distribution/NAME/json: sha256:...
Result<std::string> DecodeRemoteDigest(const boost::json::value& json);

// Of POST /containers/ID/exec: the id of what will run.
Result<std::string> DecodeExecId(const boost::json::value& json);

// Of GET /exec/ID/json.
struct ExecState {
  bool running = false;
  int exit_code = 0;
};
// Of `ps -eo pid,ppid,args`.
Result<std::vector<Process>> DecodeProcesses(const boost::json::value& json);
Result<ExecState> DecodeExecState(const boost::json::value& json);

// Health as a list tells it, in the phrase for people: "Up 3 minutes (healthy)".
Health HealthFromStatus(std::string_view status);

}  // namespace berth::engine
