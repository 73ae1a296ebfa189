// What is answered to whom; pure but for `collect`.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/http/verb.hpp>

#include "metrics/metrics.h"

namespace berth::metrics {

// An answer of HTTP/1.1, after which the connection ends. `collect` is called for GET /metrics alone.
std::string AnswerTo(boost::beast::http::verb verb, std::string_view target,
                     const std::function<std::vector<Family>()>& collect);
// To bytes that are no request.
std::string AnswerToNonsense();

}  // namespace berth::metrics
