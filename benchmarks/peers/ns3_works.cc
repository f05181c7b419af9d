// The works of this project's benchmarks on ns-3: ns3_works WORK SIZE OPERATIONS.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <deque>
#include <list>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "ns3/core-module.h"

using namespace ns3;

namespace {

std::mt19937_64 generator(1);

double Exponential(double mean) { return std::exponential_distribution<double>(1 / mean)(generator); }

double Uniform() { return std::uniform_real_distribution<double>()(generator); }

int64_t CpuNow() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return int64_t(t.tv_sec) * 1000000000 + t.tv_nsec;
}

Time Delay(double seconds) { return NanoSeconds(int64_t(seconds * 1e9)); }

int64_t RunTimed() {
  int64_t before = CpuNow();
  Simulator::Run();
  return CpuNow() - before;
}

void Print(int64_t operations, int64_t cpu, double check) {
  std::printf("{\"operations\": %lld, \"cpu_ns\": %lld, \"check\": %.9g}\n", (long long)operations, (long long)cpu, check);
}

// W1: an event for each arrival and each departure.
struct Desk {
  int64_t toCome;
  std::deque<double> line;
  double waited = 0;

  void Serve() { Simulator::Schedule(Delay(Exponential(1)), &Desk::Depart, this); }
  void Depart() {
    line.pop_front();
    if (!line.empty()) {
      waited += Simulator::Now().GetSeconds() - line.front();
      Serve();
    }
  }
  void Arrive() {
    line.push_back(Simulator::Now().GetSeconds());
    if (line.size() == 1) Serve();
    if (--toCome > 0) Simulator::Schedule(Delay(Exponential(1.25)), &Desk::Arrive, this);
  }
};

void W1(int64_t customers) {
  Desk desk{customers};
  Simulator::Schedule(Delay(0), &Desk::Arrive, &desk);
  int64_t cpu = RunTimed();
  Print(customers, cpu, desk.waited / double(customers));
}

// W2
int64_t holdsLeft;

void Hold() {
  Simulator::Schedule(Delay(Exponential(1e-3)), &Hold);
  if (--holdsLeft == 0) Simulator::Stop();
}

void W2(int64_t pending, int64_t holds) {
  for (int64_t i = 0; i < pending; i++) Simulator::Schedule(Delay(Exponential(1e-3)), &Hold);
  holdsLeft = std::max<int64_t>(10000, 2 * pending);
  Simulator::Run();
  holdsLeft = holds;
  Print(holds, RunTimed(), 0);
}

// W3
std::vector<double> cdf;
int64_t requestsLeft, hits;
double latencySum;

struct Pop {
  std::list<uint32_t> order;  // newest first
  std::unordered_map<uint32_t, std::list<uint32_t>::iterator> index;

  void Fill(uint32_t object) {
    auto at = index.find(object);
    if (at != index.end()) {
      order.splice(order.begin(), order, at->second);
      return;
    }
    if (order.size() == 10000) {
      index.erase(order.back());
      order.pop_back();
    }
    order.push_front(object);
    index[object] = order.begin();
  }
  void Arrive() {
    uint32_t object = std::upper_bound(cdf.begin(), cdf.end(), Uniform() * cdf.back()) - cdf.begin();
    auto at = index.find(object);
    if (at != index.end()) {
      order.splice(order.begin(), order, at->second);
      hits++;
      latencySum += 5e-3;
    } else {
      latencySum += 55e-3;
      Simulator::Schedule(MilliSeconds(50), &Pop::Fill, this, object);
    }
    Simulator::Schedule(Delay(Exponential(1e-3)), &Pop::Arrive, this);
    if (--requestsLeft == 0) Simulator::Stop();
  }
};

void W3(int64_t requests) {
  double sum = 0;
  for (int i = 1; i <= 1000000; i++) cdf.push_back(sum += std::pow(i, -0.9));
  std::vector<Pop> pops(100);
  for (auto& pop : pops) Simulator::Schedule(Delay(Exponential(1e-3)), &Pop::Arrive, &pop);
  requestsLeft = requests;
  int64_t cpu = RunTimed();
  Print(requests, cpu, double(hits) / double(requests));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: ns3_works WORK SIZE OPERATIONS\n");
    return 2;
  }
  GlobalValue::Bind("SchedulerType", StringValue("ns3::PriorityQueueScheduler"));
  std::string work = argv[1];
  int64_t size = std::stoll(argv[2]), operations = std::stoll(argv[3]);
  if (work == "W1") W1(operations);
  if (work == "W2") W2(size, operations);
  if (work == "W3") W3(operations);
  Simulator::Destroy();
  return 0;
}
