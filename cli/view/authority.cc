#include "cli/view/authority.h"

#include <ctime>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "cli/text/safe.h"
#include "cli/text/table.h"

namespace berth::cli {
namespace {

namespace json = boost::json;

constexpr auto kSoon = std::chrono::days(30);
constexpr auto kAuthoritySoon = std::chrono::days(365);

std::string Formatted(WallTime time, const char* format) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), format, &parts));
  return text;
}

std::string Rfc3339(WallTime time) { return Formatted(time, "%Y-%m-%dT%H:%M:%SZ"); }

std::string Addresses(const CertificateFacts& facts) {
  std::string text;
  for (const auto& each : facts.addresses) text += (text.empty() ? "" : ", ") + Safe(each);
  return text.empty() ? "-" : text;
}

std::string StateWord(const IssuedCertificate& each, WallTime now) {
  if (each.revoked) return "revoked";
  if (each.facts.until <= now) return "expired";
  return each.facts.until - now < kSoon ? "ends soon" : "good";
}

Tone ToneOfState(const std::string& state) {
  if (state == "good") return Tone::kGood;
  return state == "ends soon" ? Tone::kWarning : Tone::kFaint;
}

json::object ToObject(const CertificateFacts& facts) {
  json::array addresses(facts.addresses.begin(), facts.addresses.end());
  return {
      {"name", facts.subject.name},        {"identity", facts.subject.name.empty() ? "" : IdentityOf(facts.subject)},
      {"addresses", std::move(addresses)}, {"serial", facts.serial},
      {"sha256", facts.fingerprint},       {"not_before", Rfc3339(facts.from)},
      {"not_after", Rfc3339(facts.until)}};
}

json::object ToObject(const IssuedCertificate& each, WallTime now) {
  json::object object = ToObject(each.facts);
  object["state"] = StateWord(each, now);
  if (each.revoked) object["revoked_at"] = Rfc3339(*each.revoked);
  return object;
}

}  // namespace

std::string Day(WallTime time) { return Formatted(time, "%Y-%m-%d"); }

std::string RoleOf(const Subject& subject) { return subject.is_host ? "host" : subject.role; }

std::string RenderAuthority(const Authority& authority, WallTime now, int width, const Palette& palette) {
  const CertificateFacts own = authority.facts();
  std::string text = "authority in " + Safe(authority.directory().string()) + ", until " + Day(own.until) +
                     ", sha256:" + own.fingerprint + "\n";
  if (own.until - now < kAuthoritySoon) {
    text += palette(Tone::kWarning,
                    "It ends soon, and with it all that it issued: make another one with --directory, and issue anew") +
            "\n";
  }
  if (authority.issued().empty()) return text + "It has issued nothing: berthctl pki issue host --help\n";
  Table table({{"NAME"}, {"ROLE"}, {"STATE"}, {"ENDS"}, {"ADDRESSES", true}, {"SERIAL"}});
  for (const auto& each : authority.issued()) {
    const std::string state = StateWord(each, now);
    table.Add({Safe(each.facts.subject.name), RoleOf(each.facts.subject), palette(ToneOfState(state), state),
               Day(each.facts.until), Addresses(each.facts), each.facts.serial});
  }
  return text + table.Render(width, palette);
}

std::string AuthorityJson(const Authority& authority, WallTime now) {
  json::array certificates;
  for (const auto& each : authority.issued()) certificates.push_back(ToObject(each, now));
  return json::serialize(json::object{{"directory", authority.directory().string()},
                                      {"ca", ToObject(authority.facts())},
                                      {"certificates", std::move(certificates)}});
}

std::string CertificateJson(const CertificateFacts& facts) { return json::serialize(ToObject(facts)); }

}  // namespace berth::cli
