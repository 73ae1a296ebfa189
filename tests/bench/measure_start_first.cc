#include <stdexcept>
#include <thread>

#include <boost/json/parse.hpp>

#include "tests/bench/measures.h"
#include "tests/support/http_load.h"

namespace berth::bench {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using test::Answered;
using test::HttpLoad;
using Instant = std::chrono::steady_clock::time_point;

constexpr char kShop[] = "bench-shop";
constexpr char kFront[] = "bench-front";
constexpr char kNetwork[] = "bench-network";
constexpr char kAlias[] = "shop";
constexpr int kPerSecond = 500;
constexpr double kMostSlower = 5;

json::object In(const json::array& aliases) { return {{"EndpointsConfig", {{kNetwork, {{"Aliases", aliases}}}}}}; }

// nginx in front of gunicorn, which it knows as `upstream`; gone with this object.
class Shop {
 public:
  Shop(World& world, const std::string& upstream) : world_(world) {
    world_.engine.Post("/networks/create", {{"Name", kNetwork}});
    Run(kShop, {{"Image", world.Image("shop:1")},
                {"Labels", {{"berth.proxy", kFront}}},
                {"HostConfig", {{"NetworkMode", kNetwork}}},
                {"NetworkingConfig", In({kAlias})}});
    std::this_thread::sleep_for(3s);  // gunicorn has begun to listen: nginx would end without the name
    Run(kFront, {{"Image", world.Image("nginx:1")},
                 {"Env", {"UPSTREAM=" + upstream}},
                 {"HostConfig", {{"NetworkMode", kNetwork}}},
                 {"NetworkingConfig", In({})}});
    std::this_thread::sleep_for(1s);
  }
  ~Shop() {
    const json::value all = json::parse(world_.engine.Get("/containers/json?all=1"));
    for (const auto& container : all.as_array()) {
      const std::string name(container.at("Names").at(0).as_string());
      const bool ours = name.starts_with(std::string("/") + kShop) || name.starts_with(std::string("/") + kFront);
      if (ours) world_.engine.Remove(std::string(container.at("Id").as_string()));
    }
    world_.engine.Delete(std::string("/networks/") + kNetwork);
  }
  Shop(const Shop&) = delete;
  Shop& operator=(const Shop&) = delete;

  HttpLoad Clients(bool keep) {
    const json::value front = json::parse(world_.engine.Get(std::string("/containers/") + kFront + "/json"));
    const auto& endpoint = front.at("NetworkSettings").at("Networks").at(kNetwork);
    return HttpLoad(
        {.address = std::string(endpoint.at("IPAddress").as_string()), .per_second = kPerSecond, .keep = keep});
  }

 private:
  void Run(const std::string& name, const json::object& config) {
    world_.engine.Start(world_.engine.Create(name, config));
  }

  World& world_;
};

struct Lost {
  std::size_t requests = 0;
  std::size_t failed = 0;
  std::string first;
  double before = 0;  // p99 in milliseconds
  double during = 0;
};

Lost Count(const std::vector<Answered>& answers, Instant begun, Instant ended) {
  Lost lost;
  lost.requests = answers.size();
  for (const auto& answer : answers) {
    if (answer.failure.empty()) continue;
    if (lost.failed++ == 0) lost.first = answer.failure;
  }
  const auto milliseconds = [&](Instant from, Instant until) {
    return static_cast<double>(test::Percentile(answers, 0.99, from, until).count()) / 1000;
  };
  lost.before = milliseconds(Instant(), begun);
  lost.during = milliseconds(begun, ended);
  return lost;
}

Lost UpgradeUnderLoad(World& world, Agent& agent, const std::string& upstream, bool keep) {
  Shop shop(world, upstream);
  HttpLoad clients = shop.Clients(keep);
  std::this_thread::sleep_for(world.scale.before_upgrades);
  const Instant begun = std::chrono::steady_clock::now();
  for (int i = 0; i < world.scale.upgrades_under_load; ++i) {
    const auto upgrade = agent.Upgrade(kShop, world.Image(i % 2 == 0 ? "shop:2" : "shop:1"));
    if (upgrade.state() != v1::OPERATION_STATE_SUCCEEDED) throw std::runtime_error(upgrade.error().message());
    if (upgrade.upgrade_result().strategy() != v1::UPGRADE_STRATEGY_START_FIRST) {
      throw std::runtime_error("not START_FIRST: " + upgrade.plan().strategy_reason());
    }
  }
  const Instant ended = std::chrono::steady_clock::now();
  return Count(clients.Stop(), begun, ended);
}

Row LostRow(const World& world, const std::string& what, const Lost& lost, bool has_target) {
  Row row;
  row.what = "START_FIRST, " + what + ": failed of " + std::to_string(lost.requests) + " requests in " +
             std::to_string(world.scale.upgrades_under_load) + " upgrades";
  row.berthd = std::to_string(lost.failed) + (lost.first.empty() ? "" : " (" + lost.first + ")");
  if (has_target) {
    row.target = "0";
    row.reached = lost.failed == 0;
  }
  return row;
}

Row SlowerRow(const std::string& what, const Lost& lost) {
  const double ratio = lost.before > 0 ? lost.during / lost.before : 0;
  return {"START_FIRST, " + what + ": p99 of a request",
          Figure(lost.before) + " ms before",
          Figure(lost.during) + " ms meanwhile",
          Figure(ratio) + "x",
          "<= 5x",
          ratio <= kMostSlower};
}

}  // namespace

std::vector<Row> MeasureStartFirst(World& world, Agent& agent) {
  std::vector<Row> rows;
  for (const auto& [upstream, what] : {std::pair{kShop, "by the container's name"}, {kAlias, "by an alias"}}) {
    const Lost lost = UpgradeUnderLoad(world, agent, upstream, false);
    rows.push_back(LostRow(world, what, lost, true));
    rows.push_back(SlowerRow(what, lost));
  }
  rows.push_back(LostRow(world, "on kept connections", UpgradeUnderLoad(world, agent, kAlias, true), false));
  return rows;
}

}  // namespace berth::bench
