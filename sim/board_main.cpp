// A board in simulation: its UART pins on one file descriptor, usually a pseudo-terminal.
//
//   board PTY_FD BIT_CYCLES    BIT_CYCLES may have a fraction: our clock is not the board's
//
// stdin takes one-letter commands: r presses reset, l answers with the LEDs on a line of stdout, b sends the next byte
// with a low stop bit. The end of stdin ends the simulation, so a dead parent leaves nothing running.
// CLOCK, RX, TX, RESET and LEDS are the board's port names, PRESSED is the level of RESET while pressed; the build
// defines them.

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>

#include "Vtop.h"
#include "verilated.h"

namespace {

constexpr long kResetCycles = 64;
constexpr long kWakeCycles = 64;  // after it, before the next byte: a board in reset hears nothing
constexpr long kIdleBits = 4000;  // longer than the link's silence: afterwards nothing can change by itself

// Eight data bits between a start and a stop bit, at times that are rounded to cycles.
class Sender {
 public:
  explicit Sender(double bit_cycles) : bit_(bit_cycles) {}
  bool busy() const { return index_ < 10; }
  void start(unsigned char byte, bool bad_stop) {
    frame_ = byte << 1 | (bad_stop ? 0 : 0x200);
    index_ = 0;
    cycle_ = 0;
  }
  bool line() {
    if (!busy()) return true;
    const bool value = frame_ >> index_ & 1;
    if (++cycle_ >= static_cast<long>((index_ + 1) * bit_)) ++index_;
    return value;
  }

 private:
  double bit_;
  unsigned frame_ = 0x3ff;
  int index_ = 10;
  long cycle_ = 0;
};

// Samples the middle of each bit.
class Receiver {
 public:
  explicit Receiver(double bit_cycles) : bit_(bit_cycles) {}
  bool busy() const { return cycle_ >= 0; }
  // The received byte, or -1.
  int line(bool value) {
    if (cycle_ < 0) {
      if (value) return -1;
      cycle_ = 0;
      index_ = 0;
    }
    if (++cycle_ < static_cast<long>((index_ + 0.5) * bit_)) return -1;
    if (index_ >= 1 && index_ <= 8) byte_ = byte_ >> 1 | (value ? 0x80 : 0);
    if (++index_ < 10) return -1;
    cycle_ = -1;
    return value ? byte_ : -1;
  }

 private:
  double bit_;
  long cycle_ = -1;
  int index_ = 0;
  int byte_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int pty = std::atoi(argv[1]);
  const double bit_cycles = std::atof(argv[2]);
  VerilatedContext context;
  const auto top = std::make_unique<Vtop>(&context);
  Sender sender(bit_cycles);
  Receiver receiver(bit_cycles);
  std::deque<unsigned char> queue;
  bool bad_stop = false;
  long reset_left = kResetCycles + kWakeCycles, quiet = 0, until_poll = 0;
  const long idle = static_cast<long>(kIdleBits * bit_cycles);

  for (;;) {
    if (--until_poll < 0) {
      until_poll = static_cast<long>(bit_cycles);
      pollfd inputs[] = {{pty, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
      poll(inputs, 2, quiet > idle ? 100 : 0);
      if (inputs[1].revents) {
        char command;
        if (read(STDIN_FILENO, &command, 1) != 1) break;
        if (command == 'r') reset_left = kResetCycles + kWakeCycles;
        if (command == 'b') bad_stop = true;
        if (command == 'l') {
          std::printf("%u\n", static_cast<unsigned>(top->LEDS));
          std::fflush(stdout);
        }
        quiet = 0;
      }
      if (inputs[0].revents & POLLIN) {
        unsigned char bytes[4096];
        const ssize_t count = read(pty, bytes, sizeof bytes);
        if (count > 0) queue.insert(queue.end(), bytes, bytes + count);
      }
    }
    if (!sender.busy() && !queue.empty() && !reset_left) {
      sender.start(queue.front(), bad_stop);
      queue.pop_front();
      bad_stop = false;
    }
    quiet = sender.busy() || receiver.busy() || reset_left ? 0 : quiet + 1;
    if (reset_left) --reset_left;
    top->RESET = (reset_left > kWakeCycles) == PRESSED;
    top->RX = sender.line();
    top->CLOCK = 1;
    top->eval();
    top->CLOCK = 0;
    top->eval();
    const int byte = receiver.line(top->TX);
    if (byte >= 0) {
      const unsigned char out = static_cast<unsigned char>(byte);
      if (write(pty, &out, 1) != 1) break;
    }
  }
  top->final();
  return 0;
}
