#include "certbot-hook/renewal_conf.h"

#include <algorithm>
#include <sstream>

#include <boost/algorithm/string/trim.hpp>

namespace berth::certificates {
namespace {

void AddOnce(std::vector<std::string>& all, std::string one) {
  boost::algorithm::trim_if(one, [](char c) { return c == ',' || c == ' '; });
  if (!one.empty() && std::ranges::find(all, one) == all.end()) all.push_back(std::move(one));
}

}  // namespace

// "key = value" by lines; below [[webroot_map]] each key is a name, and its value a webroot.
RenewalConf ReadRenewalConf(const std::string& text) {
  RenewalConf conf;
  std::istringstream lines(text);
  bool in_map = false;
  for (std::string line; std::getline(lines, line);) {
    boost::algorithm::trim(line);
    if (line.starts_with('[')) in_map = line == "[[webroot_map]]";
    const auto equals = line.find(" = ");
    if (equals == std::string::npos || line.starts_with('#')) continue;
    const std::string key = line.substr(0, equals);
    const std::string value = boost::algorithm::trim_copy(line.substr(equals + 3));
    if (in_map || key == "webroot_path") {
      AddOnce(conf.webroots, value);
    } else if (key == "authenticator") {
      conf.authenticator = value;
    } else if (key == "server") {
      conf.server = value;
    }
  }
  return conf;
}

}  // namespace berth::certificates
