// A netlist in CXXRTL behind its two streams: offers recorded beats with pauses, writes down what comes out.
//
//   netlist IN_BEATS OUT_BEATS SEED TIMEOUT DRAIN GAP,STALL[,RESET_CYCLE...]...
//
// Each argument after DRAIN is a phase: chances of 256 for an idle input cycle and for one without tready, and cycles
// after each of which a reset comes and the beats start again. Reads stimulus.hex, writes observed_N.hex for phase N.
// It knows beats and pauses, like sim/tb_stream.sv; what the beats should be, its caller knows.
// MODEL and TOP are defined by the build: the generated header and class.

#include MODEL

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Words = std::vector<uint32_t>;  // a beat, low bits first

template <size_t Bits>
const value<Bits>& now(const value<Bits>& port) {
  return port;
}
template <size_t Bits>
const value<Bits>& now(const wire<Bits>& port) {
  return port.curr;
}

Words parsed(const std::string& hex) {
  Words words;
  for (size_t end = hex.size(); end > 0; end -= std::min<size_t>(end, 8)) {
    const size_t digits = std::min<size_t>(end, 8);
    words.push_back(static_cast<uint32_t>(std::stoul(hex.substr(end - digits, digits), nullptr, 16)));
  }
  return words;
}

std::vector<Words> read_beats(const char* file) {
  std::vector<Words> beats;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) beats.push_back(parsed(line));
  return beats;
}

template <size_t Bits>
void set(value<Bits>& port, const Words& words) {
  for (size_t i = 0; i < value<Bits>::chunks; i++) port.data[i] = i < words.size() ? words[i] : 0;
}

template <size_t Bits>
std::string hex(const value<Bits>& port) {
  std::string text;
  for (size_t i = value<Bits>::chunks; i-- > 0;) {
    char word[9];
    std::snprintf(word, sizeof word, "%08x", port.data[i]);
    text += word;
  }
  return text;
}

// xorshift32 (Marsaglia 2003), as in tb_stream.sv.
struct Noise {
  uint32_t state;
  bool below(unsigned chance_of_256) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return (state >> 8 & 0xff) < chance_of_256;
  }
};

struct Phase {
  unsigned gap, stall;
  std::vector<long> resets;
};

Phase parsed_phase(const char* text) {
  std::istringstream in(text);
  std::vector<long> numbers;
  for (std::string number; std::getline(in, number, ',');) numbers.push_back(std::stol(number));
  return {static_cast<unsigned>(numbers[0]), static_cast<unsigned>(numbers[1]), {numbers.begin() + 2, numbers.end()}};
}

class Bench {
 public:
  Bench(const std::vector<Words>& beats, size_t expected) : beats_(beats), expected_(expected) {}

  // Beats that came, in order; their number tells of lost and invented ones.
  const std::vector<std::string>& run(const Phase& phase, uint32_t seed, long timeout, long drain) {
    for (long cycles : phase.resets) {
      start(seed);
      for (long i = 0; i < cycles; i++) cycle(phase);
    }
    start(seed);
    for (long i = 0; i < timeout && came_.size() < expected_; i++) cycle(phase);
    for (long i = 0; i < drain; i++) cycle(phase);
    return came_;
  }

 private:
  void start(uint32_t seed) {
    noise_.state = seed | 1;
    sent_ = 0;
    offered_ = false;
    came_.clear();
    top_.p_rst__ni.template set<bool>(false);
    for (int i = 0; i < 2; i++) {
      settle();
      rise();
    }
    top_.p_rst__ni.template set<bool>(true);
  }

  // An offered beat stays until it is taken.
  void cycle(const Phase& phase) {
    if (!offered_) offered_ = sent_ < beats_.size() && !noise_.below(phase.gap);
    top_.p_s__axis__tvalid.template set<bool>(offered_);
    if (offered_) set(top_.p_s__axis__tdata, beats_[sent_]);
    const bool ready = !noise_.below(phase.stall);
    top_.p_m__axis__tready.template set<bool>(ready);
    settle();
    const bool given = offered_ && now(top_.p_s__axis__tready).template get<bool>();
    if (ready && now(top_.p_m__axis__tvalid).template get<bool>()) came_.push_back(hex(now(top_.p_m__axis__tdata)));
    rise();
    if (given) {
      sent_++;
      offered_ = false;
    }
  }

  // The clock falls as inputs change: evaluating the netlist is what costs time, and no cell takes this edge.
  void settle() {
    top_.p_clk__i.template set<bool>(false);
    top_.step();
  }

  // What follows from the new registers shows when it has settled.
  void rise() {
    top_.p_clk__i.template set<bool>(true);
    top_.step();
  }

  cxxrtl_design::TOP top_;
  const std::vector<Words>& beats_;
  const size_t expected_;
  Noise noise_{1};
  size_t sent_ = 0;
  bool offered_ = false;
  std::vector<std::string> came_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) return 2;
  const auto beats = read_beats("stimulus.hex");
  const size_t frames = beats.size() / std::strtoul(argv[1], nullptr, 10);
  Bench bench(beats, frames * std::strtoul(argv[2], nullptr, 10));
  for (int i = 6; i < argc; i++) {
    std::ofstream out("observed_" + std::to_string(i - 6) + ".hex");
    const auto seed = static_cast<uint32_t>(std::stoul(argv[3]) + i - 6);
    for (const auto& beat : bench.run(parsed_phase(argv[i]), seed, std::stol(argv[4]), std::stol(argv[5])))
      out << beat << '\n';
  }
  return 0;
}
