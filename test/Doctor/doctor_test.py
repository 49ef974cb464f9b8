#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs `ring doctor`: its facts against what this machine says otherwise, and machines that lack or break something.

The machines are made of the fake CUDA driver, named and told what to be in the environment, and of folders.

usage: doctor_test.py RING FAKE_CUDA; RINGKERNEL_TEST_WEBGPU and RINGKERNEL_TEST_ICD name a WebGPU library and its
Vulkan driver. Parts that lack them are skipped and say so; with CI=true they fail.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

RING, FAKE_CUDA = (Path(argument).resolve() for argument in sys.argv[1:3])
del sys.argv[1:3]
WEBGPU = os.environ.get("RINGKERNEL_TEST_WEBGPU", "")
ICD = os.environ.get("RINGKERNEL_TEST_ICD", "")
# What would change a machine under test.
HIDDEN = ("RINGKERNEL_CUDA_LIBRARY", "RINGKERNEL_NVRTC_LIBRARY", "RINGKERNEL_NVML_LIBRARY", "RINGKERNEL_WEBGPU_LIBRARY",
          "RINGKERNEL_CACHE_DIR", "RINGKERNEL_FAKE_GPU", "CUDA_MPS_PIPE_DIRECTORY", "VK_ICD_FILENAMES")


class DoctorCase(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.environment = {name: value for name, value in os.environ.items() if name not in HIDDEN}
        self.environment["RINGKERNEL_CACHE_DIR"] = str(self.folder / "cache")

    def ring(self, *arguments, **environment):
        return subprocess.run([RING, "doctor", *arguments], capture_output=True, text=True, timeout=300,
                              cwd=self.folder, env={**self.environment, **environment})

    def report(self, *arguments, **environment):
        ran = self.ring("--json", *arguments, **environment)
        report = json.loads(ran.stdout)
        self.assertEqual(ran.returncode, report["exitCode"], ran.stderr)
        self.assertEqual(ran.stderr, "")
        return report

    def fake(self, gpu="", **environment):
        """The report of a machine with that GPU."""
        libraries = {f"RINGKERNEL_{name}_LIBRARY": str(FAKE_CUDA) for name in ("CUDA", "NVRTC", "NVML")}
        return self.report(*self.options, RINGKERNEL_FAKE_GPU=gpu, **{**libraries, **environment})

    options = ("--quick",)

    def findings(self, report, about):
        return [(finding["severity"], finding["what"]) for finding in report["findings"] if finding["about"] == about]

    def assertFinding(self, report, about, severity, words):
        """One finding of that severity has these words, and a way out."""
        found = [finding for finding in report["findings"]
                 if finding["about"] == about and finding["severity"] == severity and words in finding["what"]]
        self.assertEqual(len(found), 1, json.dumps(report["findings"], indent=1))
        self.assertGreater(len(found[0]["wayOut"]), 10)
        self.assertEqual(report["exitCode"], int(any(f["severity"] == "broken" for f in report["findings"])))


class Facts(DoctorCase):
    def testProcessorAndMemoryAreThisMachines(self):
        report = self.report(*self.options)
        cpus = Path("/proc/cpuinfo").read_text()
        self.assertEqual(report["processor"]["usableCores"],
                         int(subprocess.run(["nproc"], capture_output=True, text=True).stdout))
        self.assertEqual(report["processor"]["cores"], os.cpu_count())
        self.assertEqual(report["system"], "{} {} {}".format(*(os.uname()[i] for i in (0, 2, 4))))
        flags = next((line for line in cpus.splitlines() if line.startswith("flags")), "").split()
        if flags:
            for name in ("avx", "avx2", "avx512f", "movdir64b"):
                self.assertEqual(name in report["processor"]["features"], name in flags, name)
            self.assertEqual(report["processor"]["wideAccess"], "avx" in flags)
            model = next(line for line in cpus.splitlines() if line.startswith("model name"))
            self.assertEqual(report["processor"]["model"], model.split(": ", 1)[1])
        space = os.statvfs("/dev/shm")
        self.assertEqual(report["memory"]["sharedMemory"]["bytes"], space.f_blocks * space.f_frsize)
        soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        self.assertEqual(report["memory"]["memlockLimitBytes"], None if soft == resource.RLIM_INFINITY else soft)

    def testRestrictedCoresAndMemlockAreSeen(self):
        core = min(os.sched_getaffinity(0))
        command = f"ulimit -S -l 64 && exec taskset -c {core} {RING} doctor --json"
        ran = subprocess.run(["bash", "-c", " ".join([command, *self.options])], capture_output=True, text=True,
                             env=self.environment, timeout=300)
        report = json.loads(ran.stdout)
        self.assertEqual(report["processor"]["usableCores"], 1)
        self.assertEqual(report["memory"]["memlockLimitBytes"], 64 * 1024)

    def testCompilersAreThoseOfThePath(self):
        report = self.report(*self.options)
        found = {compiler["name"]: compiler for compiler in report["compilers"]}
        for name in ("clang++-19", "clang++", "g++"):
            path = shutil.which(name)
            self.assertEqual(found[name]["path"], path)
            if path:
                version = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
                self.assertEqual(found[name]["version"], version.splitlines()[0])

    def testAnEmptyPathHasNoCompiler(self):
        report = self.report(*self.options, PATH=str(self.folder))
        self.assertFinding(report, "compilers", "missing", "no C++ compiler")
        self.assertNotEqual(report["backends"]["cpu"], "missing")

    def testACompilerThatDoesNotRunIsBroken(self):
        (self.folder / "g++").write_text("#!/bin/sh\nexit 3\n")
        (self.folder / "g++").chmod(0o755)
        report = self.report(*self.options, PATH=str(self.folder))
        self.assertFinding(report, "compilers", "broken", "does not tell its version")
        self.assertEqual(report["exitCode"], 1)

    def testAnotherVersionOfRingcIsNamed(self):
        # As where an old one is first in PATH: beside ring there is none.
        alone = self.folder / "bin"
        alone.mkdir()
        shutil.copy(RING, alone / "ring")
        (self.folder / "ringc").write_text("#!/bin/sh\necho 'ringc 0.0.9 (LLVM 18)'\n")
        (self.folder / "ringc").chmod(0o755)
        ran = subprocess.run([alone / "ring", "doctor", "--json", *self.options], capture_output=True, text=True,
                             timeout=300, env={**self.environment, "PATH": f"{self.folder}:{os.environ['PATH']}"})
        self.assertFinding(json.loads(ran.stdout), "compilers", "warning", "ringc 0.0.9")

    def testGpusOnTheBusAreCounted(self):
        def read(path):
            return path.read_text().strip() if path.exists() else ""
        devices = Path("/sys/bus/pci/devices")
        expected = sum(read(device / "vendor") == "0x10de" and read(device / "class").startswith("0x03")
                       for device in (devices.iterdir() if devices.is_dir() else ()))
        self.assertEqual(self.report(*self.options)["cuda"]["gpusOnBus"], expected)

    def testTheTableSaysWhatTheJsonSays(self):
        table = self.ring(*self.options).stdout
        report = self.report(*self.options)
        for text in (report["processor"]["model"], report["system"], report["cache"]["path"],
                     *(finding["what"] for finding in report["findings"]),
                     *(finding["wayOut"] for finding in report["findings"]),
                     ", ".join(f"{name}: {state}" for name, state in report["backends"].items())):
            self.assertIn(text, table)


class Cuda(DoctorCase):
    def testAGpuIsDescribed(self):
        report = self.fake()
        cuda = report["cuda"]
        self.assertEqual(cuda["state"], "works", cuda["problem"])
        self.assertEqual(cuda["driver"],
                         {"found": True, "usable": True, "path": str(FAKE_CUDA), "version": "13.0", "problem": None})
        self.assertEqual(cuda["nvrtc"]["version"], "13.0")
        self.assertEqual((cuda["nvml"]["usable"], cuda["nvml"]["version"]), (True, "580.65.06"))
        self.assertEqual(cuda["gpus"], [{
            "name": "fake GPU", "pciBusId": "0000:17:00.0", "computeCapability": "9.0", "memoryBytes": 1 << 40,
            "multiprocessors": 4, "cooperativeLaunch": True, "computeMode": "default",
            "pcie": {"generation": 5, "maxGeneration": 5, "width": 16, "maxWidth": 16},
            "mig": False, "migSource": "NVML", "mps": False, "usable": True, "problem": None}])

    def testEveryGpuIsListed(self):
        self.assertEqual(len(self.fake("devices=3")["cuda"]["gpus"]), 3)

    def testWithoutNvmlMigIsNotKnown(self):
        gpu = self.fake("mig=1", RINGKERNEL_NVML_LIBRARY="/no/nvml.so")["cuda"]["gpus"][0]
        self.assertEqual((gpu["mig"], gpu["pcie"]["width"]), (None, None))

    def testMigMpsAndLanesAreTold(self):
        pipes = self.folder / "pipes"
        pipes.mkdir()
        os.mkfifo(pipes / "control")
        report = self.fake("mig=1 mps=1 pcieWidth=8 computeMode=3", CUDA_MPS_PIPE_DIRECTORY=str(pipes))
        self.assertFinding(report, "cuda", "note", "MIG is on")
        self.assertFinding(report, "cuda", "note", f"MPS: its control pipe is in `{pipes}`")
        self.assertFinding(report, "cuda", "note", "exclusive process")
        self.assertFinding(report, "cuda", "warning", "8 of 16 PCIe lanes")
        self.assertEqual(report["cuda"]["mps"], {"pipeDirectory": str(pipes), "named": True, "daemon": True})
        self.assertTrue(report["cuda"]["gpus"][0]["mps"])

    def testNoDriverIsMissing(self):
        if self.report(*self.options)["cuda"]["driver"]["found"]:
            self.skipTest("SKIPPED: this machine has a CUDA driver")
        report = self.report(*self.options)
        self.assertEqual(report["backends"]["cuda"], "missing")
        self.assertFinding(report, "cuda", "missing", "no CUDA driver: none of `libcuda.so.1`")

    def testADriverThatIsNamedAndAbsentIsBroken(self):
        report = self.report(*self.options, RINGKERNEL_CUDA_LIBRARY="/no/libcuda.so")
        self.assertFinding(report, "cuda", "broken", "cannot load CUDA driver `/no/libcuda.so`")
        self.assertEqual(report["exitCode"], 1)

    def testALibraryThatIsNoDriverIsBroken(self):
        report = self.report(*self.options, RINGKERNEL_CUDA_LIBRARY="libm.so.6")
        self.assertFinding(report, "cuda", "broken", "the CUDA driver lacks `cuInit`")

    def testNoGpuIsMissing(self):
        for gpu in ("devices=0", "initResult=100"):
            with self.subTest(gpu):
                report = self.fake(gpu)
                self.assertEqual((report["backends"]["cuda"], report["exitCode"]), ("missing", 0))
                self.assertEqual(len(self.findings(report, "cuda")), 1)

    def testADriverThatDoesNotStartIsBroken(self):
        report = self.fake("initResult=803")
        self.assertFinding(report, "cuda", "broken", "cannot start the CUDA driver: CUDA_ERROR_FAKED (803)")

    def testAnOldDriverIsBroken(self):
        report = self.fake("driverVersion=11080")
        self.assertFinding(report, "cuda", "broken", "the CUDA driver is for CUDA 11.8; 12.0 or newer is needed")
        self.assertEqual(report["cuda"]["driver"]["version"], "11.8")

    def testAnOldGpuIsUnsupportedAndNothingIsBroken(self):
        for gpu, words in (("capability=70", "compute capability 7.0; 7.5 is needed"),
                           ("cooperativeLaunch=0", "no cooperative launch")):
            with self.subTest(gpu):
                report = self.fake(gpu)
                self.assertEqual((report["backends"]["cuda"], report["exitCode"]), ("unsupported", 0))
                self.assertFinding(report, "cuda", "missing", words)

    def testAForbiddenGpuIsBroken(self):
        self.assertFinding(self.fake("computeMode=2"), "cuda", "broken", "compute mode is Prohibited")

    def testNoNvrtcIsBrokenBesideAGpu(self):
        report = self.fake(RINGKERNEL_NVRTC_LIBRARY="/no/libnvrtc.so")
        self.assertFinding(report, "cuda", "broken", "cannot load NVRTC library `/no/libnvrtc.so`")

    def testAnOldNvrtcIsBroken(self):
        report = self.fake("nvrtcMajor=12 nvrtcMinor=3")
        self.assertFinding(report, "cuda", "broken", "NVRTC is that of CUDA 12.3; 12.4 or newer is needed")

    def testAnNvrtcNewerThanTheDriverIsToldOf(self):
        self.assertFinding(self.fake("driverVersion=12080"), "cuda", "warning", "NVRTC is of CUDA 13, the driver of CUDA 12")
        self.assertEqual(self.findings(self.fake("driverVersion=12080 nvrtcMajor=12 nvrtcMinor=8"), "cuda"), [])


class WebGpu(DoctorCase):
    def needWebgpu(self):
        if not WEBGPU:
            if os.environ.get("CI") in ("true", "1"):
                self.fail("no WebGPU library")
            self.skipTest("SKIPPED: no WebGPU library: ./bootstrap test --with=webgpu")
        return {"RINGKERNEL_WEBGPU_LIBRARY": WEBGPU, "VK_ICD_FILENAMES": ICD}

    def testAdaptersAreNamed(self):
        report = self.report(*self.options, **self.needWebgpu())
        library = report["webgpu"]["libraries"][0]
        self.assertEqual((library["path"], library["named"], library["usable"]), (WEBGPU, True, True))
        self.assertEqual(library["adapters"][0]["driver"], "Vulkan")
        if "swiftshader" in ICD:
            self.assertIn("SwiftShader", library["adapters"][0]["name"])
            self.assertFinding(report, "webgpu", "note", "computes on the CPU")

    def testWithoutAVulkanDriverItIsBroken(self):
        report = self.report(*self.options, **{**self.needWebgpu(), "VK_ICD_FILENAMES": "/no/icd.json"})
        self.assertFinding(report, "webgpu", "broken", "Null backend")

    def testNoLibraryIsMissing(self):
        report = self.report(*self.options)
        if report["webgpu"]["libraries"]:
            self.skipTest("SKIPPED: this machine has a WebGPU library")
        self.assertFinding(report, "webgpu", "missing", "no WebGPU library")
        self.assertEqual(report["backends"]["webgpu"], "missing")

    def testALibraryThatIsNamedAndUselessIsBroken(self):
        for name, words in (("/no/dawn.so", "cannot load the WebGPU library `/no/dawn.so`"),
                            ("libm.so.6", "`libm.so.6` is not a library this runtime knows")):
            with self.subTest(name):
                report = self.report(*self.options, RINGKERNEL_WEBGPU_LIBRARY=name)
                self.assertFinding(report, "webgpu", "broken", words)


class Tests(DoctorCase):
    options = ("--seconds=1", "--limit=20")

    def testCpuAndWebGpuWork(self):
        webgpu = WebGpu.needWebgpu(self)
        report = self.report(*self.options, **webgpu)
        self.assertEqual((report["backends"]["cpu"], report["backends"]["webgpu"]), ("works", "works"), report)
        for name in ("cpu", "webgpu"):
            test = report["selfTests"][name]
            self.assertTrue(test["backend"].startswith(name))
            self.assertGreaterEqual(test["starts"], 2)
            self.assertGreaterEqual(test["roundTrips"], 20)
            self.assertGreater(test["roundTripP50Us"], 0)
            self.assertGreaterEqual(test["roundTripP99Us"], test["roundTripP50Us"])
            # Of each start: 20 questions, and 16 items from each of 12 senders.
            self.assertGreaterEqual(test["messagesChecked"], test["starts"] * (20 + 16 * 12))
            self.assertGreaterEqual(test["seconds"], 1)
        threads = report["tearing"]["threads"]
        if "avx" in report["processor"]["features"]:
            self.assertEqual(threads["threads"]["torn"], 0)
            self.assertGreater(threads["threads"]["reads"], threads["threads"]["changes"])

    def testCudaWorksWhereItIs(self):
        report = self.report("--seconds=3")
        if report["cuda"]["state"] in ("missing", "unsupported"):
            self.skipTest(f"SKIPPED: {report['cuda']['problem']}")
        self.assertEqual(report["backends"]["cuda"], "works", json.dumps(report["findings"], indent=1))
        self.assertEqual(report["tearing"]["cuda"]["state"], "works", report["tearing"])
        self.assertGreater(self.report("--quick")["cache"]["kernels"], 0, "what was compiled is kept")
        smi = shutil.which("nvidia-smi")
        if smi:
            names = subprocess.run([smi, "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True)
            self.assertEqual([gpu["name"] for gpu in report["cuda"]["gpus"]], names.stdout.splitlines())

    def testOnePartRunsAlone(self):
        ran = self.ring("--part=self-test-cpu", "--seconds=1")
        *steps, result = ran.stdout.splitlines()
        self.assertEqual(ran.returncode, 0)
        self.assertEqual(json.loads(result.removeprefix("ring-result "))["state"], "works")
        self.assertIn("ring-step asking (start 2)", steps)

    def testABackendThatDoesNotAnswerIsBroken(self):
        # The fake runs no handlers.
        report = self.fake()
        self.assertFinding(report, "cuda", "broken", "self-test: a question got no answer")
        self.assertEqual((report["backends"]["cuda"], report["backends"]["cpu"]), ("broken", "works"))
        self.assertFinding(report, "tearing", "warning", "writer and reader hardly met")

    def testADriverThatCrashesIsReportedAndNothingElseIsHurt(self):
        report = self.fake("crashes=1")
        self.assertFinding(report, "cuda", "broken", "ended by signal 9 (Killed); it was starting (start 1)")
        self.assertEqual(report["backends"]["cpu"], "works")

    def testADriverThatHangsIsEndedAndReported(self):
        self.options = ("--seconds=1", "--limit=3")
        report = self.fake("isMute=1")
        self.assertFinding(report, "cuda", "broken", "did not end in time and was ended; it was asking (start 1)")

    def hungPart(self, ring):
        """The process of the self-test of cuda, once it waits for the mute device: with the device's thread."""
        while ring.poll() is None:
            for pid in Path(f"/proc/{ring.pid}/task/{ring.pid}/children").read_text().split():
                try:
                    if b"self-test-cuda" in Path(f"/proc/{pid}/cmdline").read_bytes() and \
                            len(list(Path(f"/proc/{pid}/task").iterdir())) > 2:
                        return pid
                except OSError:
                    pass  # it has ended
        self.fail("ring ended before its part was seen")

    def testAPartThatHangsEndsWithWhoWaitsForIt(self):
        ring = subprocess.Popen([RING, "doctor", "--seconds=1"], stdout=subprocess.DEVNULL, env={
            **self.environment, "RINGKERNEL_CUDA_LIBRARY": str(FAKE_CUDA), "RINGKERNEL_NVRTC_LIBRARY": str(FAKE_CUDA),
            "RINGKERNEL_FAKE_GPU": "isMute=1"})
        part = self.hungPart(ring)
        ring.kill()
        ring.wait()

        def isAlive():
            try:
                return Path(f"/proc/{part}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
            except OSError:
                return False

        # Half of what it would wait for an answer.
        deadline = time.monotonic() + 5
        while isAlive() and time.monotonic() < deadline:
            pass
        self.assertFalse(isAlive(), "the part outlives ring")

    def testTornAccessesAreBroken(self):
        report = self.fake("tears=1")
        self.assertFinding(report, "tearing", "broken", "16-byte reads were torn (gpuToHost)")
        self.assertGreater(report["tearing"]["cuda"]["gpuToHost"]["torn"], 0)

    def testTheTableShowsThem(self):
        table = self.ring(*self.options).stdout
        self.assertRegex(table, r"self-test +cpu +works\n +there and back p50 [0-9.]+ us, p99 [0-9.]+ us; [0-9]+ messages")
        self.assertRegex(table, r"16 bytes +threads +[0-9]+ reads, [0-9]+ changes seen, 0 torn")
        self.assertIn("cpu: works", table)

    def testQuickLeavesThemOut(self):
        report = self.report("--quick")
        self.assertNotIn("selfTests", report)
        self.assertNotIn("tearing", report)
        self.assertEqual(report["backends"]["cpu"], "untested")


class Cache(DoctorCase):
    def testAFolderThatIsNotThereYet(self):
        cache = self.report(*self.options)["cache"]
        self.assertEqual((cache["path"], cache["namedBy"], cache["exists"], cache["writable"]),
                         (str(self.folder / "cache"), "RINGKERNEL_CACHE_DIR", False, True))
        self.assertEqual(list(self.folder.iterdir()), [])

    def testGarbageIsCounted(self):
        (self.folder / "cache").mkdir(mode=0o700)
        (self.folder / "cache" / "0123456789abcdef.cubin").write_text("no kernel")
        (self.folder / "cache" / "notes").write_text("12345")
        report = self.report(*self.options)
        self.assertEqual((report["cache"]["garbage"], report["cache"]["garbageBytes"]), (2, 14))
        self.assertFinding(report, "cache", "warning", "2 file(s)")
        self.assertEqual(len(list((self.folder / "cache").iterdir())), 2)

    def testWhereNothingCanBeWritten(self):
        (self.folder / "file").write_text("")
        for path, words in ((self.folder / "file", "it is no folder"), (self.folder / "file" / "below", "is no folder")):
            with self.subTest(path=path):
                report = self.report(*self.options, RINGKERNEL_CACHE_DIR=str(path))
                self.assertFinding(report, "cache", "warning", words)
        # Beside a GPU it matters.
        report = self.fake(RINGKERNEL_CACHE_DIR=str(self.folder / "file"))
        self.assertFinding(report, "cache", "broken", "it is no folder")

    def testAFolderOfAll(self):
        (self.folder / "cache").mkdir()
        (self.folder / "cache").chmod(0o777)
        self.assertFinding(self.fake(), "cache", "broken", "others own")

    def testWithoutHome(self):
        for name in ("HOME", "XDG_CACHE_HOME", "RINGKERNEL_CACHE_DIR"):
            self.environment.pop(name, None)
        self.assertFinding(self.report(*self.options), "cache", "warning", "HOME and XDG_CACHE_HOME are not set")
        home = self.report(*self.options, HOME=str(self.folder))["cache"]
        self.assertEqual((home["path"], home["namedBy"]), (str(self.folder / ".cache" / "ringkernel"), "HOME"))

    def testNone(self):
        self.assertFinding(self.report(*self.options, RINGKERNEL_CACHE_DIR=""), "cache", "note", "no cache of compiled")


class CommandLine(DoctorCase):
    def assertRefused(self, words, *arguments):
        ran = subprocess.run([RING, *arguments], capture_output=True, text=True, env=self.environment, timeout=60)
        self.assertEqual((ran.returncode, ran.stdout), (2, ""))
        self.assertTrue(ran.stderr.startswith("ring: error: "), ran.stderr)
        self.assertIn(words, ran.stderr.splitlines()[0])

    def testMisuse(self):
        self.assertRefused("a command is required")
        self.assertRefused("nonsense", "nonsense")
        self.assertRefused("--nonsense", "doctor", "--nonsense")
        self.assertRefused("nonsense", "doctor", "nonsense")
        self.assertRefused("--part", "doctor", "--part=nonsense")
        for value in ("0", "-1", "3601", "x"):
            self.assertRefused("--limit", "doctor", f"--limit={value}")
            self.assertRefused("--seconds", "doctor", f"--seconds={value}")

    def testHelpAndVersion(self):
        for arguments in (["--help"], ["doctor", "--help"], ["--version"]):
            ran = subprocess.run([RING, *arguments], capture_output=True, text=True, timeout=60)
            self.assertEqual((ran.returncode, ran.stderr), (0, ""))
            self.assertNotEqual(ran.stdout, "")

    def testOutputThatNobodyTakesIsAFailure(self):
        with open("/dev/full", "w") as full:
            ran = subprocess.run([RING, "doctor", *self.options], stdout=full, stderr=subprocess.PIPE, text=True,
                                 env=self.environment, timeout=300)
        self.assertEqual((ran.returncode, "No space left on device" in ran.stderr), (1, True), ran.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
