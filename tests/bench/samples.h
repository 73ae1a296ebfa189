// Durations of one thing that was done many times, in milliseconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace berth::bench {

class Samples {
 public:
  void Add(double milliseconds) { values_.push_back(milliseconds); }
  void Add(std::chrono::nanoseconds duration) { Add(std::chrono::duration<double, std::milli>(duration).count()); }

  std::size_t size() const { return values_.size(); }
  double Percentile(double percent) const;
  double Median() const { return Percentile(50); }
  double Max() const { return Percentile(100); }

  // How far the median may be from the true one: half of a 95 % interval.
  double NoiseOfMedian() const;

 private:
  std::vector<double> values_;
};

// The same thing, done by the engine itself and through berthd.
struct Pairs {
  Samples engine;
  Samples berthd;

  double Ratio() const { return berthd.Median() / engine.Median(); }
  double Difference() const { return berthd.Median() - engine.Median(); }
  double NoiseOfDifference() const;
};

template <class Work>
std::chrono::nanoseconds Time(Work work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - began;
}

// In turns, so that whatever else the machine does hits both alike. A tenth of `count` more goes before and isn't
// counted.
template <class AskEngine, class AskBerthd>
Pairs InTurns(int count, AskEngine ask_engine, AskBerthd ask_berthd) {
  for (int i = 0; i < count / 10 + 1; ++i) ask_engine(), ask_berthd();
  Pairs pairs;
  for (int i = 0; i < count; ++i) {
    pairs.engine.Add(Time(ask_engine));
    pairs.berthd.Add(Time(ask_berthd));
  }
  return pairs;
}

}  // namespace berth::bench
