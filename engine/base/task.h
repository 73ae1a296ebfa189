// The coroutine type of the whole program.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "engine/base/error.h"

namespace berth {

// Runs on the loop thread. Bind an awaited value to a variable before you test it: `if (co_await f())` is miscompiled
// by g++ 11 and 12, without a warning.
template <class T = void>
using Task = boost::asio::awaitable<T>;

template <class T = void>
using ResultTask = boost::asio::awaitable<Result<T>>;

}  // namespace berth
