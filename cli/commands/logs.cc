#include <ostream>

#include "cli/commands/commands.h"
#include "cli/text/json.h"

namespace berth::cli {
namespace {

Result<v1::StreamLogsRequest> ToRequest(const LogsOptions& options, WallTime now) {
  v1::StreamLogsRequest request;
  request.set_container(options.container);
  request.set_follow(options.follow);
  request.set_timestamps(options.timestamps);
  if (options.tail) request.set_tail(*options.tail);
  if (!options.since.empty()) {
    const auto since = ParseMoment(options.since, now);
    if (!since) return since.error();
    *request.mutable_since() = ToProto(*since);
  }
  if (!options.until.empty()) {
    const auto until = ParseMoment(options.until, now);
    if (!until) return until.error();
    *request.mutable_until() = ToProto(*until);
  }
  return request;
}

// As the container wrote it, byte by byte, to the stream that it wrote to.
void Write(const v1::LogChunk& chunk, const Session& session) {
  const World& world = session.world();
  if (session.globals().json) return session.Print(ToJson(chunk) + "\n");
  auto& stream = chunk.source() == v1::LogChunk::SOURCE_STDERR ? world.err.stream : world.out.stream;
  stream.write(chunk.data().data(), static_cast<std::streamsize>(chunk.data().size())).flush();
}

}  // namespace

ExitCode Logs(const Session& session, const LogsOptions& options) {
  const auto request = ToRequest(options, session.Now());
  if (!request) {
    session.Fail(request.error());
    return ExitCode::kUsage;
  }
  const auto streamed = session.client().Stream(&Containers::StreamLogs, *request, [&](const v1::LogChunk& chunk) {
    Write(chunk, session);
    return session.world().out.stream.good();
  });
  return streamed ? ExitCode::kOk : session.Fail(streamed.error());
}

}  // namespace berth::cli
