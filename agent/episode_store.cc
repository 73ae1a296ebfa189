#include "agent/episode_store.h"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "agent/episode_json.h"
#include "agent/journal_rows.h"

namespace berth::agent {
namespace {

using sqlite::Statement;
using watchdog::Episode;

constexpr std::string_view kSelect = "SELECT id, service_key, container, began_at, ended_at, story FROM episodes ";

Episode FromRow(const Statement& row) {
  Episode episode = EpisodeFromJson(ObjectFromRow(row.Text(5)));
  episode.id = static_cast<std::uint64_t>(row.Integer(0));
  episode.service_key = row.Text(1);
  episode.container = row.Text(2);
  episode.began_at = TimeFromRow(row.Integer(3));
  if (!row.IsNull(4)) episode.ended_at = TimeFromRow(row.Integer(4));
  return episode;
}

Result<std::vector<Episode>> Rows(Statement& statement) {
  std::vector<Episode> episodes;
  for (;;) {
    const auto row = statement.Next();
    if (!row) return row.error();
    if (!*row) return episodes;
    episodes.push_back(FromRow(statement));
  }
}

Result<> Put(Statement& statement, const Episode& episode) {
  statement.Bind(static_cast<std::int64_t>(episode.id)).Bind(episode.service_key).Bind(episode.container);
  statement.Bind(ToRow(episode.began_at));
  episode.ended_at == WallTime{} ? statement.BindNull() : statement.Bind(ToRow(episode.ended_at));
  return statement.Bind(boost::json::serialize(ToJson(episode))).Run();
}

}  // namespace

Result<> EpisodeStore::Write(const std::vector<Episode>& episodes) {
  auto transaction = sqlite::Transaction::Begin(*database_);
  if (!transaction) return transaction.error();
  auto statement =
      Statement::Prepare(*database_,
                         "INSERT OR REPLACE INTO episodes "
                         "(id, service_key, container, began_at, ended_at, story) VALUES (?, ?, ?, ?, ?, ?)");
  if (!statement) return statement.error();
  for (const auto& episode : episodes) {
    if (auto put = Put(*statement, episode); !put) return put;
  }
  return transaction->Commit();
}

Result<std::vector<Episode>> EpisodeStore::List(const EpisodeQuery& query) {
  auto statement = Statement::Prepare(
      *database_, std::string(kSelect) +
                      "WHERE (?1 = '' OR container = ?1 OR service_key = ?1) AND (NOT ?2 OR ended_at IS NULL) AND "
                      "(?3 = 0 OR id < ?3) ORDER BY id DESC LIMIT ?4");
  if (!statement) return statement.error();
  statement->Bind(query.container).Bind(std::int64_t{query.open});
  statement->Bind(static_cast<std::int64_t>(query.before_id)).Bind(static_cast<std::int64_t>(query.limit));
  return Rows(*statement);
}

Result<std::vector<Episode>> EpisodeStore::Recent(WallTime since, std::size_t limit) {
  auto statement = Statement::Prepare(*database_, std::string(kSelect) +
                                                      "WHERE ended_at IS NULL OR ended_at > ? OR id = "
                                                      "(SELECT max(id) FROM episodes) ORDER BY id DESC LIMIT ?");
  if (!statement) return statement.error();
  auto episodes = Rows(statement->Bind(ToRow(since)).Bind(static_cast<std::int64_t>(limit)));
  if (episodes) std::reverse(episodes->begin(), episodes->end());
  return episodes;
}

Result<> EpisodeStore::WritePauses(const std::map<std::string, WallTime>& pauses) {
  auto transaction = sqlite::Transaction::Begin(*database_);
  if (!transaction) return transaction.error();
  if (auto cleared = database_->Execute("DELETE FROM pauses"); !cleared) return cleared;
  for (const auto& [service_key, until] : pauses) {
    auto statement = Statement::Prepare(*database_, "INSERT INTO pauses (service_key, until) VALUES (?, ?)");
    if (!statement) return statement.error();
    if (auto put = statement->Bind(service_key).Bind(ToRow(until)).Run(); !put) return put;
  }
  return transaction->Commit();
}

Result<std::map<std::string, WallTime>> EpisodeStore::Pauses() {
  auto statement = Statement::Prepare(*database_, "SELECT service_key, until FROM pauses");
  if (!statement) return statement.error();
  std::map<std::string, WallTime> pauses;
  for (;;) {
    const auto row = statement->Next();
    if (!row) return row.error();
    if (!*row) return pauses;
    pauses.emplace(statement->Text(0), TimeFromRow(statement->Integer(1)));
  }
}

Result<> EpisodeStore::Prune(WallTime before, std::size_t keep) {
  auto transaction = sqlite::Transaction::Begin(*database_);
  if (!transaction) return transaction.error();
  auto old = Statement::Prepare(*database_, "DELETE FROM episodes WHERE ended_at < ?");
  if (!old) return old.error();
  if (auto done = old->Bind(ToRow(before)).Run(); !done) return done;
  auto many = Statement::Prepare(*database_,
                                 "DELETE FROM episodes WHERE id IN (SELECT id FROM episodes WHERE ended_at IS NOT NULL "
                                 "ORDER BY id DESC LIMIT -1 OFFSET ?)");
  if (!many) return many.error();
  if (auto done = many->Bind(static_cast<std::int64_t>(keep)).Run(); !done) return done;
  return transaction->Commit();
}

}  // namespace berth::agent
