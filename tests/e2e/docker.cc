#include "tests/e2e/docker.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include <boost/json/array.hpp>

#include "tests/e2e/process.h"
#include "tests/support/streams.h"

namespace berth::test {
namespace {

using namespace std::chrono_literals;
using engine::ContainerDetails;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

std::set<std::string> VolumesOf(const ContainerDetails& container) {
  std::set<std::string> volumes;
  for (const auto& entry : container.raw.at("Mounts").as_array()) {
    const auto* name = entry.as_object().if_contains("Name");
    if (name) volumes.emplace(name->as_string());
  }
  return volumes;
}

}  // namespace

Docker::Docker(const std::string& endpoint)
    : engine_(engine::MakeDockerEngine(loop_.executor(), engine::ParseEndpoint(endpoint).value())) {}

std::string Docker::Create(const std::string& name, const boost::json::object& config) {
  const std::string image(config.at("Image").as_string());
  if (!HasImage(image)) Pull(image);
  return Await(engine_->Create({name, "", config})).value().id;
}

std::string Docker::Run(const std::string& name, const boost::json::object& config) {
  std::string id = Create(name, config);
  Start(id);
  return id;
}

ContainerDetails Docker::Inspect(const std::string& container) { return Await(engine_->Inspect(container)).value(); }

bool Docker::Has(const std::string& container) { return Await(engine_->Inspect(container)).has_value(); }

std::vector<ContainerDetails> Docker::Containers() {
  std::vector<ContainerDetails> containers;
  const auto all = Await(engine_->List(true, {})).value();
  for (const auto& summary : all) {
    if (summary.name.starts_with(kOurs)) containers.push_back(Inspect(summary.id));
  }
  std::ranges::sort(containers, {}, &ContainerDetails::name);
  return containers;
}

std::vector<std::string> Docker::Names() {
  std::vector<std::string> names;
  for (const auto& container : Containers()) names.push_back(container.name);
  return names;
}

std::string Docker::Exec(const std::string& container, const std::vector<std::string>& command) {
  const auto outcome = Await(engine_->Exec(container, {command, ""}, 20s)).value();
  if (outcome.exit_code != 0) throw std::runtime_error(command.front() + " in " + container + ": " + outcome.output);
  return outcome.output;
}

template <class Satisfied>
std::string Docker::ReadLogs(const std::string& container, bool follow, Satisfied satisfied) {
  engine::LogOptions options;
  options.follow = follow;
  const auto stream = Await(engine_->Logs(container, options)).value();
  std::string text;
  while (!satisfied(text)) {
    const auto chunk = Await(stream->Next()).value();
    if (!chunk) break;
    text += chunk->data;
  }
  return text;
}

std::string Docker::Logs(const std::string& container) {
  return ReadLogs(container, false, [](const std::string&) { return false; });
}

void Docker::AwaitAll(const std::string& container, const std::vector<std::string>& texts) {
  ReadLogs(container, true, [&](const std::string& output) {
    return std::ranges::all_of(texts, [&](const auto& text) { return output.find(text) != output.npos; });
  });
}

void Docker::Pull(const std::string& image) { Await(ReadAll(Await(engine_->Pull(image, {}, "")).value())).value(); }

void Docker::Forget(const std::string& image) {
  if (HasImage(image)) Await(engine_->RemoveImage(image)).value();
}

std::string Docker::Command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "/usr/bin/docker");  // another client of that name may come first in the path
  auto done = RunToEnd(arguments);
  if (done.exit_code != 0) throw std::runtime_error("docker " + arguments[1] + ": " + done.err);
  while (done.out.ends_with('\n')) done.out.pop_back();
  return done.out;
}

void Docker::RemoveEverything() {
  std::set<std::string> volumes;
  for (const auto& container : Containers()) {
    volumes.merge(VolumesOf(container));
    Remove(container.id);
  }
  for (const auto& volume : volumes) Command({"volume", "rm", "--force", volume});
  const auto networks = Command({"network", "ls", "--quiet", "--filter", "name=^" + std::string(kOurs)});
  for (const auto& network : Lines(networks)) Command({"network", "rm", network});
}

}  // namespace berth::test
