// Records how often each net of a design toggles, as SAIF, while sim/tb_stream.sv sends frames at full rate.
//
//   activity FRAMES WARM_CYCLES CYCLES LIMIT_CYCLES +stimulus=FILE +expected=FILE +observed=FILE
//
// After reset and WARM_CYCLES the window opens: start.saif holds the bits as they are then (a toggle is a one, because
// Verilator counts from zero), window.saif their toggles in CYCLES cycles on top of that. Then all frames run to their
// end, and stdout says "RECEIVED MISMATCHES" in beats, so that nothing is recorded of a design that computes wrongly.

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "Vtop.h"
#include "Vtop___024root.h"
#include "verilated.h"
#include "verilated_saif_c.h"

namespace {

constexpr int kAllLevels = 99;
constexpr int kResetCycles = 2;

class Bench {
 public:
  Bench(VerilatedContext* context, uint32_t frames) : top_(context), knobs_(*top_.rootp) {
    for (VerilatedSaifC& recorder : recorders_) top_.trace(&recorder, kAllLevels);
    knobs_.tb_stream__DOT__frames = frames;
    knobs_.tb_stream__DOT__seed = 1;
    knobs_.tb_stream__DOT__gap_of_256 = 0;
    knobs_.tb_stream__DOT__stall_of_256 = 0;
    knobs_.tb_stream__DOT__clk = 0;
    knobs_.tb_stream__DOT__rst_n = 0;
    top_.eval();
    run(kResetCycles);
    knobs_.tb_stream__DOT__rst_n = 1;
  }
  ~Bench() { top_.final(); }

  void run(long cycles) {
    for (long i = 0; i < 2 * cycles; ++i) {
      knobs_.tb_stream__DOT__clk = !knobs_.tb_stream__DOT__clk;
      top_.eval();
      ++time_;
      if (open_) open_->dump(time_ - opened_);
    }
  }

  // Each recorder serves once: opened again, it would not look at the bits that rest.
  void record(int recorder, const char* file, long cycles) {
    open_ = &recorders_[recorder];
    opened_ = time_;
    open_->open(file);
    open_->dump(0);
    run(cycles);
    open_->close();
    open_ = nullptr;
  }

  bool done() const { return knobs_.tb_stream__DOT__done; }
  uint32_t received() const { return knobs_.tb_stream__DOT__received; }
  uint32_t mismatches() const { return knobs_.tb_stream__DOT__mismatches; }

 private:
  VerilatedSaifC recorders_[2];
  VerilatedSaifC* open_ = nullptr;
  Vtop top_;
  Vtop___024root& knobs_;
  uint64_t time_ = 0;  // in half cycles
  uint64_t opened_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "activity: FRAMES WARM_CYCLES CYCLES LIMIT_CYCLES are missing\n");
    return 2;
  }
  VerilatedContext context;
  context.commandArgs(argc, argv);
  context.traceEverOn(true);
  Bench bench(&context, std::strtoul(argv[1], nullptr, 10));
  bench.run(std::atol(argv[2]));
  bench.record(0, "start.saif", 0);
  bench.record(1, "window.saif", std::atol(argv[3]));
  for (long left = std::atol(argv[4]); left > 0 && !bench.done(); --left) bench.run(1);
  std::printf("%u %u\n", bench.received(), bench.mismatches());
  return 0;
}
