// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What reports mean, those of machines that no test has among them.
#include "tools/ring/doctor/Findings.h"
#include "tools/ring/doctor/Table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ring::tool {
namespace {

/// A machine on which nothing is wrong.
Json healthy() {
  return Json::parse(R"json({
    "version": 1, "ringkernel": "1.2.3", "system": "Linux",
    "processor": {"model": "m", "cores": 2, "usableCores": 2, "features": ["avx"], "wideAccess": true},
    "memory": {"sharedMemory": {"path": "/dev/shm", "exists": true, "writable": true, "inMemory": true,
                                "bytes": 1, "freeBytes": 1}, "memlockLimitBytes": null},
    "compilers": [{"name": "ringc", "path": "/r", "version": "ringc 1.2.3 (LLVM 19)"},
                  {"name": "g++", "path": "/g", "version": "g++ 12"}],
    "cuda": {"state": "works", "problem": null,
      "driver": {"found": true, "usable": true, "path": "/c", "version": "13.0", "problem": null},
      "nvrtc": {"found": true, "usable": true, "path": "/n", "version": "13.0", "problem": null},
      "gpusOnBus": 1, "mps": {"pipeDirectory": "/p", "named": false, "daemon": false},
      "gpus": [{"name": "GPU", "pciBusId": "0", "mig": false, "computeMode": "default",
                "pcie": {"width": 16, "maxWidth": 16}, "usable": true}]},
    "webgpu": {"state": "works", "problem": null, "libraries": [{"path": "/w", "named": true, "usable": true,
      "problem": null, "adapters": [{"name": "GPU", "driver": "Vulkan", "software": false, "null": false}]}]},
    "cache": {"path": "/k", "namedBy": "HOME", "exists": true, "private": true, "writable": true, "garbage": 0},
    "tearing": {"threads": {"state": "works", "problem": null, "threads": {"reads": 9, "changes": 9, "torn": 0}}},
    "selfTests": {"cpu": {"state": "works", "problem": null}, "cuda": {"state": "works", "problem": null},
                  "webgpu": {"state": "works", "problem": null}}
  })json");
}

/// Severity and subject of each.
std::vector<std::string> found(const Json& report) {
  std::vector<std::string> all;
  for (const Json& finding : findingsOf(report)) {
    all.push_back(finding["severity"].get<std::string>() + " " +
                  finding["about"].get<std::string>());
    EXPECT_FALSE(finding["what"].get<std::string>().empty());
    EXPECT_FALSE(finding["wayOut"].get<std::string>().empty());
  }
  return all;
}
/// What is found where the member at `pointer` is `value`.
std::vector<std::string> foundWith(const char* pointer, Json value) {
  Json report = healthy();
  report[Json::json_pointer(pointer)] = std::move(value);
  return found(report);
}
using All = std::vector<std::string>;

TEST(DoctorFindings, AHealthyMachineHasNone) {
  EXPECT_EQ(found(healthy()), All{});
  EXPECT_EQ(exitCodeOf(findingsOf(healthy())), 0);
  EXPECT_EQ(backendsOf(healthy()),
            Json({{"cpu", "works"}, {"cuda", "works"}, {"webgpu", "works"}}));
}

TEST(DoctorFindings, OneMemberMakesOneFinding) {
  EXPECT_EQ(foundWith("/compilers/0/path", nullptr), All{"missing compilers"});
  EXPECT_EQ(foundWith("/compilers/0/version", "ringc 1.2.30 (LLVM 19)"), All{"warning compilers"});
  EXPECT_EQ(foundWith("/compilers/1/path", nullptr), All{"missing compilers"});
  EXPECT_EQ(foundWith("/compilers/1/version", nullptr), All{"broken compilers"});
  EXPECT_EQ(foundWith("/processor/wideAccess", false), All{"warning processor"});
  EXPECT_EQ(foundWith("/memory/sharedMemory/writable", false), All{"warning memory"});
  EXPECT_EQ(foundWith("/cuda/driver/version", "12.8"), All{"warning cuda"});
  EXPECT_EQ(foundWith("/cuda/mps/daemon", true), All{"note cuda"});
  EXPECT_EQ(foundWith("/cuda/gpus/0/mig", true), All{"note cuda"});
  EXPECT_EQ(foundWith("/cuda/gpus/0/computeMode", "exclusive process"), All{"note cuda"});
  EXPECT_EQ(foundWith("/cuda/gpus/0/pcie/width", 4), All{"warning cuda"});
  EXPECT_EQ(foundWith("/webgpu/libraries/0/adapters/0/software", true), All{"note webgpu"});
  EXPECT_EQ(foundWith("/cache/writable", false), All{"broken cache"});
  EXPECT_EQ(foundWith("/cache/private", false), All{"broken cache"});
  EXPECT_EQ(foundWith("/cache/garbage", 3), All{"warning cache"});
  EXPECT_EQ(foundWith("/cache/path", nullptr), All{"note cache"});
  EXPECT_EQ(foundWith("/tearing/threads/state", "broken"), All{"broken tearing"});
  EXPECT_EQ(foundWith("/tearing/threads/state", "inconclusive"), All{"warning tearing"});
  EXPECT_EQ(foundWith("/selfTests/cuda/state", "broken"), All{"broken cuda"});
}

TEST(DoctorFindings, WhatIsBrokenDecidesTheExitCodeAndWhatIsMissingDoesNot) {
  for (const char* state : {"missing", "unsupported"}) {
    Json report = healthy();
    report["cuda"]["state"] = state;
    report["cuda"]["problem"] = "none";
    report["selfTests"].erase("cuda");
    EXPECT_EQ(found(report), All{"missing cuda"});
    EXPECT_EQ(exitCodeOf(findingsOf(report)), 0);
    EXPECT_EQ(backendsOf(report)["cuda"], state);
  }
  Json report = healthy();
  report["cuda"]["state"] = "broken";
  EXPECT_EQ(exitCodeOf(findingsOf(report)), 1);
  // A cache that nobody uses is none to break.
  report = healthy();
  report["cuda"]["state"] = "missing";
  report["cache"]["writable"] = false;
  EXPECT_EQ(exitCodeOf(findingsOf(report)), 0);
}

/// What is left of a part whose process crashed.
TEST(DoctorFindings, PartsThatGaveNoResultAreBrokenAndShown) {
  const Json crashed{{"state", "broken"}, {"problem", "its process was ended by signal 11"}};
  for (const char* pointer :
       {"/cuda", "/webgpu", "/tearing/threads", "/tearing/cuda", "/selfTests/cpu"}) {
    Json report = healthy();
    report[Json::json_pointer(pointer)] = crashed;
    report["backends"] = backendsOf(report);
    report["findings"] = findingsOf(report);
    EXPECT_EQ(exitCodeOf(report["findings"]), 1) << pointer;
    EXPECT_NE(tableOf(report).find("its process was ended by signal 11"), std::string::npos)
        << pointer;
  }
}

TEST(DoctorTable, ControlCharactersAreNotPrinted) {
  Json report = healthy();
  report["processor"]["model"] = "a\x1b]0;x\x07"
                                 "b";
  report["backends"] = backendsOf(report);
  report["findings"] = Json::array();
  const std::string table = tableOf(report);
  EXPECT_NE(table.find("a ]0;x b"), std::string::npos);
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
}

} // namespace
} // namespace ring::tool
