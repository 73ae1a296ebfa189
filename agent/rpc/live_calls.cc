#include "agent/rpc/live_calls.h"

#include <string>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "engine/base/log.h"

namespace berth::rpc {

namespace asio = boost::asio;

LiveCalls::Number LiveCalls::Open() {
  ++open_;
  return ++last_;
}

void LiveCalls::HangUp(Number call) {
  asio::post(loop_, [this, call] { Cancel(call); });
}

asio::cancellation_slot LiveCalls::SlotOf(Number call) {
  const auto signal = std::make_shared<asio::cancellation_signal>();
  signals_.emplace(call, signal);
  return signal->slot();
}

void LiveCalls::StopAll() {
  stopping_ = true;
  std::vector<Number> calls;
  calls.reserve(signals_.size());
  for (const auto& [call, signal] : signals_) calls.push_back(call);
  for (const Number call : calls) Cancel(call);
}

void LiveCalls::Cancel(Number call) {
  const auto found = signals_.find(call);
  if (found == signals_.end()) return;
  const auto signal = found->second;  // the call may end, and be forgotten, while it is told
  signal->emit(asio::cancellation_type::terminal);
}

Error LiveCalls::Explain(std::exception_ptr thrown) const {
  std::string what;
  try {
    std::rethrow_exception(std::move(thrown));
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted)
      return Explain(Error{Code::kCancelled, "CANCELLED", "cancelled"});
    what = error.what();
  } catch (const std::exception& error) {
    what = error.what();
  }
  log::Error("a call failed by an exception", {{"what", what}});
  return {Code::kInternal, "INTERNAL", "a bug in the agent: " + what};
}

Error LiveCalls::Explain(Error error) const {
  if (error.code != Code::kCancelled || !stopping_) return error;
  return {Code::kUnavailable, "AGENT_STOPPING", "the agent is stopping; try again in a moment"};
}

}  // namespace berth::rpc
