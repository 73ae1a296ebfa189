#include "agent/operations/group.h"

#include <algorithm>
#include <map>
#include <set>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>

#include "agent/operations/dependants.h"
#include "agent/operations/recreate.h"
#include "engine/service_key.h"

namespace berth::agent {
namespace {

using engine::ContainerDetails;
using Needs = std::vector<std::vector<std::size_t>>;

constexpr const char* kProject = "com.docker.compose.project";
constexpr const char* kService = "com.docker.compose.service";
constexpr const char* kDependsOn = "com.docker.compose.depends_on";

// "db:service_healthy:false,redis:service_started:true", as Compose 2 writes it.
std::set<std::string> DependsOn(const ContainerDetails& container) {
  const std::string label = engine::LabelOf(container.labels, kDependsOn);
  std::vector<std::string> entries;
  if (!label.empty()) boost::algorithm::split(entries, label, boost::algorithm::is_any_of(","));
  std::set<std::string> services;
  for (const auto& entry : entries) services.insert(entry.substr(0, entry.find(':')));
  return services;
}

bool NeedsTheOther(const ContainerDetails& container, const ContainerDetails& other) {
  const bool same_project = engine::LabelOf(container.labels, kProject) == engine::LabelOf(other.labels, kProject);
  if (same_project && DependsOn(container).contains(engine::LabelOf(other.labels, kService))) return true;
  return SharesWith(container, other.id, other.name) || UsesVolumesOf(container, other) ||
         LinksTo(container, other.name);
}

// Those that nothing outside of the circles leads to or from: what is left when both ends are taken away.
std::vector<std::string> InCircles(const Needs& needs, std::set<std::size_t> left,
                                   const std::vector<std::string>& names) {
  for (std::size_t before = 0; before != left.size();) {
    before = left.size();
    std::erase_if(left, [&](std::size_t place) {
      return std::none_of(left.begin(), left.end(), [&](std::size_t other) {
        return std::find(needs[other].begin(), needs[other].end(), place) != needs[other].end();
      });
    });
  }
  std::vector<std::string> members;
  for (const auto place : left) members.push_back(names[place]);
  return members;
}

Error Circle(const std::vector<std::string>& members) {
  const std::string names = boost::algorithm::join(members, ", ");
  return {Code::kFailedPrecondition,
          "DEPENDENCY_CYCLE",
          "these depend on each other in a circle, so none can come first: " + names,
          {{"containers", names}}};
}

bool Failed(Stage stage) { return stage == Stage::kFailed; }
bool UnderWay(Stage stage) { return stage == Stage::kUpgrading || stage == Stage::kGoingBack; }
bool Done(Stage stage) { return stage == Stage::kUpgraded || stage == Stage::kUnchanged; }

int Limit(const MaxUnavailable& most, int of) {
  return most.percent ? std::max(1, of * most.amount / 100) : most.amount;
}

// Of those of one level, how many there are and how many are under way: in all, and of each service.
struct Crew {
  std::map<std::string, int> size;
  std::map<std::string, int> busy;

  bool HasRoom(const MaxUnavailable& most, const std::string& service) {
    return busy[""] < Limit(most, size[""]) && busy[service] < Limit(most, size[service]);
  }
  void Take(const std::string& service) {
    ++busy[""];
    ++busy[service];
  }
};

std::optional<int> LowestLevelToDo(const GroupRecord& record, const std::vector<Stage>& stages) {
  std::optional<int> lowest;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const int level = record.members[i].level;
    if (!Done(stages[i]) && (!lowest || level < *lowest)) lowest = level;
  }
  return lowest;
}

GroupDecision GoOn(const GroupRecord& record, const std::vector<Stage>& stages) {
  const auto level = LowestLevelToDo(record, stages);
  if (!level) return {{}, std::nullopt, true};
  Crew crew;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (record.members[i].level != *level) continue;
    ++crew.size[""];
    ++crew.size[record.members[i].service];
    if (UnderWay(stages[i])) crew.Take(record.members[i].service);
  }
  GroupDecision decision;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto& member = record.members[i];
    if (member.level != *level || stages[i] != Stage::kWaiting) continue;
    if (!crew.HasRoom(record.max_unavailable, member.service)) continue;
    crew.Take(member.service);
    decision.upgrade.push_back(i);
  }
  return decision;
}

// One after the other, the last one first. What was not changed is not changed back.
GroupDecision Stop(const GroupRecord& record, const std::vector<Stage>& stages) {
  if (std::any_of(stages.begin(), stages.end(), UnderWay)) return {};
  if (!record.roll_back) return {{}, std::nullopt, true};
  for (std::size_t i = stages.size(); i-- > 0;) {
    if (stages[i] == Stage::kUpgraded) return {{}, i, false};
  }
  return {{}, std::nullopt, true};
}

}  // namespace

std::string DescribeSelection(const GroupRequest& request) {
  std::vector<std::string> parts;
  if (!request.project.empty()) parts.push_back("project " + request.project);
  for (const auto& service : request.services) parts.push_back("service " + service);
  for (const auto& label : request.labels) parts.push_back("label " + label);
  return boost::algorithm::join(parts, ", ");
}

std::string ServiceOf(const ContainerDetails& container) {
  const std::string service = engine::LabelOf(container.labels, kService);
  return service.empty() ? container.name : service;
}

Needs NeedsOf(const std::vector<ContainerDetails>& containers) {
  Needs needs(containers.size());
  for (std::size_t i = 0; i < containers.size(); ++i) {
    for (std::size_t j = 0; j < containers.size(); ++j) {
      if (i != j && NeedsTheOther(containers[i], containers[j])) needs[i].push_back(j);
    }
  }
  return needs;
}

Result<std::vector<int>> LevelsOf(const Needs& needs, const std::vector<std::string>& names) {
  std::vector<int> levels(needs.size(), -1);
  std::set<std::size_t> left;
  for (std::size_t i = 0; i < needs.size(); ++i) left.insert(i);
  for (int level = 0; !left.empty(); ++level) {
    std::vector<std::size_t> free;
    for (const auto place : left) {
      const bool waits =
          std::any_of(needs[place].begin(), needs[place].end(), [&](std::size_t need) { return left.contains(need); });
      if (!waits) free.push_back(place);
    }
    if (free.empty()) return Circle(InCircles(needs, left, names));
    for (const auto place : free) {
      levels[place] = level;
      left.erase(place);
    }
  }
  return levels;
}

GroupDecision Decide(const GroupRecord& record, const std::vector<Stage>& stages, bool stop) {
  const bool stopped =
      stop || std::any_of(stages.begin(), stages.end(), [](Stage stage) {
        return Failed(stage) || stage == Stage::kGoingBack || stage == Stage::kBack || stage == Stage::kStuck;
      });
  return stopped ? Stop(record, stages) : GoOn(record, stages);
}

std::string Tally(const std::vector<Stage>& stages) {
  const std::pair<Stage, const char*> kWords[] = {
      {Stage::kUpgraded, "upgraded"}, {Stage::kUnchanged, "up to date already"},   {Stage::kFailed, "failed"},
      {Stage::kBack, "rolled back"},  {Stage::kStuck, "could not be rolled back"}, {Stage::kWaiting, "not begun"},
  };
  std::vector<std::string> parts;
  for (const auto& [stage, word] : kWords) {
    const auto count = std::count(stages.begin(), stages.end(), stage);
    if (count > 0) parts.push_back(std::to_string(count) + " " + word);
  }
  return "of " + std::to_string(stages.size()) + ": " + boost::algorithm::join(parts, ", ");
}

}  // namespace berth::agent
