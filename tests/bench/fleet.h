// Many containers that go with this object.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

namespace berth::bench {

class Fleet {
 public:
  // Their names are NAME-0, NAME-1 ...
  Fleet(std::string endpoint, std::string name, boost::json::object config);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // Creates more, until there are so many.
  void GrowTo(int count);
  void StartAll();

  const std::string& Any() const { return ids_.front(); }

 private:
  template <class Work>
  void ForAll(Work work);

  const std::string endpoint_;
  const std::string name_;
  const boost::json::object config_;
  std::vector<std::string> ids_;
};

}  // namespace berth::bench
