// The machine's container engine. This interface exists so that everything above can be tested with an engine in memory
// that fails on demand.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/task.h"
#include "engine/types.h"

namespace berth::engine {

// A stream that is pulled: the next value is read from the engine when it is asked for, so a slow reader slows the
// engine down and nothing piles up here. Destroying it hangs up. One Next at a time.
template <class T>
class Stream {
 public:
  virtual ~Stream() = default;

  // The next value; nothing at a proper end; UNAVAILABLE when the connection broke; DATA_LOSS for rubbish.
  virtual ResultTask<std::optional<T>> Next() = 0;
};

template <class T>
using StreamPtr = std::unique_ptr<Stream<T>>;

// What a call may cost at the most. Every call has a deadline of its own in the implementation; these are the ones that
// depend on what is asked.
inline constexpr std::chrono::seconds kDefaultStopTimeout{10};

// Every method runs on the loop thread; any number may be under way. `id` is a container's id or name.
//
// Errors of every method, all but the first three with the engine's own words as their message:
//   UNAVAILABLE          ENGINE_UNREACHABLE: could not connect, or cut off; a change may then have had its effect
//   DEADLINE_EXCEEDED    ENGINE_TIMEOUT: likewise
//   DATA_LOSS            ENGINE_BAD_ANSWER: no HTTP, no JSON, too large, or a field of a wrong type
//   NOT_FOUND            CONTAINER_NOT_FOUND, IMAGE_NOT_FOUND, NETWORK_NOT_FOUND: whatever the message says is missing
//   INVALID_ARGUMENT     ENGINE_BAD_PARAMETER; BAD_CONTAINER_NAME and the like before anything is sent
//   ABORTED              ENGINE_CONFLICT: a name is taken, something is in use, or in the wrong state
//   PERMISSION_DENIED    ENGINE_DENIED, by an authorization plugin or a proxy
//   FAILED_PRECONDITION  ENGINE_TOO_OLD, ENGINE_VERSION_UNSUPPORTED, ENGINE_BAD_CERTIFICATES
//   RESOURCE_EXHAUSTED   DISK_FULL
//   INTERNAL             ENGINE_ERROR: anything else
// and CANCELLED when the awaiting coroutine was.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual ResultTask<> Ping() = 0;
  virtual ResultTask<EngineVersion> Version() = 0;
  virtual ResultTask<EngineInfo> Info() = 0;
  // The version of the Engine API in use, "1.41"; empty before the first answer of the engine.
  virtual std::string ApiVersion() const = 0;

  // `all` includes those that do not run.
  virtual ResultTask<std::vector<ContainerSummary>> List(bool all, Filters filters) = 0;
  virtual ResultTask<ContainerDetails> Inspect(std::string id) = 0;
  virtual ResultTask<Created> Create(CreateRequest request) = 0;
  // Starting what runs and stopping what is stopped succeed: the engine answers 304.
  virtual ResultTask<> Start(std::string id) = 0;
  // Waits for the container's end: at most `timeout` and then SIGKILL. Empty = the container's own stop timeout, for
  // which the caller must know that it may be long: the deadline is `timeout` or 10 s, plus 30 s. A negative one
  // never kills it, and the deadline is a day.
  virtual ResultTask<> Stop(std::string id, std::optional<std::chrono::seconds> timeout) = 0;
  virtual ResultTask<> Restart(std::string id, std::optional<std::chrono::seconds> timeout) = 0;
  virtual ResultTask<> Kill(std::string id, std::string signal) = 0;
  virtual ResultTask<> Pause(std::string id) = 0;
  virtual ResultTask<> Unpause(std::string id) = 0;
  virtual ResultTask<> Rename(std::string id, std::string new_name) = 0;
  virtual ResultTask<> UpdateRestartPolicy(std::string id, RestartPolicy policy) = 0;
  // Never removes volumes. `force` kills it first.
  virtual ResultTask<> Remove(std::string id, bool force) = 0;
  // What it has changed in its own file system, mount points and the directories above a change included. The engine
  // reads the whole layer for it.
  virtual ResultTask<std::vector<FileChange>> Changes(std::string id) = 0;
  // Until it does not run, `deadline` at the most.
  virtual ResultTask<WaitOutcome> Wait(std::string id, std::chrono::seconds deadline) = 0;
  // Runs a command in it to its end. At the deadline the answer is DEADLINE_EXCEEDED, but the command goes on.
  virtual ResultTask<ExecOutcome> Exec(std::string id, ExecRequest request, std::chrono::seconds deadline) = 0;

  // Of one that runs. Needs `ps` on the engine's host.
  virtual ResultTask<std::vector<Process>> Processes(std::string id) = 0;

  virtual ResultTask<StreamPtr<LogChunk>> Logs(std::string id, LogOptions options) = 0;
  virtual ResultTask<StreamPtr<Stats>> StreamStats(std::string id) = 0;
  virtual ResultTask<StreamPtr<Event>> Events(EventOptions options) = 0;

  // `reference` has a tag or a digest, or else means latest. Begins or ends with an error when it fails: NOT_FOUND
  // (IMAGE_NOT_FOUND), FAILED_PRECONDITION (REGISTRY_DENIED, REGISTRY_NOT_TRUSTED), UNAVAILABLE (REGISTRY_UNREACHABLE,
  // REGISTRY_BUSY), RESOURCE_EXHAUSTED (DISK_FULL). The same for RemoteDigest.
  virtual ResultTask<StreamPtr<PullProgress>> Pull(std::string reference, std::optional<RegistryAuth> auth,
                                                   std::string platform) = 0;
  virtual ResultTask<Image> InspectImage(std::string reference) = 0;
  virtual ResultTask<> TagImage(std::string reference, std::string repository, std::string tag) = 0;
  // Never forced: an image in use stays, with ABORTED.
  virtual ResultTask<> RemoveImage(std::string reference) = 0;
  // What the registry says the reference is now, without a pull: sha256:...
  virtual ResultTask<std::string> RemoteDigest(std::string reference, std::optional<RegistryAuth> auth) = 0;

  virtual ResultTask<Network> InspectNetwork(std::string network) = 0;
  // `endpoint` is the Engine API's EndpointSettings: Aliases, IPAMConfig ...
  virtual ResultTask<> ConnectNetwork(std::string network, std::string container, boost::json::object endpoint) = 0;
  virtual ResultTask<> DisconnectNetwork(std::string network, std::string container, bool force) = 0;
};

}  // namespace berth::engine
