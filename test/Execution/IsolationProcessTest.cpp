// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Isolation::Process and the system: the child begins and ends with its host, whatever happens to
// either, and nothing is left behind.
#include "Apart.h"
#include "FakeScenario.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <fstream>
#include <iterator>

namespace ring::test {
namespace {

using namespace std::chrono_literals;

std::size_t openFiles() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::size_t sharedMappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);)
    count += line.find("memfd:ringkernel") != std::string::npos;
  return count;
}

TEST_F(Apart, NothingIsLeftBehind) {
  EXPECT_TRUE(useAll(options()));
  const std::size_t files = openFiles();
  EXPECT_EQ(sharedMappings(), 0u);
  for (int i = 0; i < 5; ++i) {
    Result<Runtime> runtime = Runtime::create(options());
    ASSERT_TRUE(runtime) << runtime.status().message();
    const auto actor = runtime->spawn<traffic::Register>(7u);
    ASSERT_TRUE(actor);
    const auto buffer = runtime->buffer<float>(1000);
    EXPECT_TRUE(buffer);
    const std::size_t before = openFiles();
    killChild(*runtime);
    EXPECT_TRUE(runtime->state(*actor));
    const std::size_t after = openFiles();
    for (int turn = 0; turn < 3; ++turn) {
      killChild(*runtime);
      EXPECT_TRUE(runtime->state(*actor));
    }
    EXPECT_LE(openFiles(), after + 4) << "connections of calls at once";
    EXPECT_GT(before, files);
  }
  EXPECT_TRUE(within10s([] { return children().empty(); }));
  EXPECT_EQ(openFiles(), files);
  EXPECT_EQ(sharedMappings(), 0u);
}

TEST_F(Apart, TheChildHasNoneOfTheHostsFiles) {
  const int file = open("/dev/null", O_RDONLY); // not marked to be closed
  Result<Runtime> runtime = Runtime::create(options());
  ASSERT_TRUE(runtime) << runtime.status().message();
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(child()) + "/fd", error)) {
    const std::string number = entry.path().filename();
    const std::string target = std::filesystem::read_symlink(entry, error);
    EXPECT_TRUE(target.starts_with("socket:") || target.find("memfd:") != std::string::npos ||
                std::stoi(number) <= 2)
        << number << " is " << target;
  }
  EXPECT_FALSE(error) << error.message();
  close(file);
}

/// The thread that made the runtime is no more; the system takes the end of a thread for that of a
/// parent.
TEST_F(Apart, TheChildOutlivesTheThreadThatMadeIt) {
  std::optional<Runtime> runtime;
  std::thread([&] { runtime.emplace(Runtime::create(options()).value()); }).join();
  const pid_t first = child();
  std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(runtime->spawn<traffic::Register>(7u));
  EXPECT_EQ(child(), first);
}

/// A host that is killed takes its child with it, and the next host has a GPU within 5 s.
TEST_F(Apart, AKilledHostLeavesNoChild) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t host = fork();
  if (host == 0) {
    Result<Runtime> runtime = Runtime::create(options());
    pid_t made = 0;
    if (runtime && runtime->spawn<traffic::Register>(7u))
      made = children().front();
    static_cast<void>(write(ends[1], &made, sizeof(made)));
    for (;;)
      pause();
  }
  pid_t grandchild = 0;
  ASSERT_EQ(read(ends[0], &grandchild, sizeof(grandchild)),
            static_cast<ssize_t>(sizeof(grandchild)));
  ASSERT_GT(grandchild, 0);
  EXPECT_EQ(kill(grandchild, 0), 0);
  kill(host, SIGKILL);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(waitpid(host, nullptr, 0), host);
  EXPECT_TRUE(useAll(options()));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_TRUE(within10s([&] {
    std::ifstream file("/proc/" + std::to_string(grandchild) + "/stat");
    std::string text((std::istreambuf_iterator<char>(file)), {});
    return text.empty() || text.find(") Z") != std::string::npos; // nobody may reap it here
  }));
  close(ends[0]);
  close(ends[1]);
}

TEST_F(Apart, AHostMayIgnoreItsChildren) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  {
    Result<Runtime> runtime = Runtime::create(options());
    ASSERT_TRUE(runtime) << runtime.status().message();
    EXPECT_TRUE(runtime->spawn<traffic::Register>(7u));
    killChild(*runtime);
    EXPECT_TRUE(runtime->spawn<traffic::Register>(7u));
  }
  std::signal(SIGCHLD, before);
}

TEST_F(Apart, TwoRuntimesHaveAProcessEach) {
  Result<Runtime> first = Runtime::create(options()), second = Runtime::create(options());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(children().size(), 2u);
  const auto one = first->spawn<traffic::Register>(1u),
             other = second->spawn<traffic::Register>(2u);
  ASSERT_TRUE(one && other);
  for (const pid_t one : children())
    kill(one, SIGKILL);
  EXPECT_TRUE(within10s(
      [&] { return first->statistics().recoveries == 1 && second->statistics().recoveries == 1; }));
  EXPECT_TRUE(first->state(*one));
  EXPECT_TRUE(second->state(*other));
}

TEST_F(Apart, AProgramThatIsNoneIsRefused) {
  const auto opened = [](const char* program) {
    setenv("RINGKERNEL_GPU_PROCESS", program, 1);
    const Status status = Runtime::create(options()).status();
    unsetenv("RINGKERNEL_GPU_PROCESS");
    return status;
  };
  const Status missing = opened("/nowhere/ringkernel-gpu");
  EXPECT_EQ(missing.code(), StatusCode::Unsupported);
  EXPECT_NE(missing.message().find("/nowhere/ringkernel-gpu"), std::string::npos);
  const Status wrong = opened("/bin/true");
  EXPECT_EQ(wrong.code(), StatusCode::Unsupported);
  EXPECT_NE(wrong.message().find("did not start"), std::string::npos) << wrong.message();
}

TEST_F(Apart, TheDriversRefusalsAreTold) {
  play("driverVersion=11080", 0);
  EXPECT_EQ(Runtime::create(options()).status().message(),
            "the CUDA driver is for CUDA 11.8; 12.0 or newer is needed: update it");
  play("devices=0", 0);
  EXPECT_EQ(Runtime::create(options()).status().code(), StatusCode::NotFound);
  play("capability=70", 0);
  EXPECT_EQ(Runtime::create(options()).status().message(),
            "the GPU has compute capability 7.0; 7.5 is needed");
}

TEST_F(Apart, OtherBackendsHaveNoProcess) {
  RuntimeOptions cpu = options();
  cpu.backend = Backend::Cpu;
  EXPECT_EQ(Runtime::create(cpu).status().code(), StatusCode::Unsupported);
  RuntimeOptions any = options();
  any.backend = Backend::Auto;
  play("devices=0", 0);
  EXPECT_EQ(Runtime::create(any).status().code(), StatusCode::Unsupported);
  RuntimeOptions fast = options();
  fast.hangLimit = std::chrono::nanoseconds(5);
  EXPECT_EQ(Runtime::create(fast).status().code(), StatusCode::InvalidArgument);
}

} // namespace
} // namespace ring::test
