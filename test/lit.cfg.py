# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What lit tests may use.

Substitutions: %ringc, %ring-opt, %check-cuda, %check-wgsl, %check-msl (the true compilers and shims of
test/tools), %ir-run (what IR means), %host-cxx (C++20, this tree's headers), %{random-programs} (seeds and programs
of each, by --param), and lit's own %s %S %t.
Features: cuda (a GPU), nvrtc, ptxas, webgpu, msl-shim. An absent one is noted with its reason, and in CI
(CI=true) only cuda may be absent.
"""

import ctypes
import os
import shutil

import lit.formats

config.name = "RingKernel"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test", ".ir", ".h", ".cpp"]
config.excludes = ["Inputs", "Bench", "Device", "Unit", "Execution", "Fuzz", "Package", "shims", "tools", "CMakeLists.txt"]
config.test_source_root = os.path.dirname(__file__)


def loads(library):
    try:
        return ctypes.CDLL(library)
    except OSError:
        return None


def cudaMissing():
    cuda = loads("libcuda.so.1")
    if cuda is None:
        return "no libcuda.so.1: no NVIDIA driver"
    count = ctypes.c_int(0)
    if cuda.cuInit(0) != 0 or cuda.cuDeviceGetCount(ctypes.byref(count)) != 0 or count.value == 0:
        return "the NVIDIA driver finds no GPU"
    return None


def nvrtcMissing():
    return None if os.path.exists(config.nvrtc) else "no libnvrtc: ./bootstrap test --with=cuda"


def ptxasMissing():
    return None if os.path.exists(config.ptxas) else "no ptxas: ./bootstrap test --with=cuda"


def webgpuMissing():
    if not os.path.exists(config.webgpu_library) or not os.path.exists(config.vk_icd):
        return "no WebGPU library and Vulkan driver: ./bootstrap test --with=webgpu"
    return None if loads("libvulkan.so.1") else "no libvulkan.so.1: ./bootstrap test --with=webgpu"


def mslShimMissing():
    return None if os.path.exists(config.shim_clang) else "no clang++-19, which runs the MSL shims"


inCi = os.environ.get("CI", "").lower() in ("1", "true")
for feature, missing in [
    ("cuda", cudaMissing()),
    ("nvrtc", nvrtcMissing()),
    ("ptxas", ptxasMissing()),
    ("webgpu", webgpuMissing()),
    ("msl-shim", mslShimMissing()),
]:
    if missing is None:
        config.available_features.add(feature)
    elif inCi and feature != "cuda":
        lit_config.fatal(f"CI needs the feature '{feature}', absent here: {missing}")
    else:
        lit_config.note(f"SKIPPED: what needs '{feature}': {missing}")

roundTrip = " --verify-roundtrip" if lit_config.params.get("verify_roundtrip") else ""


def tool(name, options=""):
    config.substitutions.append((rf"%{name}\b(?!-)", os.path.join(config.ringkernel_bin, name) + options))


tool("ringc")
tool("ring-opt", roundTrip)
tool("check-cuda")
tool("check-wgsl")
tool("check-msl")
tool("ir-run")
include = os.path.join(config.ringkernel_source, "include")
config.substitutions.append((r"%host-cxx\b", f"{config.host_cxx} -std=c++20 -ffp-contract=off -I{include}"))
config.substitutions.append((r"%python\b", config.python))
config.substitutions.append(("%{random-programs}", lit_config.params.get("random_programs", "3:25")))

config.environment["PATH"] = os.pathsep.join([config.llvm_bin, os.environ.get("PATH", "")])
config.environment["FILECHECK_OPTS"] = "--dump-input-filter=all"
config.environment["LC_ALL"] = "C.UTF-8"
if "webgpu" in config.available_features:
    config.environment["RINGKERNEL_WEBGPU_LIBRARY"] = config.webgpu_library
    config.environment["VK_ICD_FILENAMES"] = config.vk_icd
for name in ("CCACHE_DIR", "CUDA_PATH", "ASAN_OPTIONS", "HOME", "XDG_CACHE_HOME"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
