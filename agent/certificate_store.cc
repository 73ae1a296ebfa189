#include "agent/certificate_store.h"

#include <boost/json/serialize.hpp>

#include "agent/journal_rows.h"
#include "agent/json_values.h"

namespace berth::agent {
namespace {

using boost::json::array;
using boost::json::object;
using certificates::Attempts;
using sqlite::Statement;

array Times(const std::vector<WallTime>& times) {
  array list;
  for (const auto time : times) list.push_back(Nanoseconds(time));
  return list;
}

std::vector<WallTime> TimesAt(const object& json, std::string_view key) {
  std::vector<WallTime> times;
  for (const auto& value : ArrayAt(json, key)) {
    if (value.is_int64()) times.push_back(TimeFromRow(value.get_int64()));
  }
  return times;
}

object ToJson(const Attempts& attempts) {
  return {{"last_attempt", Nanoseconds(attempts.last_attempt)},
          {"last_success", Nanoseconds(attempts.last_success)},
          {"failures_in_a_row", attempts.failures_in_a_row},
          {"not_before", Nanoseconds(attempts.not_before)},
          {"last_trouble", certificates::Name(attempts.last_trouble)},
          {"last_error", attempts.last_error},
          {"issued", Times(attempts.issued)},
          {"refused", Times(attempts.refused)},
          {"serial", attempts.serial},
          {"deployed_serial", attempts.deployed_serial},
          {"told", attempts.told}};
}

Attempts FromJson(std::string lineage, const object& json) {
  Attempts attempts;
  attempts.lineage = std::move(lineage);
  attempts.last_attempt = TimeAt(json, "last_attempt");
  attempts.last_success = TimeAt(json, "last_success");
  attempts.failures_in_a_row = NumberAt<int>(json, "failures_in_a_row");
  attempts.not_before = TimeAt(json, "not_before");
  attempts.last_trouble = certificates::ParseTrouble(StringAt(json, "last_trouble"));
  attempts.last_error = StringAt(json, "last_error");
  attempts.issued = TimesAt(json, "issued");
  attempts.refused = TimesAt(json, "refused");
  attempts.serial = StringAt(json, "serial");
  attempts.deployed_serial = StringAt(json, "deployed_serial");
  attempts.told = StringAt(json, "told");
  return attempts;
}

}  // namespace

Result<std::vector<Attempts>> CertificateStore::Load() {
  auto statement = Statement::Prepare(*database_, "SELECT lineage, attempts FROM lineages");
  if (!statement) return statement.error();
  std::vector<Attempts> all;
  for (;;) {
    const auto row = statement->Next();
    if (!row) return row.error();
    if (!*row) return all;
    all.push_back(FromJson(statement->Text(0), ObjectFromRow(statement->Text(1))));
  }
}

Result<> CertificateStore::Save(const Attempts& attempts) {
  auto statement = Statement::Prepare(*database_, "INSERT OR REPLACE INTO lineages (lineage, attempts) VALUES (?, ?)");
  if (!statement) return statement.error();
  return statement->Bind(attempts.lineage).Bind(boost::json::serialize(ToJson(attempts))).Run();
}

Result<> CertificateStore::Forget(const std::string& lineage) {
  auto statement = Statement::Prepare(*database_, "DELETE FROM lineages WHERE lineage = ?");
  if (!statement) return statement.error();
  return statement->Bind(lineage).Run();
}

}  // namespace berth::agent
